"""Signals cut into short windows, which most of what changes over time is measured in."""

import numpy as np
import numpy.typing as npt

from triode.errors import AudioError

__all__ = ["WINDOW_SECONDS", "power_db", "window_levels_db", "windowed"]

WINDOW_SECONDS = 0.05

Float64Array = npt.NDArray[np.float64]


def windowed(signal: Float64Array, rate_hz: float, seconds: float = WINDOW_SECONDS) -> Float64Array:
    """The whole windows of `signal`, (frames,), without overlap: (windows, window_samples).

    Raises:
        AudioError: The signal is shorter than one window.
    """
    samples = max(1, round(seconds * rate_hz))
    count = signal.size // samples
    if count == 0:
        raise AudioError(
            "the passage is too short to be measured",
            expected=f"at least {samples} frames",
            got=f"{signal.size} frames",
            hint="Measure a longer passage.",
        )
    return signal[: count * samples].reshape(count, samples)


def window_levels_db(signal: Float64Array, rate_hz: float) -> Float64Array:
    """10 log10(mean(x^2)) of each 50 ms, (windows,); -inf in digital silence."""
    return power_db(np.square(windowed(signal, rate_hz)).mean(axis=1))


def power_db(power: npt.ArrayLike) -> Float64Array:
    """10 log10 of any array of powers; zero becomes -inf."""
    values = np.asarray(power, np.float64)
    level = np.full(values.shape, -np.inf)
    np.log10(values, out=level, where=values > 0.0)
    return 10.0 * level
