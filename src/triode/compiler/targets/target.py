"""What a target is: one record that says everything that differs between chips and systems."""

from dataclasses import dataclass

from triode.compiler.emit.tiles import TileRule

__all__ = ["Board", "Target"]


@dataclass(frozen=True, kw_only=True)
class Board:
    """The machine that QEMU imitates to test firmware.

    Attributes:
        machine: Its name in `qemu-system-arm -machine help`.
        flash: Where the image goes: origin and length in the linker's notation.
        ram: Where the rest goes.
    """

    machine: str
    flash: tuple[str, str]
    ram: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Target:
    """One thing that `triode build` makes a model for.

    Attributes:
        name: As `--target` takes it.
        summary: One line for people.
        isas: Instruction sets the model is compiled for; with several the best is chosen when it
            runs.
        compilers: Commands that can compile for it, best first; "zig" means the ziglang package.
            None of them: this machine's own compiler.
        flags: What those compilers are told beside the common flags.
        standard: The C standard the files keep to.
        run: What runs the harness, or nothing when this machine does.
        block: Frames per block in the harness.
        compact: Lay out the state for least memory: at most 1.1 times what the convolutions
            remember, as long as that is more than a few kilobytes.
        rule: Tile shapes, where the instruction set's own table is not meant.
        sections: Whether the header names macros that place weights, state and code.
        ram_bytes: Memory of a common chip; None: no limit.
        flash_bytes: The same for code and weights.
        board: For firmware, what imitates it.
        packages: Debian packages that `make test-all` installs to compile and run it.
    """

    name: str
    summary: str
    isas: tuple[str, ...]
    compilers: tuple[tuple[str, ...], ...] = ()
    flags: tuple[str, ...] = ()
    standard: str = "gnu11"
    run: tuple[str, ...] = ()
    block: int = 64
    compact: bool = False
    rule: TileRule | None = None
    sections: bool = False
    ram_bytes: int | None = None
    flash_bytes: int | None = None
    board: Board | None = None
    packages: tuple[str, ...] = ()

    @property
    def wasm(self) -> bool:
        """Whether the result is a WebAssembly module."""
        return self.isas == ("simd128",)
