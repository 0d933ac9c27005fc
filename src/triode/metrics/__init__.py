"""What the numbers mean: pure functions of NumPy arrays that say how good a capture is.

Every function takes (frames,) signals of one length, the reference (what the gear played) first and
the estimate (what the model played) second, computes in float64, and refuses empty, mismatched or
non-finite input with an `AudioError`. Nothing here plots or loads torch, and only `asr` reads a
file if it is given one. What takes a `render` measures a model by itself, by playing through it.
"""

from triode.metrics.aliasing import AliasingMap, aliasing_map
from triode.metrics.at_rest import AtRest, IdleTone, at_rest
from triode.metrics.bands import OctaveBandError, octave_band_error
from triode.metrics.burst import BurstResponse, burst_response, step_response
from triode.metrics.by_level import ByInputLevel, by_input_level
from triode.metrics.error import esr, null_depth_db
from triode.metrics.level import level_difference_db, peak, rms_db
from triode.metrics.loudness import (
    Render,
    gain,
    loudness_and_gain,
    loudness_db,
    standard_excitation,
)
from triode.metrics.low_level import LowLevel, low_level
from triode.metrics.model_aliasing import asr
from triode.metrics.over_time import ErrorOverTime, error_over_time
from triode.metrics.response import FrequencyResponse, small_signal_response
from triode.metrics.spectral import STFT_RESOLUTIONS, StftResolution, stft_distance
from triode.metrics.tones import HarmonicLevels, TransferCurve, harmonic_levels, transfer_curve
from triode.metrics.worst import worst_passage

__all__ = [
    "STFT_RESOLUTIONS",
    "AliasingMap",
    "AtRest",
    "BurstResponse",
    "ByInputLevel",
    "ErrorOverTime",
    "FrequencyResponse",
    "HarmonicLevels",
    "IdleTone",
    "LowLevel",
    "OctaveBandError",
    "Render",
    "StftResolution",
    "TransferCurve",
    "aliasing_map",
    "asr",
    "at_rest",
    "burst_response",
    "by_input_level",
    "error_over_time",
    "esr",
    "gain",
    "harmonic_levels",
    "level_difference_db",
    "loudness_and_gain",
    "loudness_db",
    "low_level",
    "null_depth_db",
    "octave_band_error",
    "peak",
    "rms_db",
    "small_signal_response",
    "standard_excitation",
    "step_response",
    "stft_distance",
    "transfer_curve",
    "worst_passage",
]
