"""What the numbers mean: pure functions of NumPy arrays that say how good a capture is.

Every function takes (frames,) signals of one length, the reference (what the gear played) first and
the estimate (what the model played) second, computes in float64, and refuses empty, mismatched or
non-finite input with an `AudioError`. Nothing here plots or loads torch, and only `asr` reads a
file if it is given one. `aliasing_map` and `asr` measure a model by itself, by playing through it.
"""

from triode.metrics.aliasing import AliasingMap, aliasing_map
from triode.metrics.bands import OctaveBandError, octave_band_error
from triode.metrics.error import esr, null_depth_db
from triode.metrics.level import level_difference_db, peak, rms_db
from triode.metrics.loudness import (
    Render,
    gain,
    loudness_and_gain,
    loudness_db,
    standard_excitation,
)
from triode.metrics.model_aliasing import asr
from triode.metrics.over_time import ErrorOverTime, error_over_time
from triode.metrics.spectral import STFT_RESOLUTIONS, StftResolution, stft_distance

__all__ = [
    "STFT_RESOLUTIONS",
    "AliasingMap",
    "ErrorOverTime",
    "OctaveBandError",
    "Render",
    "StftResolution",
    "aliasing_map",
    "asr",
    "error_over_time",
    "esr",
    "gain",
    "level_difference_db",
    "loudness_and_gain",
    "loudness_db",
    "null_depth_db",
    "octave_band_error",
    "peak",
    "rms_db",
    "standard_excitation",
    "stft_distance",
]
