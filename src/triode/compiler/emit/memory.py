"""Where everything lies in a model's state and in its packed weights, in floats.

State: the scratch rows, then the rings, each a set of planes (one per channel) long
enough for the past, one chunk and one tile, and a mirror of its first tile so that no tile read or
written anywhere wraps around. Weights: the stages' blocks, then what each ring and recurrent state
holds when the model rests on silence.
"""

from dataclasses import dataclass

from triode.compiler.emit.packing import ALIGNMENT_FLOATS
from triode.compiler.plan import Plan

__all__ = ["CellPlace", "Memory", "RingPlace", "align", "place"]

_WORST_STRIDE = 1024
"""Planes a multiple of this many floats apart would fall into the same cache sets."""


@dataclass(frozen=True)
class RingPlace:
    """A ring: `channels` planes of `plane` floats from `offset`, of which `size` are in turn."""

    value: str
    channels: int
    offset: int
    plane: int
    size: int
    rest: int


@dataclass(frozen=True)
class CellPlace:
    """What one recurrent node keeps: `floats` from `offset`, at rest as from `rest` on."""

    value: str
    offset: int
    floats: int
    rest: int


@dataclass(frozen=True)
class Memory:
    """The layout of one model; offsets and sizes in floats."""

    chunk: int
    tile: int
    scratch_plane: int
    rings: tuple[RingPlace, ...]
    cells: dict[str, CellPlace]
    state_floats: int
    rest_offset: int
    weight_floats: int


def align(floats: int, to: int = ALIGNMENT_FLOATS) -> int:
    """`floats` rounded up to whole cache lines."""
    return -(-floats // to) * to


def place(
    plan: Plan,
    *,
    chunk: int,
    tile: int,
    weight_floats: int,
    cells: dict[str, int],
    compact: bool = False,
) -> Memory:
    """Lay out the state for chunks of `chunk` frames and tiles of at most `tile`.

    Args:
        plan: The schedule.
        chunk: Most frames that pass through a stage at a time.
        tile: Longest tile of any stage.
        weight_floats: Floats of all stages' packed weights.
        cells: Floats that each recurrent node keeps between frames.
        compact: Spend no memory on cache lines, which small machines do not have.
    """
    unit = 1 if compact else ALIGNMENT_FLOATS
    scratch_plane = align(chunk + tile, unit)
    offset = plan.scratch_rows * scratch_plane
    rest = weight_floats
    rings = []
    for ring in plan.rings.values():
        size = align(ring.lookback + chunk + tile, unit)
        plane = size + align(tile, unit)
        if not compact and plane % _WORST_STRIDE == 0:
            plane += ALIGNMENT_FLOATS
        rings.append(RingPlace(ring.value, ring.channels, offset, plane, size, rest))
        offset += ring.channels * plane
        rest += ring.channels
    placed = {}
    for name, floats in cells.items():
        placed[name] = CellPlace(name, offset, floats, rest)
        offset += align(floats, unit)
        rest += floats
    return Memory(
        chunk=chunk,
        tile=tile,
        scratch_plane=scratch_plane,
        rings=tuple(rings),
        cells=placed,
        state_floats=align(max(1, offset)),
        rest_offset=weight_floats,
        weight_floats=align(rest),
    )
