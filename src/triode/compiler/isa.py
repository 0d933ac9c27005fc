"""The instruction sets code is made for, as data."""

from dataclasses import dataclass

__all__ = ["ISAS", "Isa"]


@dataclass(frozen=True, kw_only=True)
class Isa:
    """One instruction set.

    Attributes:
        name: As `triode bench` prints it.
        lanes: float32 lanes of a vector; 1 for plain scalar code.
        registers: Vector registers; decides how many accumulators a tile holds.
        flags: What the C compiler needs to hear to use it.
    """

    name: str
    lanes: int
    registers: int
    flags: tuple[str, ...] = ()


ISAS: dict[str, Isa] = {
    isa.name: isa
    for isa in (
        Isa(
            name="avx512",
            lanes=16,
            registers=32,
            flags=("-mavx512f", "-mavx512vl", "-mavx512dq", "-mfma", "-mprefer-vector-width=512"),
        ),
        Isa(name="avx2", lanes=8, registers=16, flags=("-mavx2", "-mfma")),
        Isa(name="sse2", lanes=4, registers=16, flags=("-msse2",)),
        Isa(name="neon", lanes=4, registers=32),
        Isa(name="simd128", lanes=4, registers=16, flags=("-msimd128",)),
        Isa(name="scalar", lanes=1, registers=16),
    )
}
