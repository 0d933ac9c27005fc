"""The small-signal frequency response of gear or model, from a recording's own quiet passages."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.fft import rfft, rfftfreq
from scipy.signal import get_window

from triode.metrics.checks import checked_pair, checked_rate_hz
from triode.metrics.windows import power_db

__all__ = ["FrequencyResponse", "small_signal_response"]

_WINDOW_SECONDS = 0.17
_QUIET_DB = (-45.0, -15.0)
_LOUD_PERCENTILE = 95.0
_QUIETEST_DBFS = -80.0
_FEWEST_WINDOWS = 8
_BANDS_PER_OCTAVE = 6
_LOWEST_HZ, _HIGHEST_HZ = 70.0, 16000.0
_LEAST_COHERENCE = 0.5
_BLOCK_WINDOWS = 64

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class FrequencyResponse:
    """Gain per sixth of an octave, (bands,) each.

    Attributes:
        centres_hz: Centres of the bands.
        gain_db: Gain; NaN where the output does not follow the input enough to tell.
        coherence: How much of the output's energy the gain explains, 0 to 1.
        windows: How many quiet windows it was taken from.
    """

    centres_hz: Float64Array
    gain_db: Float64Array
    coherence: Float64Array
    windows: int


def small_signal_response(
    entry: npt.ArrayLike, leave: npt.ArrayLike, rate_hz: float
) -> FrequencyResponse | None:
    """Return the response that explains `leave` by `entry` best where `entry` is quiet.

    Windows of about 0.17 s (8,192 samples at 48 kHz), half overlapping, count when the level of
    `entry` lies 15 to 45 dB below its loud playing (95th percentile) and above -80 dBFS. Over them
    the least-squares response is H = S_xy / S_xx, with coherence |S_xy|^2 / (S_xx S_yy) (Bendat
    and Piersol); both are then averaged over sixths of an octave, weighted by S_xx, so that a
    delay does not count. Bands whose coherence is below 0.5 have no gain.

    Args:
        entry: What went in, (frames,).
        leave: What came out, (frames,).
        rate_hz: Sample rate of both.

    Returns:
        The response, or None when the recording has fewer than eight such windows.

    Raises:
        AudioError: Empty, mismatched or non-finite input.
    """
    rate = checked_rate_hz(rate_hz)
    sent, played = checked_pair(entry, leave)
    window_samples = 2 ** round(np.log2(_WINDOW_SECONDS * rate))
    starts = _quiet_starts(sent, window_samples)
    if starts.size < _FEWEST_WINDOWS:
        return None
    hann = get_window("hann", window_samples)
    size = window_samples // 2 + 1
    sent_power, played_power, cross = np.zeros(size), np.zeros(size), np.zeros(size, complex)
    for first in range(0, starts.size, _BLOCK_WINDOWS):
        places = starts[first : first + _BLOCK_WINDOWS, None] + np.arange(window_samples)
        x, y = rfft(sent[places] * hann, axis=1), rfft(played[places] * hann, axis=1)
        sent_power += np.square(np.abs(x)).sum(axis=0)
        played_power += np.square(np.abs(y)).sum(axis=0)
        cross += (np.conj(x) * y).sum(axis=0)
    explained = np.square(np.abs(cross)) / np.maximum(sent_power, np.finfo(np.float64).tiny)
    highest_hz = min(_HIGHEST_HZ, 0.45 * rate)
    count = int(np.log2(highest_hz / _LOWEST_HZ) * _BANDS_PER_OCTAVE)
    centres_hz = _LOWEST_HZ * 2.0 ** ((np.arange(count) + 0.5) / _BANDS_PER_OCTAVE)
    edges_hz = _LOWEST_HZ * 2.0 ** (np.arange(count + 1) / _BANDS_PER_OCTAVE)
    bins = np.searchsorted(rfftfreq(window_samples, 1.0 / rate), edges_hz)

    def band_sums(values: Float64Array) -> Float64Array:
        return np.array([part.sum() for part in np.split(values, bins)[1:-1]])

    explained_bands, played_bands = band_sums(explained), band_sums(played_power)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain_db = power_db(explained_bands / band_sums(sent_power))
        coherence = explained_bands / played_bands
    return FrequencyResponse(
        centres_hz=centres_hz,
        gain_db=np.where(coherence >= _LEAST_COHERENCE, gain_db, np.nan),
        coherence=coherence,
        windows=int(starts.size),
    )


def _quiet_starts(signal: Float64Array, window_samples: int) -> npt.NDArray[np.int_]:
    starts = np.arange(0, signal.size - window_samples + 1, window_samples // 2)
    energy = np.concatenate([[0.0], np.cumsum(np.square(signal))])
    levels_db = power_db((energy[starts + window_samples] - energy[starts]) / window_samples)
    playing = levels_db > _QUIETEST_DBFS
    if not playing.any():
        return starts[:0]
    loud_db = float(np.percentile(levels_db[playing], _LOUD_PERCENTILE))
    low, high = (loud_db + one for one in _QUIET_DB)
    return starts[playing & (levels_db >= low) & (levels_db < high)]
