"""How loud a signal is, and whether a converter ran out of room."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from triode.audio.store import blocks_of

__all__ = ["SILENCE_DBFS", "Levels", "mean_of", "measure_levels", "rms_db"]

SILENCE_DBFS: Final = -80.0
"""A recording whose peak stays below this holds nothing to learn from."""

_FLOOR_DB = -200.0
_BLOCK_FRAMES = 1 << 20
_FLAT_TOP_SAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Levels of one signal, in dB of full scale (a peak of 1.0 is 0 dBFS; digital zero is -200).

    `dc` is the mean. `clipped_samples` counts samples in flat tops: three or more equal samples
    in a row at the signal's own highest or lowest value.
    """

    frames: int
    peak_dbfs: float
    rms_dbfs: float
    dc: float
    clipped_samples: int

    @property
    def silent(self) -> bool:
        """Whether even the peak is below `SILENCE_DBFS`."""
        return self.peak_dbfs < SILENCE_DBFS

    @property
    def crest_db(self) -> float:
        """Peak over root mean square."""
        return self.peak_dbfs - self.rms_dbfs

    @property
    def clipped_share(self) -> float:
        """Share of all samples, 0 to 1, that lie in flat tops."""
        return self.clipped_samples / max(1, self.frames)


def measure_levels(samples: npt.NDArray[np.float32]) -> Levels:
    """Measure `samples`, shape (frames,)."""
    frames = len(samples)
    if frames == 0:
        return Levels(frames=0, peak_dbfs=_FLOOR_DB, rms_dbfs=_FLOOR_DB, dc=0.0, clipped_samples=0)
    highest = max(float(block.max()) for block in blocks_of(samples))
    lowest = min(float(block.min()) for block in blocks_of(samples))
    peak = max(highest, -lowest)
    clipped = 0
    if peak > 0:
        clipped = _in_runs(samples, highest)
        if lowest != highest:
            clipped += _in_runs(samples, lowest)
    return Levels(
        frames=frames,
        peak_dbfs=_decibels(peak),
        rms_dbfs=rms_db(samples),
        dc=mean_of(samples),
        clipped_samples=clipped,
    )


def rms_db(samples: npt.NDArray[np.float32]) -> float:
    """Root mean square of `samples`, shape (frames,), in dB of full scale, at least -200."""
    total = 0.0
    for part in blocks_of(samples, _BLOCK_FRAMES):
        block = part.astype(np.float64)
        total += float(block @ block)
    return _decibels(float(np.sqrt(total / max(1, len(samples)))))


def mean_of(samples: npt.NDArray[np.float32]) -> float:
    """The mean of `samples`, shape (frames,), at least one."""
    total = sum(float(block.sum(dtype=np.float64)) for block in blocks_of(samples))
    return total / len(samples)


def _decibels(amplitude: float) -> float:
    return max(_FLOOR_DB, 20.0 * float(np.log10(amplitude))) if amplitude > 0 else _FLOOR_DB


def _in_runs(samples: npt.NDArray[np.float32], value: float) -> int:
    """How many samples equal to `value` stand in runs of at least `_FLAT_TOP_SAMPLES`."""
    total = open_run = 0
    for block in blocks_of(samples):
        edges = np.flatnonzero(np.diff(block == value, prepend=False, append=False))
        lengths = edges[1::2] - edges[::2]
        if len(lengths) and edges[0] == 0:
            lengths[0] += open_run
        elif open_run >= _FLAT_TOP_SAMPLES:
            total += open_run
        open_run = 0
        if len(lengths) and edges[-1] == len(block):
            open_run, lengths = int(lengths[-1]), lengths[:-1]
        total += int(lengths[lengths >= _FLAT_TOP_SAMPLES].sum())
    return total + (open_run if open_run >= _FLAT_TOP_SAMPLES else 0)
