"""A signal read at places between its samples, at a speed slightly off its own.

Ideal interpolation is a sinc; here it has a Kaiser window and 256 taps. For every fraction of a
sample that would be another filter, so each tap is a polynomial in the fraction (Farrow 1988,
"A continuously variable digital delay element"): the signal passes one fixed filter per power,
and the powers are summed. That makes any number of different fractions as cheap as one.
"""

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.fft

from triode.errors import AudioError

__all__ = ["WARP_PASSBAND", "read_between"]

WARP_PASSBAND: Final = 0.95
"""Share of the band up to half the rate in which the error stays below -110 dB."""

_HALF_TAPS = 128
_KAISER_BETA = 11.0
_DEGREE = 9
_BLOCK_FRAMES = 1 << 16
_MAXIMUM_STEP_ERROR = 0.01


def read_between(
    signal: npt.NDArray[np.float32], first: float, step: float, frames: int
) -> npt.NDArray[np.float32]:
    """Return the signal at `first`, `first + step`, ..., `frames` places; outside it is silent.

    A whole `first` with a `step` of one returns the samples themselves. The error is below
    -110 dB of a sine up to `WARP_PASSBAND`; above, the highest frequencies are attenuated.

    Args:
        signal: Shape (frames of its own,). Read block by block, so it may be a mapped file.
        first: Place of the first sample returned, in samples of `signal`; may be negative.
        step: Distance of the places, within 1 % of one.
        frames: How many to return.

    Raises:
        AudioError: The step is not near one.
    """
    if abs(step - 1) > _MAXIMUM_STEP_ERROR:
        raise AudioError(
            "this is no slight change of speed", expected="a step of 0.99 to 1.01", got=step
        )
    result = np.zeros(frames, np.float32)
    whole = step == 1 and first == round(first)
    for start in range(0, frames, _BLOCK_FRAMES):
        count = min(_BLOCK_FRAMES, frames - start)
        places = first + step * np.arange(start, start + count, dtype=np.float64)
        nearest = np.round(places).astype(np.int64)
        low, high = int(nearest[0]), int(nearest[-1]) + 1
        margin = 0 if whole else _HALF_TAPS
        part = _padded(signal, low - margin, high + margin)
        if whole:
            result[start : start + count] = part
        else:
            result[start : start + count] = _interpolated(part, places - nearest, nearest - low)
    return result


def _interpolated(
    part: npt.NDArray[np.float32],
    fractions: npt.NDArray[np.float64],
    indices: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """Horner's scheme over the outputs of the fixed filters; `part` has the filters' margins."""
    sums = np.zeros(len(fractions))
    if not part.any():
        return sums
    size = scipy.fft.next_fast_len(len(part), real=True)
    spectrum = scipy.fft.rfft(part.astype(np.float64), n=size)
    for response in _responses(size):
        filtered = scipy.fft.irfft(spectrum * response, n=size)
        sums = sums * fractions + filtered[indices + 2 * _HALF_TAPS]
    return sums


@lru_cache(maxsize=4)
def _responses(size: int) -> npt.NDArray[np.complex128]:
    return np.asarray(scipy.fft.rfft(_filters(), n=size, axis=1))


def _filters() -> npt.NDArray[np.float64]:
    """One filter per power of the fraction, highest first, (degree + 1, 2 * half + 1)."""
    nodes = np.cos(np.pi * (np.arange(4 * _DEGREE) + 0.5) / (4 * _DEGREE)) * 0.5
    taps = np.arange(_HALF_TAPS, -_HALF_TAPS - 1, -1)  # convolution turns them round
    distance = nodes[:, None] - taps
    inside = np.clip(1 - (distance / (_HALF_TAPS + 0.5)) ** 2, 0, None)
    values = np.sinc(distance) * np.i0(_KAISER_BETA * np.sqrt(inside)) / np.i0(_KAISER_BETA)
    powers = np.vander(2 * nodes, _DEGREE + 1)
    fitted = np.linalg.lstsq(powers, values, rcond=None)[0]
    return np.asarray(fitted * (2.0 ** np.arange(_DEGREE, -1, -1))[:, None])


def _padded(signal: npt.NDArray[np.float32], low: int, high: int) -> npt.NDArray[np.float32]:
    result = np.zeros(high - low, np.float32)
    begin, end = max(0, low), min(len(signal), high)
    if end > begin:
        result[begin - low : end - low] = signal[begin:end]
    return result
