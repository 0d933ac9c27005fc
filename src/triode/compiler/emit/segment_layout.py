"""Where the parts of a training work area lie, and the C that names them."""

from dataclasses import dataclass

from triode.compiler.emit.memory import align
from triode.compiler.segment_plan import Pass, SegmentPlan

__all__ = ["CHUNK_FRAMES", "GRAIN_FRAMES", "SegmentLayout", "floored", "plane_at", "row_at"]

CHUNK_FRAMES = 1024
GRAIN_FRAMES = 64
"""Tiles and chunks begin at multiples of this many frames of a window."""


@dataclass(frozen=True)
class SegmentLayout:
    """Where the parts of a work area begin; `frames` below is the window, rounded up."""

    plan: SegmentPlan
    sums: dict[str, int]
    sum_floats: int

    @property
    def margin(self) -> int:
        """Frames before and after every plane that stay zero: all that a convolution may reach."""
        return align(self.plan.lookback + GRAIN_FRAMES, GRAIN_FRAMES)

    @property
    def scratch_plane(self) -> int:
        """Floats from one row of scratch to the next."""
        return CHUNK_FRAMES + GRAIN_FRAMES


def floored(frame: int) -> int:
    """The last frame at or before `frame` at which a tile may begin."""
    return frame - frame % GRAIN_FRAMES


def plane_at(layout: SegmentLayout, side: Pass, value: str) -> str:
    """C for frame 0 of the plane of a value: its own, or the forward value it is given."""
    if value in side.planes:
        number = side.planes[value]
    else:
        number = layout.plan.forward.planes[side.given[value]]
    return f"planes + {number} * stride"


def row_at(layout: SegmentLayout, side: Pass, value: str, which: int) -> str:
    """C for frame 0 of a chunk in the row of a value; `which` is 0 forward and 1 backward."""
    row = side.rows[value] + which * layout.plan.forward.row_count
    return f"scratch + {row * layout.scratch_plane}"
