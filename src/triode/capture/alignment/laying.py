"""The wet signal laid over the dry one as was found, and what must not be used of it.

It is the wet signal that is moved, never the dry one: the dry samples are exactly what the gear
heard, and repeated passages stay equal sample for sample. Where clocks agree, moving by whole
samples is enough and no sample changes. Where they drift, the wet signal is interpolated; it came
through a converter, which leaves nothing near half the rate, so interpolation takes nothing away.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from triode.audio import BLOCK_FRAMES, SignalStore, read_between, release
from triode.capture.alignment.course import Course
from triode.capture.splitting import Range
from triode.capture.timing import Alignment

__all__ = ["excluded_ranges", "lay", "lay_over"]

_Signal = npt.NDArray[np.float32]

_BEFORE_SECONDS: Final = 0.01
_AFTER_SECONDS: Final = 0.05


def lay(wet: _Signal, course: Course, frames: int, store: SignalStore) -> _Signal:
    """The wet signal on the dry one's time, (frames,) or less, its course taken out.

    Without drift only whole samples are moved.
    """
    offsets = course.offsets if course.drift else np.round(course.offsets)
    if not course.drift and len(offsets) == 1 and offsets[0] >= 0:
        return wet[int(offsets[0]) :][:frames]
    bounds = [0, *(round(edge) for edge in course.edges), frames]
    return store.keep(_laid(wet, bounds, offsets, 1 + course.drift), frames)


def lay_over(
    dry: _Signal, wet: _Signal, alignment: Alignment, store: SignalStore
) -> tuple[_Signal, _Signal, int]:
    """Cut and move until every wet sample lies beside the dry one that it answers.

    Args:
        dry: Shape (frames,).
        wet: Shape (frames of its own,).
        alignment: How they lie.
        store: Where to keep the wet signal if it has to be made anew.

    Returns:
        Both, from one moment on but perhaps of two lengths, and how many samples were cut off the
        beginning of the dry one.
    """
    advance = alignment.advance_samples
    if not alignment.resampled and not alignment.jumps:
        cut = max(0, -advance)
        return dry[cut:], wet[max(0, advance) :], cut
    speed = 1 + 1e-6 * alignment.drift_ppm
    offset = advance + alignment.advance_fraction
    shifts = np.cumsum([0.0, *(jump.shift_samples for jump in alignment.jumps)])
    cut = max(0, int(np.ceil(-offset / speed)))
    end = int(np.floor((len(wet) - 1 - offset - shifts[-1]) / speed)) + 1
    stop = max(cut, min(len(dry), end))
    places = np.array([cut, *(one.position_samples for one in alignment.jumps), stop])
    bounds = [int(place) for place in places.clip(cut, stop)]
    laid = store.keep(_laid(wet, bounds, offset + shifts, speed), stop - cut)
    return dry[cut:], laid, cut


def _laid(
    wet: _Signal, bounds: Sequence[int], offsets: npt.NDArray[np.float64], speed: float
) -> Iterator[_Signal]:
    """Blocks of what lies beside the dry samples between the bounds, one offset for each two."""
    for offset, begin, end in zip(offsets, bounds, bounds[1:], strict=False):
        for start in range(begin, end, BLOCK_FRAMES):
            frames = min(BLOCK_FRAMES, end - start)
            yield read_between(wet, start * speed + float(offset), speed, frames)
            release(wet)


def excluded_ranges(
    alignment: Alignment, rate_hz: float, cut: int, frames: int
) -> tuple[Range, ...]:
    """Where the wet signal is not the answer to the dry one, around each jump.

    From the first answer in doubt until 50 ms after the last, for the gear may have heard the jump
    itself and needs a moment to forget it.

    Args:
        alignment: What was found.
        rate_hz: The rate at which it counts samples.
        cut: How many samples were cut off the beginning of the dry signal.
        frames: How many are left.
    """
    ranges = []
    for jump in alignment.jumps:
        lost = max(0, round(-jump.shift_samples))
        doubt = jump.uncertainty_samples
        start = jump.position_samples - cut - lost - doubt - round(_BEFORE_SECONDS * rate_hz)
        stop = jump.position_samples - cut + doubt + round(_AFTER_SECONDS * rate_hz)
        if stop > 0 and start < frames:
            ranges.append((max(0, start), min(frames, stop)))
    return tuple(ranges)
