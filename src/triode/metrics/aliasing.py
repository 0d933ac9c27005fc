"""How much a model aliases: what of a steady tone's answer is not a harmonic of it.

A tone that repeats every N samples, N prime, is met at N different places of its period, one per
sample. Put into the order of those places, a frame of the answer is one period of the answering
waveform sampled N times, and its Fourier series has every harmonic in a line of its own, those
above Nyquist included. These are what folds back, so aliasing is read off without a window and
without a spectral line to miss.

The same series says how the model would alias at twice the rate with every delay inside it doubled
(a network's dilations): it then plays the same waveform, sampled twice as densely, and a harmonic
has to lie above three times the old Nyquist frequency to land in the old band.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.fft import rfft

from triode.errors import AudioError
from triode.metrics.checks import checked_rate_hz, checked_signal

__all__ = [
    "LEVELS_DBFS",
    "PIANO_KEYS",
    "AliasingMap",
    "aliasing_map",
    "harmonic_energies",
    "key_frequency_hz",
]

PIANO_KEYS = tuple(range(21, 109))
"""A0 to C8 as MIDI numbers."""

LEVELS_DBFS = (-30.0, -18.0, -6.0)
"""Peak levels of the tones: soft, ordinary and hard playing into an interface."""

_FRAME_SAMPLES = 16381
_REST_SECONDS = 0.5
_HIGHEST_SHARE = 0.45

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class AliasingMap:
    """Aliasing for every level and key, (levels, keys) each, in dB; NaN where nothing is played.

    Attributes:
        keys: MIDI numbers of the keys.
        frequencies_hz: What was played for each key: its pitch, moved to the nearest bin.
        levels_dbfs: Peak levels of the tones.
        asr_db: 10 log10(E_A / E_H), E_H being the energy of the harmonics below Nyquist, the
            fundamental included, and E_A that of everything else but DC.
        twice_the_rate_db: The same within the old band at twice the rate; what falls is aliasing.
    """

    keys: tuple[int, ...]
    frequencies_hz: tuple[float, ...]
    levels_dbfs: tuple[float, ...]
    asr_db: Float64Array
    twice_the_rate_db: Float64Array

    @property
    def median_db(self) -> float:
        """The one figure: the median of `asr_db` over all keys and levels that sound."""
        return _over_cells(np.median, self.asr_db)

    @property
    def mean_db(self) -> float:
        """The mean of the decibels over all keys and levels that sound."""
        return _over_cells(np.mean, self.asr_db)

    @property
    def worst_db(self) -> float:
        """The largest value."""
        return _over_cells(np.max, self.asr_db)

    @property
    def twice_the_rate_median_db(self) -> float:
        """The median at twice the rate."""
        return _over_cells(np.median, self.twice_the_rate_db)


def key_frequency_hz(key: int) -> float:
    """The pitch of a MIDI key in equal temperament, A4 (69) being 440 Hz."""
    return 440.0 * math.pow(2.0, (key - 69) / 12.0)


def aliasing_map(
    render: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.floating]],
    rate_hz: float,
    *,
    rest_samples: int | None = None,
    keys: Sequence[int] | None = None,
    levels_dbfs: Sequence[float] = LEVELS_DBFS,
    frame_samples: int = _FRAME_SAMPLES,
) -> AliasingMap:
    """Play steady sines through a model and measure what is not a harmonic of them.

    Each sine lies on bin k of a frame of `frame_samples` points, the nearest to its key, and the
    model plays `rest_samples` of it before the frame that is measured.

    Args:
        render: Plays (frames,) float32 through the model and returns as many frames, starting
            from the same state at every call.
        rate_hz: The model's sample rate.
        rest_samples: How long the model takes to reach its steady state, at least its memory;
            half a second when None.
        keys: MIDI numbers, each below Nyquist; those of a piano when None.
        levels_dbfs: Peak levels in dB relative to full scale.
        frame_samples: N, a prime.

    Raises:
        AudioError: An argument is out of range, or the model's output is not finite or of another
            length.
    """
    rate = checked_rate_hz(rate_hz)
    rest = round(_REST_SECONDS * rate) if rest_samples is None else rest_samples
    _check_prime(frame_samples)
    if keys is None:
        keys = [key for key in PIANO_KEYS if key_frequency_hz(key) < _HIGHEST_SHARE * rate]
    bins = [max(1, round(key_frequency_hz(key) * frame_samples / rate)) for key in keys]
    if not bins or max(bins) > frame_samples // 2:
        raise AudioError(
            "the keys cannot be played at this rate",
            where="keys",
            expected=f"keys with a pitch below {rate / 2.0:g} Hz",
            got=list(keys),
        )
    asr_db = np.empty((len(levels_dbfs), len(keys)))
    twice_db = np.empty_like(asr_db)
    for column, bin_ in enumerate(bins):
        places = bin_ * np.arange(rest + frame_samples) % frame_samples
        sine = np.sin(2.0 * np.pi / frame_samples * places)
        for row, level_dbfs in enumerate(levels_dbfs):
            tone = (10.0 ** (level_dbfs / 20.0) * sine).astype(np.float32)
            played = checked_signal(render(tone), "the model's output")
            _check_length(played, tone.size)
            energies = harmonic_energies(played[rest:], places[rest:])
            asr_db[row, column] = _ratio_db(energies, bin_, 1)
            twice_db[row, column] = _ratio_db(energies, bin_, 2)
    return AliasingMap(
        keys=tuple(keys),
        frequencies_hz=tuple(bin_ * rate / frame_samples for bin_ in bins),
        levels_dbfs=tuple(levels_dbfs),
        asr_db=asr_db,
        twice_the_rate_db=twice_db,
    )


def harmonic_energies(frame: npt.ArrayLike, places: npt.NDArray[np.integer]) -> Float64Array:
    """Energy of DC and of every harmonic of a steady tone's answer.

    Args:
        frame: The answer, (N,).
        places: Where in the tone's period each sample lies, in N-ths of it: a permutation of
            0 ... N - 1, (N,).

    Returns:
        ((N + 1) / 2,): |c_m|^2 for m = 0, 1, ... in any common unit.
    """
    waveform = np.empty(len(places))
    waveform[places] = frame
    spectrum = rfft(waveform)
    return np.asarray(np.square(spectrum.real) + np.square(spectrum.imag), np.float64)


def _ratio_db(energies: Float64Array, bin_: int, factor: int) -> float:
    """ASR within the band up to N / 2 bins, of a model that runs at `factor` times the rate."""
    frame_samples = 2 * energies.size - 1
    period = factor * frame_samples
    harmonics = bin_ * np.arange(1, energies.size)
    folded = np.abs(harmonics - period * np.round(harmonics / period))
    true = harmonics <= frame_samples // 2
    wanted = float(energies[1:][true].sum())
    unwanted = float(energies[1:][~true & (folded <= frame_samples // 2)].sum())
    if wanted == 0.0:
        return math.nan
    return 10.0 * math.log10(unwanted / wanted) if unwanted > 0.0 else -math.inf


def _over_cells(figure: Callable[[Float64Array], np.floating], cells: Float64Array) -> float:
    """A figure over the cells in which something is played; NaN when there is none."""
    played = cells[~np.isnan(cells)]
    return float(figure(played)) if played.size else math.nan


def _check_prime(number: int) -> None:
    if number < 3 or any(number % divisor == 0 for divisor in range(2, math.isqrt(number) + 1)):
        raise AudioError(
            "the frame has the wrong length",
            where="frame_samples",
            expected="an odd prime, so that a tone meets every place of its period",
            got=number,
        )


def _check_length(played: Float64Array, frames: int) -> None:
    if played.size != frames:
        raise AudioError(
            "the model's output has another length than its input",
            expected=f"{frames} frames",
            got=f"{played.size} frames",
        )
