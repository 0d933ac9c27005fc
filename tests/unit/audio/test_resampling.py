"""Resampling against sines, which are known at every rate."""

import numpy as np
import pytest

from triode.audio import resample
from triode.errors import AudioError


def sine(rate_hz: float, seconds: float) -> np.ndarray:
    return np.sin(2 * np.pi * 1000 * np.arange(int(seconds * rate_hz)) / rate_hz).astype(np.float32)


@pytest.mark.parametrize(
    ("from_hz", "to_hz"), [(44_100, 48_000), (48_000, 44_100), (96_000, 48_000)]
)
def test_sine_stays_in_place(from_hz: int, to_hz: int) -> None:
    result = resample(sine(from_hz, 1.0), from_hz, to_hz)
    assert result.dtype == np.float32
    assert len(result) == to_hz
    middle = slice(to_hz // 10, -to_hz // 10)
    # float32 in and out: a few units of 6e-8; a shift of a hundredth of a sample would give 1e-3.
    assert np.abs(result - sine(to_hz, 1.0))[middle].max() < 2e-6


def test_same_rate_is_the_same_array() -> None:
    samples = sine(48_000, 0.1)
    assert resample(samples, 48_000, 48_000) is samples


@pytest.mark.parametrize("rates", [(0, 48_000), (48_000, -1), (float("nan"), 48_000)])
def test_impossible_rates(rates: tuple[float, float]) -> None:
    with pytest.raises(AudioError, match="hertz > 0"):
        resample(sine(48_000, 0.1), *rates)
