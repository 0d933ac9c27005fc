"""Every metric refuses the same bad input in the same words."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from triode.errors import AudioError
from triode.metrics import (
    error_over_time,
    esr,
    level_difference_db,
    null_depth_db,
    octave_band_error,
    stft_distance,
)

Metric = Callable[[object, object], object]

PAIR_METRICS: dict[str, Metric] = {
    "esr": esr,
    "null_depth_db": null_depth_db,
    "level_difference_db": level_difference_db,
    "stft_distance": stft_distance,
    "octave_band_error": partial(octave_band_error, rate_hz=48000.0),
    "error_over_time": partial(error_over_time, rate_hz=48000.0),
}


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(1).standard_normal(9000).astype(np.float32)


@pytest.mark.parametrize("name", PAIR_METRICS)
class TestRefusals:
    def test_empty(self, name: str) -> None:
        with pytest.raises(AudioError, match=r"reference: the signal is empty.*Got 0 frames"):
            PAIR_METRICS[name](np.zeros(0), np.zeros(0))

    def test_mismatched(self, name: str, noise: np.ndarray) -> None:
        with pytest.raises(AudioError, match=r"differ in length.*9000 frames.*Got 8999"):
            PAIR_METRICS[name](noise, noise[:-1])

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_not_finite(self, name: str, value: float, noise: np.ndarray) -> None:
        broken = noise.copy()
        broken[17] = value
        with pytest.raises(AudioError, match=r"estimate: the signal is not finite.*1 of 9000"):
            PAIR_METRICS[name](noise, broken)
        with pytest.raises(AudioError, match="reference: the signal is not finite"):
            PAIR_METRICS[name](broken, noise)

    def test_two_channels(self, name: str, noise: np.ndarray) -> None:
        stereo = np.stack([noise, noise])
        with pytest.raises(AudioError, match=r"dimensions.*one dimension.*\(2, 9000\)"):
            PAIR_METRICS[name](stereo, stereo)

    def test_complex(self, name: str, noise: np.ndarray) -> None:
        with pytest.raises(AudioError, match="not made of real numbers"):
            PAIR_METRICS[name](noise, noise.astype(np.complex64))

    def test_silent_reference(self, name: str, noise: np.ndarray) -> None:
        with pytest.raises(AudioError, match="reference is silent"):
            PAIR_METRICS[name](np.zeros_like(noise), noise)


@pytest.mark.parametrize("rate_hz", [0.0, -48000.0, float("nan"), float("inf")])
def test_senseless_rates(rate_hz: float, noise: np.ndarray) -> None:
    with pytest.raises(AudioError, match="sample rate makes no sense"):
        error_over_time(noise, noise, rate_hz)
    with pytest.raises(AudioError, match="sample rate makes no sense"):
        octave_band_error(noise, noise, rate_hz)
