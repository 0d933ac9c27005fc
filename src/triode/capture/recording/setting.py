"""Which passage to set levels with, and what to do about the level that comes back."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from triode.capture.recording.players import FULL_SCALE

__all__ = ["Advice", "advise", "loudest_span"]

_SECONDS = 4.0
_SILENT_DBFS = -60.0
_LOWEST_DBFS = -18.0
_HIGHEST_DBFS = -3.0


class Advice(StrEnum):
    """What to do with the interface's input gain."""

    SILENT = "nothing comes back: check cables, channels and volume"
    UP = "turn the input up"
    GOOD = "good"
    DOWN = "turn the input down"
    CLIPPING = "it clips: turn the input down"


def advise(peak: float) -> Advice:
    """What a peak magnitude, 1 being full scale, asks for; good are -18 to -3 dBFS."""
    peak_dbfs = 20.0 * float(np.log10(max(peak, 1e-10)))
    if peak >= FULL_SCALE:
        return Advice.CLIPPING
    if peak_dbfs > _HIGHEST_DBFS:
        return Advice.DOWN
    if peak_dbfs >= _LOWEST_DBFS:
        return Advice.GOOD
    return Advice.UP if peak_dbfs > _SILENT_DBFS else Advice.SILENT


def loudest_span(dry: npt.NDArray[np.float32], rate_hz: float) -> tuple[int, int]:
    """The samples [start, stop) of the four seconds of `dry`, (frames,), with the most energy."""
    frames = min(len(dry), round(_SECONDS * rate_hz))
    energy = np.concatenate([[0.0], np.cumsum(np.square(dry, dtype=np.float64))])
    start = int(np.argmax(energy[frames:] - energy[: len(energy) - frames]))
    return start, start + frames
