"""The delay as it goes through a recording: a straight line per stretch between jumps."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["PASSAGE_FRAMES", "Course", "passages"]

PASSAGE_FRAMES: Final = 1 << 14
"""Length of the passages that are compared."""

_LOWEST_SCORE = 8.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """The delay at every dry sample: one slope, and one offset per stretch between jumps.

    Attributes:
        drift: Samples of delay per sample.
        offsets: Delay at sample 0, as each stretch has it, (stretches,).
        edges: Where the stretches meet, roughly, in dry samples, (stretches - 1,).
        brackets: Between which dry samples each edge surely lies, (stretches - 1, 2).
        centres, residuals, scores: The passages measured, (passages,) each: middle, delay beyond
            the course, how far the passage's correlation stands above noise.
        levels, brightness: What was played in them, (passages,) each: level in units of 10 dB, and
            the decimal logarithm of the mean square frequency.
        drift_deviation: One standard deviation of `raw_drift`.
        raw_drift: The slope as measured, also where `drift` is zero because it is too little.
        counted: Whether it is sure how many samples each edge is worth.
        pivot: The middle of what the dry signal has to say, in dry samples: the delay that was
            measured for the whole recording is that of this place.
    """

    drift: float
    offsets: npt.NDArray[np.float64]
    edges: npt.NDArray[np.float64]
    brackets: npt.NDArray[np.float64]
    centres: npt.NDArray[np.float64]
    residuals: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]
    levels: npt.NDArray[np.float64]
    brightness: npt.NDArray[np.float64]
    drift_deviation: float = np.inf
    raw_drift: float = 0.0
    counted: bool = False
    pivot: float = 0.0

    def at(self, samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The delay of the answer to each of some dry samples."""
        return self.offsets[np.searchsorted(self.edges, samples)] + self.drift * samples

    @property
    def good(self) -> npt.NDArray[np.bool_]:
        """Which passages had something clear to say, (passages,)."""
        return self.scores >= _LOWEST_SCORE

    @property
    def share(self) -> float:
        """The share of the clear passages that lie within two samples of the course."""
        return float(np.mean(np.abs(self.residuals[self.good]) < 2.0)) if self.good.any() else 0.0


def passages(frames: int, course: Course, enough: int) -> npt.NDArray[np.int64]:
    """Starts of the passages of `PASSAGE_FRAMES` that no edge of the course can lie in.

    Each begins where the one before ends, or amid it where there would be fewer than `enough`.
    """
    hop = PASSAGE_FRAMES if frames > enough * PASSAGE_FRAMES else PASSAGE_FRAMES // 2
    starts = np.arange(0, max(1, frames - PASSAGE_FRAMES + 1), hop)
    keep = np.ones(len(starts), np.bool_)
    for low, high in course.brackets:
        keep &= (high < starts) | (low >= starts + PASSAGE_FRAMES)
    return starts[keep] if keep.any() else starts
