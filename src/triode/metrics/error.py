"""How much of the signal is error: one number for a whole passage."""

import math

import numpy as np
import numpy.typing as npt

from triode.metrics.checks import checked_pair, reference_energy

__all__ = ["esr", "null_depth_db"]


def esr(reference: npt.ArrayLike, estimate: npt.ArrayLike) -> float:
    """Return the error-to-signal ratio: sum((y - e)^2) / sum(y^2), once over all frames.

    Args:
        reference: y, what the gear played, (frames,).
        estimate: e, what the model played, (frames,).

    Returns:
        A ratio of energies: 0 for identical signals, 1 for a silent estimate, 4 for an
        inverted one.

    Raises:
        AudioError: Empty, mismatched or non-finite input, or a silent reference.
    """
    wanted, played = checked_pair(reference, estimate)
    energy = reference_energy(wanted)
    residual = np.subtract(wanted, played)
    return float(np.dot(residual, residual)) / energy


def null_depth_db(reference: npt.ArrayLike, estimate: npt.ArrayLike) -> float:
    """Return 10 log10(ESR) in dB: the level of what is left when both are subtracted.

    Minus infinity for identical signals. Arguments and errors are those of `esr`.
    """
    ratio = esr(reference, estimate)
    return 10.0 * math.log10(ratio) if ratio > 0.0 else -math.inf
