"""The Makefile of a built folder: `make check` compiles the harness and plays the vectors."""

from triode.compiler.targets.compilers import COMMON_FLAGS, command_text
from triode.compiler.targets.target import Board, Target
from triode.compiler.targets.wasm import LINK_FLAGS

__all__ = ["makefile"]

_HOSTED = """\
# `make check` plays the test vectors through the model. To use the model, add
# {sources} to your own build.
CC = {command}
CFLAGS = {flags}
RUN = {run}

check: harness
\t$(RUN) ./harness

harness: main.c {sources} {headers}
\t$(CC) $(CFLAGS) main.c {sources} -o $@

.PHONY: check
"""

_WASM = """\
# `make check` plays the test vectors through {name}.wasm; `make {name}.wasm` compiles it again.
CC = {command}
CFLAGS = {flags}

check: {name}.wasm
\tnode check.mjs

{name}.wasm: {name}.c {name}.h {name}_weights.h wasm.c
\t$(CC) $(CFLAGS) {link} {name}.c wasm.c -o $@

.PHONY: check
"""

_FIRMWARE = """\
# `make check` plays the test vectors on an imitated board and counts executed instructions, which
# are no cycles. On a real board compile main.c with -DHARNESS_TICKS=1 for cycles from its DWT
# counter, with your own startup code and linker script. Places for things, for example:
#   make check PLACES='-D{upper}_CODE_SECTION="__attribute__((section(\\".itcm\\")))"'
CC = {command}
CFLAGS = {flags}
PLACES =
QEMU = qemu-system-arm -machine {machine} -nographic -monitor none -serial none \\
    -semihosting-config enable=on,target=native -icount shift=4

check: harness.elf
\t$(QEMU) -kernel harness.elf

harness.elf: main.c {sources} {headers} ticks.h qemu/startup.c qemu/link.ld
\t$(CC) $(CFLAGS) $(PLACES) -DHARNESS_TICKS=2 -I. main.c {sources} qemu/startup.c \\
\t    -nostartfiles --specs=rdimon.specs -T qemu/link.ld -Wl,--gc-sections -o $@

.PHONY: check
"""


def makefile(target: Target, name: str, isas: tuple[str, ...]) -> str:
    """The text of the Makefile."""
    several = len(isas) > 1
    own = [f"{name}_{isa}" for isa in isas] if several else []
    sources = " ".join([f"{name}.c", *(f"{one}.c" for one in own)])
    weights = [f"{one}_weights.h" for one in own or [name]]
    headers = [f"{name}.h", "vectors.h", *([f"{name}_code.h"] if several else []), *weights]
    flags = " ".join((f"-std={target.standard}", *COMMON_FLAGS, *target.flags))
    common = {"command": command_text(target), "flags": flags, "name": name}
    if target.wasm:
        return _WASM.format(**common, link=" ".join(LINK_FLAGS))
    common |= {"sources": sources, "headers": " ".join(headers)}
    if isinstance(target.board, Board):
        return _FIRMWARE.format(**common, machine=target.board.machine, upper=name.upper())
    return _HOSTED.format(**common, run=" ".join(target.run))
