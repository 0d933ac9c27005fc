"""What is left in silence: known DC, noise and tones."""

import numpy as np
import pytest

from triode.metrics import at_rest

RATE_HZ = 8000.0


def test_a_model_that_stands_still_has_dc_and_nothing_else() -> None:
    result = at_rest(lambda x: np.tanh(x) - np.float32(0.25), RATE_HZ)
    assert result.dc == -0.25
    assert result.dc_dbfs == pytest.approx(-12.04, abs=0.01)
    assert result.noise_dbfs == -np.inf
    assert result.tones == ()


def test_tones_are_found_at_their_levels_loudest_first() -> None:
    def humming(signal: np.ndarray) -> np.ndarray:
        time = np.arange(signal.size) / RATE_HZ
        noise = 1e-6 * np.random.default_rng(1).standard_normal(signal.size)
        return (
            signal
            + 1e-3 * np.sin(2 * np.pi * 100.0 * time)
            + 1e-2 * np.sin(2 * np.pi * 1250.0 * time)
            + noise
        )

    result = at_rest(humming, RATE_HZ)
    assert [one.frequency_hz for one in result.tones] == [1250.0, 100.0]
    assert [one.level_dbfs for one in result.tones] == pytest.approx([-40.0, -60.0], abs=0.1)
    assert result.noise_dbfs == pytest.approx(-42.97, abs=0.1)


def test_noise_is_no_tone() -> None:
    def noisy(signal: np.ndarray) -> np.ndarray:
        return signal + 1e-4 * np.random.default_rng(2).standard_normal(signal.size)

    result = at_rest(noisy, RATE_HZ)
    assert result.tones == ()
    assert result.noise_dbfs == pytest.approx(-80.0, abs=0.2)


def test_a_note_can_start_a_limit_cycle() -> None:
    def latched(signal: np.ndarray) -> np.ndarray:
        heard = np.maximum.accumulate(np.abs(signal)) > 0.4
        return signal + 0.01 * heard * np.sign(np.sin(np.arange(signal.size) * np.pi / 10 + 0.1))

    tones = at_rest(latched, RATE_HZ).tones
    assert tones[0].frequency_hz == pytest.approx(400.0)
    # The fundamental of a square wave has 4 / pi of its height.
    assert tones[0].level_dbfs == pytest.approx(-40.0 + 2.1, abs=0.2)
