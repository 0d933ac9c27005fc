"""Our metrics of what listeners hear, to be set against what they say."""

import math

import numpy as np
import numpy.typing as npt

from triode.metrics import esr, level_difference_db, stft_distance

__all__ = ["MEASURES", "measures_of"]

MEASURES = {
    "esr_db": "null depth",
    "spectral": "spectral distance",
    "bright_esr_db": "null depth with highs lifted",
    "level_db": "level difference",
}
"""What is measured of every stimulus, by key, and what it is called."""

_DEEPEST_DB = -150.0
_LIFT = 0.85


def measures_of(
    reference: npt.NDArray[np.float32], stimulus: npt.NDArray[np.float32]
) -> dict[str, float]:
    """Metrics of a stimulus against its reference, both as they are heard, (frames,) each.

    `bright_esr_db` is of both signals less 0.85 times their last sample, as losses with
    pre-emphasis have it: it lets highs count for more.
    """
    bright = (one[1:] - np.float32(_LIFT) * one[:-1] for one in (reference, stimulus))
    return {
        "esr_db": _depth_db(esr(reference, stimulus)),
        "spectral": round(stft_distance(reference, stimulus), 6),
        "bright_esr_db": _depth_db(esr(*bright)),
        "level_db": round(level_difference_db(reference, stimulus), 4),
    }


def _depth_db(ratio: float) -> float:
    return round(max(_DEEPEST_DB, 10.0 * math.log10(ratio)), 4) if ratio > 0.0 else _DEEPEST_DB
