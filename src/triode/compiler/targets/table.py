"""The targets. Adding one is adding a record here."""

from triode.compiler.emit.tiles import TileRule
from triode.compiler.targets.target import Board, Target
from triode.errors import CompileError

__all__ = ["TARGETS", "find_target"]

_FIRMWARE_RULE = TileRule(accumulators=16, widest=4)
_ARM_FLAGS = ("-mthumb", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16", "-ffunction-sections")
_ARM_PACKAGES = ("gcc-arm-none-eabi", "libnewlib-arm-none-eabi", "qemu-system-arm")

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target(
            name="native",
            summary="computers: x86-64 (AVX-512, AVX2 or SSE2, chosen when it runs) and AArch64",
            isas=("avx512", "avx2", "sse2", "neon"),
        ),
        Target(
            name="portable-c",
            summary="any C11 compiler: plain scalar code without extensions",
            isas=("scalar",),
            standard="c11",
        ),
        Target(
            name="wasm",
            summary="browsers and Node.js: WebAssembly with SIMD, an ES module, an AudioWorklet",
            isas=("simd128",),
            compilers=(("zig", "cc", "-target", "wasm32-freestanding"),),
            flags=("-msimd128",),
            run=("node",),
            block=128,
        ),
        Target(
            name="aarch64-linux",
            summary="64-bit ARM Linux such as a Raspberry Pi: NEON",
            isas=("neon",),
            compilers=(
                ("zig", "cc", "-target", "aarch64-linux-musl"),
                ("aarch64-linux-gnu-gcc", "-static"),
            ),
            run=("qemu-aarch64",),
            packages=("qemu-user",),
        ),
        Target(
            name="cortex-m7",
            summary="Cortex-M7 firmware such as STM32H7: scalar, least memory, sections to place",
            isas=("scalar",),
            compilers=(("arm-none-eabi-gcc",),),
            flags=("-mcpu=cortex-m7", *_ARM_FLAGS),
            block=48,
            compact=True,
            rule=_FIRMWARE_RULE,
            sections=True,
            ram_bytes=512 << 10,
            flash_bytes=2 << 20,
            board=Board(machine="mps2-an500", flash=("0x00000000", "4M"), ram=("0x20000000", "4M")),
            packages=_ARM_PACKAGES,
        ),
        Target(
            name="cortex-m33",
            summary="Cortex-M33 firmware such as RP2350: scalar, least memory, sections to place",
            isas=("scalar",),
            compilers=(("arm-none-eabi-gcc",),),
            flags=("-mcpu=cortex-m33", *_ARM_FLAGS),
            block=48,
            compact=True,
            rule=_FIRMWARE_RULE,
            sections=True,
            ram_bytes=512 << 10,
            flash_bytes=4 << 20,
            board=Board(machine="mps2-an505", flash=("0x10000000", "4M"), ram=("0x38000000", "2M")),
            packages=_ARM_PACKAGES,
        ),
    )
}


def find_target(name: str) -> Target:
    """The record with this name.

    Raises:
        CompileError: There is none.
    """
    if name not in TARGETS:
        raise CompileError(
            "there is no such target", expected=f"one of {', '.join(TARGETS)}", got=name
        )
    return TARGETS[name]
