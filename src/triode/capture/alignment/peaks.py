"""The main peak of a response, to a fraction of a sample: where, its sign, and how clear."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.fft

__all__ = ["Peak", "envelope_peak"]

_OVERSAMPLING = 4
_RIVAL_DISTANCE_SECONDS = 0.0004
_BAND = (0.004, 0.9)
_BEGINS_REACH = 32
_BEGINS_SHARE = 0.25


@dataclass(frozen=True, kw_only=True)
class Peak:
    """The main peak of a response: where, where it begins, its sign, and how clear both are."""

    place: float
    begins: float
    sign: int
    clarity: float
    distinct: float


def envelope_peak(
    spectrum: npt.NDArray[np.complex128],
    weight: npt.NDArray[np.float64],
    size: int,
    rate_hz: float,
) -> Peak:
    """Find the highest envelope of the signal that a spectrum, weighted, belongs to."""
    bins = len(spectrum)
    low, high = int(_BAND[0] * bins), int(_BAND[1] * bins)
    ramp = high // 4
    band = np.zeros(bins)
    band[low:high] = weight[low:high]
    band[high - ramp : high] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(ramp) / ramp)
    analytic = np.zeros(size, np.complex128)
    analytic[:bins] = spectrum * band
    signal = scipy.fft.ifft(analytic)
    envelope = np.abs(signal)
    peak = int(np.argmax(envelope))
    # Between the samples: the transform itself, evaluated finely around the peak.
    steps = np.linspace(-1, 1, 2 * _OVERSAMPLING + 1)
    used = np.arange(low, high)
    turn = np.exp(2j * np.pi * np.outer(peak + steps, used) / size)
    heights = np.abs(turn @ analytic[used] / size)
    best = int(np.argmax(heights[1:-1])) + 1
    left, here, right = heights[best - 1 : best + 2]
    bend = left - 2 * here + right
    vertex = 0.0 if bend >= 0 else 0.5 * (left - right) / bend
    place = float(peak + steps[best] + vertex / _OVERSAMPLING)
    place -= size if place > size / 2 else 0
    height = max(float(here), 1e-300)
    around = max(4, round(_RIVAL_DISTANCE_SECONDS * rate_hz))
    near = np.arange(peak - around, peak + around + 1) % size
    rivals = envelope.copy()
    rivals[near] = 0
    values = np.real(signal[near])
    positive, negative = max(float(values.max()), 0.0), max(float(-values.min()), 0.0)
    # A plain delay has a pulse of some width as well, by the band alone: only more is early.
    early = _ahead(analytic[:bins], size, place) - _ahead(band, size, 0.0)
    return Peak(
        place=place,
        begins=place - max(0.0, early),
        sign=1 if positive >= negative else -1,
        clarity=1 - min(positive, negative) / max(positive, negative, 1e-300),
        distinct=float(np.clip(1 - rivals.max() / height, 0, 1)),
    )


def _ahead(
    spectrum: npt.NDArray[np.complex128] | npt.NDArray[np.float64], size: int, place: float
) -> float:
    """How many samples before its peak at `place` the envelope of a spectrum is already notable."""
    finer = size * _OVERSAMPLING
    envelope = np.abs(scipy.fft.ifft(spectrum, n=finer))
    back = np.arange(_BEGINS_REACH * _OVERSAMPLING)
    earlier = envelope[(round(place * _OVERSAMPLING) - back) % finer]
    return float(np.argmax(earlier < _BEGINS_SHARE * earlier[0])) / _OVERSAMPLING
