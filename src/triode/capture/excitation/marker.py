"""Three clicks whose distances say where in the signal they are, and how long the signal is.

Each click is one sample, with silence around it. The first distance is 60 ms and one more for
each marker before this one; the second is 60 ms and one more for each half minute of the signal.
So one marker alone tells where a recording of the signal begins.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from triode.audio import blocks_of, peak_of, release

__all__ = ["CLICK", "LONGEST_CODE", "MARKER_SECONDS", "Marker", "click_seconds", "find_markers"]

CLICK: Final = 0.9
"""Height of each click; full scale is 1."""

LONGEST_CODE: Final = 30
MARKER_SECONDS: Final = 0.5

_MOST_MARKERS = 100
_LEAD_IN_SECONDS = 0.1
_SHORTEST_SECONDS = 0.06
_STEP_SECONDS = 0.001
_TOLERANCE_STEPS = 0.1
# Around a click nothing is louder than this share of it, but for what a resampler spreads.
_QUIET_SHARE = 0.02
_QUIET_SECONDS = 0.05
_SPREAD_SECONDS = 0.002
_LOUD_SHARE = 0.4


@dataclass(frozen=True, kw_only=True)
class Marker:
    """A marker in a recording: `start`, the sample at which its segment begins, and its codes."""

    start: int
    number: int
    code: int


def click_seconds(number: int, code: int) -> tuple[float, float, float]:
    """When the clicks of a marker come, counted from the start of its segment."""
    second = _LEAD_IN_SECONDS + _SHORTEST_SECONDS + number * _STEP_SECONDS
    return _LEAD_IN_SECONDS, second, second + _SHORTEST_SECONDS + code * _STEP_SECONDS


def find_markers(signal: npt.NDArray[np.float32], rate_hz: float) -> tuple[Marker, ...]:
    """Every marker in a recording of the signal, at any level, in order.

    Args:
        signal: Shape (frames,).
        rate_hz: Its rate.
    """
    clicks = _clicks(signal, rate_hz)
    found = []
    for first, second, third in zip(clicks, clicks[1:], clicks[2:], strict=False):
        number = _steps(second - first, rate_hz, _MOST_MARKERS)
        code = _steps(third - second, rate_hz, LONGEST_CODE)
        if number is not None and code is not None:
            start = first - round(_LEAD_IN_SECONDS * rate_hz)
            found.append(Marker(start=start, number=number, code=code))
    return tuple(found)


def _steps(distance: int, rate_hz: float, most: int) -> int | None:
    steps = (distance / rate_hz - _SHORTEST_SECONDS) / _STEP_SECONDS
    number = round(steps)
    return number if 0 <= number <= most and abs(steps - number) <= _TOLERANCE_STEPS else None


def _clicks(signal: npt.NDArray[np.float32], rate_hz: float) -> list[int]:
    """Where something short and loud stands alone."""
    loud = _loud(signal)
    spread = round(_SPREAD_SECONDS * rate_hz)
    quiet = round(_QUIET_SECONDS * rate_hz)
    starts = np.flatnonzero(np.diff(loud, prepend=-quiet - 1) > quiet)
    found: list[int] = []
    for begin, end in pairwise([*starts, len(loud)]):
        if loud[end - 1] - loud[begin] > spread:
            continue
        place = int(loud[begin] + np.argmax(np.abs(signal[loud[begin] : loud[end - 1] + 1])))
        around = np.abs(signal[max(0, place - quiet) : place + quiet + 1])
        centre = min(place, quiet)
        around[max(0, centre - spread) : centre + spread + 1] = 0.0
        if around.max(initial=0.0) <= _QUIET_SHARE * abs(signal[place]):
            found.append(place)
        release(signal)
    return found


def _loud(signal: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """The samples that are loud beside the loudest, looked for block by block."""
    limit = np.float32(_LOUD_SHARE * peak_of(signal))
    found, start = [np.zeros(0, np.int64)], 0
    for one in blocks_of(signal):
        found.append(start + np.flatnonzero(np.abs(one) > limit))
        start += len(one)
    return np.concatenate(found)
