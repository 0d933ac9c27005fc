"""Samples that were lost or put in during a take, told by clicks that come early or late."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import scipy.signal

from triode.capture.excitation import Layout

__all__ = ["Dropout", "find_dropouts"]

_BEFORE_SECONDS = 0.002
_ANSWER_SECONDS = 0.03
_SEARCH_SECONDS = 0.3
_LIKENESS = 0.5
_SMALLEST_SAMPLES = 3

Float32Array = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Dropout:
    """A place where the answer stopped coming at its time.

    Attributes:
        position: Sample of the signal at which it probably happened.
        earliest: The last click before it that came in time.
        latest: The first click after it that did not.
        shift_samples: Negative when samples were lost, positive when some were put in.
    """

    position: int
    earliest: int
    latest: int
    shift_samples: int


def find_dropouts(
    dry: Float32Array, wet: Float32Array, layout: Layout, reported: Sequence[int] = ()
) -> tuple[Dropout, ...]:
    """Compare when the clicks of each marker come with when the first one's came.

    All clicks are the same and stand in silence, so their answers are alike whatever the gear
    does. Between two markers with different delays, the place is where the sound system reported
    a loss, or else where one delay explains the recording before and the other after it.

    Args:
        dry: The signal, (frames,).
        wet: What came back, (frames,), the answer beginning at about the same sample.
        layout: Where the clicks of `dry` are.
        reported: Samples at which the sound system said that something was lost.
    """
    lag, arrivals = _arrivals(wet, layout)
    found = []
    for (earliest, before), (latest, after) in pairwise(arrivals):
        if abs(after - before) < _SMALLEST_SAMPLES:
            continue
        told = [one for one in reported if earliest <= one <= latest]
        position = (
            told[0] if told else _change(dry, wet, (earliest, latest), (before + lag, after + lag))
        )
        found.append(
            Dropout(
                position=position, earliest=earliest, latest=latest, shift_samples=after - before
            )
        )
    return tuple(found)


def _arrivals(wet: Float32Array, layout: Layout) -> tuple[int, list[tuple[int, int]]]:
    """How long after a click its answer peaks, and how much later the clicks of each marker came.

    For each marker that can be heard: its first click, and the delay against the first marker's,
    sought around that of the marker before it.
    """
    rate_hz = layout.rate_hz
    before, after = round(_BEFORE_SECONDS * rate_hz), round(_ANSWER_SECONDS * rate_hz)
    search = round(_SEARCH_SECONDS * rate_hz)
    answer: npt.NDArray[np.float64] | None = None
    arrivals: list[tuple[int, int]] = []
    delay = peak = 0
    for clicks in layout.markers:
        first = clicks[0] + delay - before
        length = clicks[-1] - clicks[0] + before + after
        if first - search < 0 or first + length + search > len(wet):
            continue
        if answer is None:
            parts = [wet[click - before : click + after] for click in clicks]
            answer = np.mean(parts, axis=0, dtype=np.float64)
            peak = int(np.argmax(np.abs(answer))) - before
        template = np.zeros(length)
        for click in clicks:
            template[click - clicks[0] : click - clicks[0] + before + after] += answer
        heard = wet[first - search : first + length + search].astype(np.float64)
        product = scipy.signal.correlate(heard, template, mode="valid", method="fft")
        lag = int(np.argmax(product)) - search
        matched = heard[lag + search : lag + search + length]
        likeness = product[lag + search] / max(
            float(np.linalg.norm(matched) * np.linalg.norm(template)), 1e-30
        )
        if likeness >= _LIKENESS:
            delay += lag
            arrivals.append((clicks[0], delay))
    return peak, arrivals


def _change(
    dry: Float32Array, wet: Float32Array, between: tuple[int, int], delays: tuple[int, int]
) -> int:
    """Where the likeness with the one delay, summed from the left, has gained most on the other.

    Only the signs of the steps are compared, so that loud moments do not outvote soft ones.
    """
    start, stop = between
    stop = min(stop, len(wet) - max(0, *delays), len(dry))
    question = _turns(dry[start:stop])
    earlier, later = (question * _turns(wet[start + delay : stop + delay]) for delay in delays)
    polarity = np.sign(max(earlier.sum(), later.sum(), key=abs))
    return start + int(np.argmax(np.cumsum(polarity * (earlier - later))))


def _turns(signal: Float32Array) -> npt.NDArray[np.float64]:
    """The sign of the second difference: the signal with its low tones taken out, and its level."""
    return np.sign(np.diff(signal.astype(np.float64), 2))
