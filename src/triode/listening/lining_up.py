"""By what fraction of a sample one signal is late against another that sounds alike.

A model trained with a delay that is off by a sample, or a filter with a phase of its own, would
betray itself when a listener switches: the moment jumps, and a crossfade dips.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.fft
from scipy.optimize import minimize_scalar

from triode.audio import read_between

__all__ = ["ALIKE", "Lag", "lag_of", "moved"]

Float32Array = npt.NDArray[np.float32]

ALIKE = 0.7
"""Below this correlation the place where it is highest says nothing about a delay."""

_REACH_SECONDS = 0.02
_LEAST_SAMPLES = 0.02
"""Less than this cannot be heard and is not worth an interpolation."""


@dataclass(frozen=True, kw_only=True)
class Lag:
    """How a signal lies against a reference.

    Attributes:
        samples: By how much it is late; negative when early.
        likeness: Their correlation there, -1 to 1; negative when it is inverted.
    """

    samples: float
    likeness: float


def lag_of(reference: Float32Array, signal: Float32Array, rate_hz: float) -> Lag:
    """Where `signal` correlates best with `reference`, either way up, within 20 ms.

    The correlation between whole samples is that of the band-limited signals: the phase of their
    cross-spectrum is turned, so that its maximum is the least-squares lag.

    Args:
        reference: (frames,).
        signal: (frames,).
        rate_hz: Their rate.
    """
    size = scipy.fft.next_fast_len(2 * len(reference), real=True)
    first = scipy.fft.rfft(reference.astype(np.float64), n=size)
    second = scipy.fft.rfft(signal.astype(np.float64), n=size)
    cross = np.conj(first) * second
    scale = np.linalg.norm(reference.astype(np.float64)) * np.linalg.norm(signal.astype(np.float64))
    if scale == 0.0:
        return Lag(samples=0.0, likeness=0.0)
    reach = round(_REACH_SECONDS * rate_hz)
    whole = scipy.fft.irfft(cross, n=size)
    near = np.concatenate([whole[-reach:], whole[: reach + 1]])
    place = int(np.argmax(np.abs(near)))
    sign = 1.0 if near[place] >= 0.0 else -1.0
    turns = 2j * np.pi * np.arange(len(cross)) / size

    def lacking(lag: float) -> float:
        # A real signal's spectrum counts twice, but for its first line, which has no phase.
        value = 2.0 * np.sum((cross * np.exp(turns * lag)).real) - cross[0].real
        return -sign * float(value) / size

    middle = place - reach
    found = minimize_scalar(
        lacking, bounds=(middle - 1.0, middle + 1.0), method="bounded", options={"xatol": 1e-4}
    )
    return Lag(samples=float(found.x), likeness=float(-sign * found.fun / scale))


def moved(signal: Float32Array, lag: Lag) -> tuple[Float32Array, float]:
    """`signal` earlier by the lag, and by how much it was moved: not at all below 0.02 samples."""
    if abs(lag.samples) < _LEAST_SAMPLES:
        return signal, 0.0
    return read_between(signal, lag.samples, 1.0, len(signal)), lag.samples
