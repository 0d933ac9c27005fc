"""How loud a signal is."""

import math

import numpy as np
import numpy.typing as npt

from triode.errors import AudioError
from triode.metrics.checks import checked_pair, checked_signal, reference_energy

__all__ = ["level_difference_db", "peak", "rms_db"]


def rms_db(signal: npt.ArrayLike) -> float:
    """Return 10 log10(mean(x^2)): the level in dB relative to an RMS of 1; silence is -inf.

    A full-scale sine is at -3.01 dB.

    Raises:
        AudioError: The signal is empty or not finite.
    """
    samples = checked_signal(signal, "signal")
    power = float(np.dot(samples, samples)) / samples.size
    return 10.0 * math.log10(power) if power > 0.0 else -math.inf


def peak(signal: npt.ArrayLike) -> float:
    """Return max(|x|), linear, 1 being full scale.

    Raises:
        AudioError: The signal is empty or not finite.
    """
    return float(np.max(np.abs(checked_signal(signal, "signal"))))


def level_difference_db(reference: npt.ArrayLike, estimate: npt.ArrayLike) -> float:
    """Return 10 log10(sum(e^2) / sum(y^2)) in dB: positive when the estimate is the louder one.

    Raises:
        AudioError: Empty, mismatched or non-finite input, or one of the two is silent.
    """
    wanted, played = checked_pair(reference, estimate)
    energy = reference_energy(wanted)
    played_energy = float(np.dot(played, played))
    if played_energy == 0.0:
        raise AudioError(
            "the estimate is silent, so it has no level",
            where="estimate",
            expected="a signal with energy",
            got=f"{played.size} frames of zeros",
            hint="Check that the model was rendered with the right input.",
        )
    return 10.0 * math.log10(played_energy / energy)
