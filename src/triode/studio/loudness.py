"""How loud something is, and what makes all of it equally loud."""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["TARGET_LUFS", "gain_db", "loudness_lufs"]

TARGET_LUFS: Final = -20.0
"""What is heard in the studio is as loud as this: enough, and with room for peaks."""

_BLOCK_SECONDS = 0.4
_MOST_GAIN_DB = 40.0


def loudness_lufs(samples: npt.NDArray[np.float32], rate_hz: float) -> float | None:
    """Integrated loudness after ITU-R BS.1770, as pyloudnorm measures it.

    Args:
        samples: (frames,).
        rate_hz: Their rate.

    Returns:
        LUFS; None for silence, and for less than the 0.4 s that are measured at a time.
    """
    import pyloudnorm

    if len(samples) <= _BLOCK_SECONDS * rate_hz:
        return None
    meter = pyloudnorm.Meter(rate_hz, block_size=_BLOCK_SECONDS)
    lufs = float(meter.integrated_loudness(samples.astype(np.float64)))
    return lufs if math.isfinite(lufs) else None


def gain_db(lufs: float | None) -> float:
    """What makes something of this loudness as loud as everything else; 0 for silence."""
    return 0.0 if lufs is None else min(_MOST_GAIN_DB, TARGET_LUFS - lufs)
