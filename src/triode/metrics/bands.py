"""Which octaves the error lies in."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import welch

from triode.errors import AudioError
from triode.metrics.checks import checked_pair, checked_rate_hz, reference_energy

__all__ = ["OctaveBandError", "octave_band_error"]

_LOWEST_CENTRE_HZ = 31.25
# A band this far below the whole reference holds rounding noise only: no ratio is formed over it.
_EMPTY_BAND = 1e-14
# Bins of 6 Hz or finer put at least three of them into the lowest band, 22 to 44 Hz.
_RESOLUTION_HZ = 6.0


@dataclass(frozen=True, kw_only=True)
class OctaveBandError:
    """One value per octave band, (bands,) each.

    Attributes:
        centres_hz: 31.25, 62.5, ... 16000: 1000 times powers of two; a band reaches from
            centre / sqrt(2) to centre * sqrt(2).
        error_db: 10 log10(error energy / reference energy) within the band; -inf without error,
            NaN where the reference has no energy.
        reference_db: 10 log10(band energy / total energy) of the reference: how much the band
            matters; -inf where it has no energy.
    """

    centres_hz: npt.NDArray[np.float64]
    error_db: npt.NDArray[np.float64]
    reference_db: npt.NDArray[np.float64]


def octave_band_error(
    reference: npt.ArrayLike, estimate: npt.ArrayLike, rate_hz: float
) -> OctaveBandError:
    """Return the error in octave bands from 31.25 Hz up to the last whole one below Nyquist.

    Energies come from Welch's averaged periodogram (Welch 1967) with half-overlapping Hann
    windows of at least 1/6 s, summed over the bins of a band.

    Args:
        reference: y, (frames,), at least 1/6 s.
        estimate: e, (frames,).
        rate_hz: Sample rate of both, at least 89 Hz so that one band fits.

    Raises:
        AudioError: Empty, too short, mismatched or non-finite input, or a silent reference.
    """
    wanted, played = checked_pair(reference, estimate)
    rate = checked_rate_hz(rate_hz)
    reference_energy(wanted)
    bands = math.floor(math.log2(rate / 2.0 / math.sqrt(2.0) / _LOWEST_CENTRE_HZ)) + 1
    window_samples = 2 ** math.ceil(math.log2(rate / _RESOLUTION_HZ))
    if bands < 1 or wanted.size < window_samples:
        raise AudioError(
            "the passage is too short or its rate too low for octave bands",
            expected=f"at least {window_samples} frames and 89 Hz",
            got=f"{wanted.size} frames at {rate:g} Hz",
            hint="Measure a longer passage.",
        )
    frequencies_hz, wanted_power = _power_spectrum(wanted, rate, window_samples)
    _, error_power = _power_spectrum(wanted - played, rate, window_samples)
    centres_hz = np.ldexp(_LOWEST_CENTRE_HZ, np.arange(bands))
    edges_hz = np.append(centres_hz / math.sqrt(2.0), centres_hz[-1] * math.sqrt(2.0))
    first_bins = np.searchsorted(frequencies_hz, edges_hz)
    wanted_band = np.array([part.sum() for part in np.split(wanted_power, first_bins)[1:-1]])
    error_band = np.array([part.sum() for part in np.split(error_power, first_bins)[1:-1]])
    total = float(wanted_power.sum())
    present = wanted_band > _EMPTY_BAND * total
    with np.errstate(divide="ignore", invalid="ignore"):
        error_db = np.where(present, 10.0 * np.log10(error_band / wanted_band), np.nan)
        reference_db = np.where(present, 10.0 * np.log10(wanted_band / total), -np.inf)
    return OctaveBandError(centres_hz=centres_hz, error_db=error_db, reference_db=reference_db)


def _power_spectrum(
    signal: npt.NDArray[np.float64], rate_hz: float, window_samples: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    frequencies_hz, power = welch(
        signal, fs=rate_hz, nperseg=window_samples, detrend=False, scaling="spectrum"
    )
    return frequencies_hz, power
