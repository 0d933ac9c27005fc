"""A stage of training as a C function: as in playing, but over a window that lies there whole."""

from dataclasses import dataclass

from triode.compiler.emit.stage import StageEmitter, View
from triode.compiler.segment_plan import Pass

__all__ = ["PLANE", "ROWS", "SegmentStageEmitter"]

PLANE, ROWS = True, False
"""What `View.ring` means here: a plane as long as the window, or rows of one chunk."""


@dataclass
class SegmentStageEmitter(StageEmitter):
    """Writes one stage of `side`; `direction` is "-" forward, "+" backward in time."""

    side: Pass | None = None
    direction: str = "-"

    def view(self, value: str) -> str:
        """The C name of the memory of `value`: scratch if it has any, else its plane."""
        return self._named(value, PLANE if self._has_plane(value) else ROWS)

    def ring(self, value: str) -> str:
        """The C name of the plane of `value`."""
        return self._named(value, PLANE)

    def past(self, pointer: str, frames: str) -> str:
        """Earlier frames when going forward; later ones when gradients come back from them."""
        return f"{pointer}_at {self.direction} {frames}"

    def _has_plane(self, value: str) -> bool:
        side = self._side()
        return value in side.planes or (value in side.given and value not in side.rows)

    def _side(self) -> Pass:
        if self.side is None:
            raise TypeError("a segment stage needs its pass")
        return self.side

    def _named(self, value: str, place: bool) -> str:  # noqa: FBT001 - PLANE or ROWS
        return f"m{self._view(View(value, ring=place))}"

    def _store(self, value: str) -> None:
        side = self._side()
        rows = self.value(value)
        for place, there in ((PLANE, side.planes), (ROWS, side.rows)):
            if value not in there or (place is PLANE and value in side.late):
                continue
            pointer = self._named(value, place)
            for channel, row in enumerate(rows):
                for vector, name in enumerate(row):
                    at = f"{pointer}_at + {channel} * {pointer}_plane + {vector} * LANES"
                    self.line(f"store({at}, {name});")

    def _body(self) -> str:
        lines = [
            "(const float *weights, const struct view *views, const unsigned *dilations,",
            "    unsigned frames)",
            "{",
            f"    enum {{ TILE = {self.vectors} * LANES }};",
            "    (void)weights, (void)dilations;",
        ]
        names = [f"m{number}" for number in range(len(self._views))]
        lines += [
            f"    const size_t {name}_plane = views[{i}].plane;" for i, name in enumerate(names)
        ]
        lines.append("    for (unsigned t = 0; t < frames; t += TILE) {")
        lines += [
            f"        float *const {name}_at = views[{i}].data + t;" for i, name in enumerate(names)
        ]
        lines += [f"        {line}" for line in self.lines]
        return "\n".join([*lines, "    }", "}", ""])
