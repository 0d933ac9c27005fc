"""What every metric demands of its input."""

import numpy as np
import numpy.typing as npt

from triode.errors import AudioError

__all__ = ["checked_pair", "checked_rate_hz", "checked_signal", "reference_energy"]


def checked_signal(signal: npt.ArrayLike, name: str) -> npt.NDArray[np.float64]:
    """Return `signal` as (frames,) float64, or raise `AudioError` naming it.

    Refused: anything but one dimension of real numbers, no frames at all, NaN and infinity.
    """
    array = np.asarray(signal)
    if array.ndim != 1:
        raise AudioError(
            "the signal has the wrong number of dimensions",
            where=name,
            expected="one dimension, (frames,)",
            got=f"shape {array.shape}",
            hint="Measure one channel at a time.",
        )
    if array.dtype.kind not in "fiu":
        raise AudioError(
            "the signal is not made of real numbers",
            where=name,
            expected="floating-point or integer samples",
            got=f"dtype {array.dtype}",
        )
    if array.size == 0:
        raise AudioError(
            "the signal is empty",
            where=name,
            expected="at least one frame",
            got="0 frames",
            hint="Check where the signal was cut.",
        )
    samples = array.astype(np.float64)
    broken = int(np.count_nonzero(~np.isfinite(samples)))
    if broken:
        raise AudioError(
            "the signal is not finite",
            where=name,
            expected="finite samples only",
            got=f"{broken} of {samples.size} samples NaN or infinite",
            hint="Find what produced them before measuring.",
        )
    return samples


def checked_pair(
    reference: npt.ArrayLike, estimate: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return both signals as float64 of one length, or raise `AudioError`."""
    first = checked_signal(reference, "reference")
    second = checked_signal(estimate, "estimate")
    if first.size != second.size:
        raise AudioError(
            "reference and estimate differ in length",
            expected=f"{first.size} frames, as in the reference",
            got=f"{second.size} frames in the estimate",
            hint="Align and trim them first; a metric never guesses.",
        )
    return first, second


def checked_rate_hz(rate_hz: float) -> float:
    """Return `rate_hz` as a positive finite float, or raise `AudioError`."""
    rate = float(rate_hz)
    if not (np.isfinite(rate) and rate > 0):
        raise AudioError(
            "the sample rate makes no sense",
            where="rate_hz",
            expected="a positive number of hertz",
            got=rate_hz,
        )
    return rate


def reference_energy(reference: npt.NDArray[np.float64]) -> float:
    """Return sum(y^2) of the reference, or raise `AudioError` when it is silent."""
    energy = float(np.dot(reference, reference))
    if energy == 0.0:
        raise AudioError(
            "the reference is silent, so no error can be put in relation to it",
            where="reference",
            expected="a signal with energy",
            got=f"{reference.size} frames of zeros",
            hint="Check that the right passage and channel were chosen.",
        )
    return energy
