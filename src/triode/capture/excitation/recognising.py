"""Finding the excitation signal in a recording, wherever it starts."""

from collections import Counter

import numpy as np
import numpy.typing as npt

from triode.capture.excitation.layout import SHORTEST_MINUTES, STEP_MINUTES, Layout
from triode.capture.excitation.marker import Marker, find_markers

__all__ = ["recognise_excitation"]

_FEWEST_MARKERS = 3
# A resampler rounds the clicks to whole samples.
_ROUNDING_SAMPLES = 2
_SAME_SHARE = 0.03


def recognise_excitation(dry: npt.NDArray[np.float32], rate_hz: float) -> Layout | None:
    """Tell whether `dry` plays Triode's signal, and where each part of it lies.

    The recording may begin before the signal or within it, end early, and have any level; it may
    have been resampled. Its clicks have to be intact, at least nine of them, and what it repeats
    has to repeat.

    Args:
        dry: Shape (frames,).
        rate_hz: Its rate.
    """
    markers = find_markers(dry, rate_hz)
    if not markers:
        return None
    code, _ = Counter(marker.code for marker in markers).most_common(1)[0]
    if code * STEP_MINUTES < SHORTEST_MINUTES:
        return None
    signal = Layout.of(code * STEP_MINUTES, rate_hz)
    offsets = _offsets(signal, [marker for marker in markers if marker.code == code])
    if len(offsets) < _FEWEST_MARKERS:
        return None
    layout = Layout(
        minutes=signal.minutes,
        rate_hz=rate_hz,
        offset=round(float(np.median(offsets))),
        frames=len(dry),
    )
    return layout if _repeats_itself(dry, layout) else None


def _offsets(signal: Layout, markers: list[Marker]) -> list[int]:
    """Where each marker says that the signal begins, as far as they agree."""
    starts = {one.number: signal.span(one)[0] for one in signal.segments if one.kind == "marker"}
    offsets = [one.start - starts[one.number] for one in markers if one.number in starts]
    if not offsets:
        return []
    middle = float(np.median(offsets))
    return [one for one in offsets if abs(one - middle) <= _ROUNDING_SAMPLES]


def _repeats_itself(dry: npt.NDArray[np.float32], layout: Layout) -> bool:
    for repeat in layout.repeats:
        first = dry[repeat.first : repeat.first + repeat.frames].astype(np.float64)
        second = dry[repeat.second : repeat.second + repeat.frames].astype(np.float64)
        difference = second - first
        if not difference @ difference <= _SAME_SHARE**2 * (first @ first):
            return False
    return True
