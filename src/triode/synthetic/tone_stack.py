"""The passive bass, middle and treble network of a tube amplifier."""

import numpy as np
import numpy.typing as npt
from scipy.signal import bilinear

__all__ = ["tone_stack_analog", "tone_stack_digital"]

# The 1959 Fender Bassman 5F6-A, from which the British stacks descend.
_TREBLE_OHM = 250e3
_BASS_OHM = 1e6
_MIDDLE_OHM = 25e3
_SLOPE_OHM = 56e3
_TREBLE_FARAD = 250e-12
_BASS_FARAD = 20e-9
_MIDDLE_FARAD = 20e-9

Coefficients = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def tone_stack_analog(bass: float, middle: float, treble: float) -> Coefficients:
    """Return numerator and denominator in s, highest power first, (4,) each.

    The symbolic solution of the circuit by Yeh and Smith (DAFx 2006, "Discretization of the '59
    Fender Bassman Tone Stack"). Controls go from 0 to 1 linearly along the potentiometer.
    """
    t, m, b = treble, middle, bass
    r1, r2, r3, r4 = _TREBLE_OHM, _BASS_OHM, _MIDDLE_OHM, _SLOPE_OHM
    c1, c2, c3 = _TREBLE_FARAD, _BASS_FARAD, _MIDDLE_FARAD
    b1 = t * c1 * r1 + m * c3 * r3 + b * (c1 * r2 + c2 * r2) + (c1 * r3 + c2 * r3)
    b2 = (
        t * (c1 * c2 * r1 * r4 + c1 * c3 * r1 * r4)
        - m * m * (c1 * c3 * r3**2 + c2 * c3 * r3**2)
        + m * (c1 * c3 * r1 * r3 + c1 * c3 * r3**2 + c2 * c3 * r3**2)
        + b * (c1 * c2 * r1 * r2 + c1 * c2 * r2 * r4 + c1 * c3 * r2 * r4)
        + b * m * (c1 * c3 * r2 * r3 + c2 * c3 * r2 * r3)
        + (c1 * c2 * r1 * r3 + c1 * c2 * r3 * r4 + c1 * c3 * r3 * r4)
    )
    c123 = c1 * c2 * c3
    b3 = c123 * (
        b * m * (r1 * r2 * r3 + r2 * r3 * r4)
        - m * m * (r1 * r3**2 + r3**2 * r4)
        + m * (r1 * r3**2 + r3**2 * r4)
        + t * r1 * r3 * r4
        - t * m * r1 * r3 * r4
        + t * b * r1 * r2 * r4
    )
    a1 = (c1 * r1 + c1 * r3 + c2 * r3 + c2 * r4 + c3 * r4) + m * c3 * r3 + b * (c1 * r2 + c2 * r2)
    a2 = (
        m * (c1 * c3 * r1 * r3 - c2 * c3 * r3 * r4 + c1 * c3 * r3**2 + c2 * c3 * r3**2)
        + b * m * (c1 * c3 * r2 * r3 + c2 * c3 * r2 * r3)
        - m * m * (c1 * c3 * r3**2 + c2 * c3 * r3**2)
        + b * (c1 * c2 * r2 * r4 + c1 * c2 * r1 * r2 + c1 * c3 * r2 * r4 + c2 * c3 * r2 * r4)
        + (c1 * c2 * r1 * r4 + c1 * c3 * r1 * r4 + c1 * c2 * r3 * r4)
        + (c1 * c2 * r1 * r3 + c1 * c3 * r3 * r4 + c2 * c3 * r3 * r4)
    )
    a3 = c123 * (
        b * m * (r1 * r2 * r3 + r2 * r3 * r4)
        - m * m * (r1 * r3**2 + r3**2 * r4)
        + m * (r3**2 * r4 + r1 * r3**2 - r1 * r3 * r4)
        + b * r1 * r2 * r4
        + r1 * r3 * r4
    )
    return np.array([b3, b2, b1, 0.0]), np.array([a3, a2, a1, 1.0])


def tone_stack_digital(bass: float, middle: float, treble: float, rate_hz: float) -> Coefficients:
    """Return numerator and denominator in 1/z, (4,) each, by the bilinear transform."""
    numerator, denominator = bilinear(*tone_stack_analog(bass, middle, treble), fs=rate_hz)
    return np.asarray(numerator), np.asarray(denominator)
