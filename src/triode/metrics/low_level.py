"""What a model does when little is played: in decays, in noise tails and in silence.

Loud playing decides the ESR of a whole recording, so these passages are judged by themselves. They
are told apart by the level of the dry signal in windows of 50 ms, relative to its loud playing (the
95th percentile of the windows' levels).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.fft import rfft, rfftfreq
from scipy.signal import get_window

from triode.errors import AudioError
from triode.metrics.checks import checked_pair, checked_rate_hz, checked_signal
from triode.metrics.windows import power_db, window_levels_db, windowed

__all__ = ["DECAYS", "NOISE_TAILS", "SILENCE", "LowLevel", "low_level"]

DECAYS, NOISE_TAILS, SILENCE = "decays", "noise tails", "silence"

_LOUD_PERCENTILE = 95.0
_DECAY_DB = (-50.0, -15.0)
_EARLIER_WINDOWS = 5
# The dither of a 16-bit recording lies at about -93 dBFS.
_SILENCE_DBFS = -90.0
_SILENT_WINDOWS = 10
_LOWEST_CENTRE_HZ = 62.5

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class LowLevel:
    """One kind of quiet passage; levels are RMS in dBFS with the mean taken out.

    Attributes:
        kind: "decays", "noise tails" or "silence".
        seconds: How much of it the recording has.
        gear_db: Level of the gear.
        model_db: Level of the model.
        error_db: Level of their difference.
        gear_dc: Mean of the gear, linear.
        model_dc: Mean of the model, linear.
        centres_hz: Centres of octave bands, (bands,).
        gear_spectrum_db: Level of the gear in each band, (bands,).
        error_spectrum_db: Level of the difference in each band, (bands,).
    """

    kind: str
    seconds: float
    gear_db: float
    model_db: float
    error_db: float
    gear_dc: float
    model_dc: float
    centres_hz: Float64Array
    gear_spectrum_db: Float64Array
    error_spectrum_db: Float64Array


def low_level(
    dry: npt.ArrayLike, wet: npt.ArrayLike, output: npt.ArrayLike, rate_hz: float
) -> tuple[LowLevel, ...]:
    """Measure decays, noise tails and silence, those that the recording has.

    Decays: the dry signal lies 15 to 50 dB below its loud playing, and is quieter than a quarter
    of a second before. Noise tails: below that, but not silence. Silence: below -90 dBFS for half
    a second already.

    Args:
        dry: What was sent into the gear, (frames,).
        wet: What came back, (frames,).
        output: What the model makes of `dry`, (frames,).
        rate_hz: Sample rate of all three.

    Raises:
        AudioError: Empty, too short, mismatched or non-finite input.
    """
    rate = checked_rate_hz(rate_hz)
    sent = checked_signal(dry, "dry")
    gear, model = checked_pair(wet, output)
    if sent.size != gear.size:
        raise AudioError(
            "dry and wet differ in length", expected=f"{gear.size} frames", got=f"{sent.size}"
        )
    parts = {
        "gear": windowed(gear, rate),
        "model": windowed(model, rate),
        "error": windowed(gear - model, rate),
    }
    found = []
    for kind, chosen in _kinds(window_levels_db(sent, rate)).items():
        if chosen.any():
            found.append(_measured(kind, {name: one[chosen] for name, one in parts.items()}, rate))
    return tuple(found)


def _kinds(levels_db: Float64Array) -> dict[str, npt.NDArray[np.bool_]]:
    """Which windows are of which kind, (windows,) each."""
    heard_db = levels_db[np.isfinite(levels_db)]
    loud_db = float(np.percentile(heard_db, _LOUD_PERCENTILE)) if heard_db.size else 0.0
    quiet = levels_db < _SILENCE_DBFS
    # Before a recording begins nothing has been played.
    known = np.concatenate([np.ones(_SILENT_WINDOWS - 1, bool), quiet])
    silence = np.convolve(known, np.ones(_SILENT_WINDOWS), "valid") > _SILENT_WINDOWS - 0.5
    earlier = np.concatenate([np.full(_EARLIER_WINDOWS, -np.inf), levels_db])[: levels_db.size]
    below, above = loud_db + _DECAY_DB[0], loud_db + _DECAY_DB[1]
    return {
        DECAYS: (levels_db >= below) & (levels_db < above) & (levels_db < earlier) & ~silence,
        NOISE_TAILS: (levels_db < below) & ~silence,
        SILENCE: silence,
    }


def _measured(kind: str, parts: dict[str, Float64Array], rate_hz: float) -> LowLevel:
    means = {name: float(one.mean()) for name, one in parts.items()}
    centred = {name: one - means[name] for name, one in parts.items()}
    levels = {name: float(power_db(np.square(one).mean())) for name, one in centred.items()}
    count, samples = parts["gear"].shape
    centres_hz, gear_spectrum_db = _octaves_db(centred["gear"], rate_hz)
    _, error_spectrum_db = _octaves_db(centred["error"], rate_hz)
    return LowLevel(
        kind=kind,
        seconds=count * samples / rate_hz,
        gear_db=levels["gear"],
        model_db=levels["model"],
        error_db=levels["error"],
        gear_dc=means["gear"],
        model_dc=means["model"],
        centres_hz=centres_hz,
        gear_spectrum_db=gear_spectrum_db,
        error_spectrum_db=error_spectrum_db,
    )


def _octaves_db(windows: Float64Array, rate_hz: float) -> tuple[Float64Array, Float64Array]:
    """Power in octave bands, averaged over (windows, samples), as centres and levels in dBFS."""
    samples = windows.shape[1]
    hann = get_window("hann", samples)
    spectrum = rfft(windows * hann, axis=1)
    power = (np.square(spectrum.real) + np.square(spectrum.imag)).mean(axis=0)
    power *= 2.0 / (samples * np.square(hann).sum())
    bands = max(1, int(np.log2(rate_hz / 2.0 / np.sqrt(2.0) / _LOWEST_CENTRE_HZ)) + 1)
    centres_hz = np.ldexp(_LOWEST_CENTRE_HZ, np.arange(bands))
    edges_hz = np.append(centres_hz / np.sqrt(2.0), centres_hz[-1] * np.sqrt(2.0))
    first = np.searchsorted(rfftfreq(samples, 1.0 / rate_hz), edges_hz)
    return centres_hz, power_db([part.sum() for part in np.split(power, first)[1:-1]])
