"""Changing the sample rate."""

import numpy as np
import numpy.typing as npt
import soxr

from triode.errors import AudioError

__all__ = ["resample"]


def resample(
    samples: npt.NDArray[np.float32], from_hz: float, to_hz: float
) -> npt.NDArray[np.float32]:
    """Bring `samples` from one rate to another with soxr's very high quality, linear phase.

    Time zero stays where it is, so an aligned pair stays aligned.

    Args:
        samples: Shape (frames,).
        from_hz: The rate of `samples`, above zero.
        to_hz: The rate of the result, above zero.

    Returns:
        Shape (about frames * to_hz / from_hz,); `samples` itself when the rates are equal.

    Raises:
        AudioError: A rate is not above zero.
    """
    if not (from_hz > 0 and to_hz > 0):
        raise AudioError(
            "a sample rate is not above zero", expected="hertz > 0", got=f"{from_hz} and {to_hz}"
        )
    if from_hz == to_hz:
        return samples
    resampled = soxr.resample(samples, from_hz, to_hz, quality="VHQ")
    return np.asarray(resampled, np.float32)
