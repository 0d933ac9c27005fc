"""Attack, release and overshoot of compressors with known time constants."""

import numpy as np
import pytest

from triode.metrics import burst_response, step_response

RATE_HZ = 48000.0


def compressor(attack_seconds: float, release_seconds: float):
    """A gain that falls to a half while the input is loud."""

    def play(signal: np.ndarray) -> np.ndarray:
        loud = np.abs(signal) > 0.05
        reached = np.zeros(signal.size)
        state, held = 0.0, 0
        for index, now in enumerate(loud):
            held = 60 if now else held - 1
            wanted = 1.0 if held > 0 else 0.0
            constant = attack_seconds if wanted else release_seconds
            state += (wanted - state) / (constant * RATE_HZ)
            reached[index] = state
        return signal * (1.0 - 0.5 * reached)

    return play


def test_a_static_model_settles_at_once() -> None:
    result = burst_response(np.tanh, RATE_HZ)
    assert result.attack_seconds == result.release_seconds == 0.0
    assert result.overshoot_db == pytest.approx(0.0, abs=0.01)
    before, during = result.levels_db[10], result.levels_db[80]
    assert 20.0 < during - before < 24.0


def test_a_compressor_is_measured() -> None:
    result = burst_response(compressor(0.02, 0.1), RATE_HZ)
    # The gain ends at a half. It stays within 0.5 dB of it (0.5 * 1.06) once the exponential is
    # below 0.059 (2.83 time constants), and of 1 once it is below 0.112 (2.19 of them). The level
    # is taken over periods of 2.3 ms.
    assert result.attack_seconds == pytest.approx(2.83 * 0.02, abs=0.005)
    assert result.release_seconds == pytest.approx(2.19 * 0.1, abs=0.005)
    assert 5.0 < result.overshoot_db < 6.02


def test_a_step_comes_back_in_time() -> None:
    times_ms, played = step_response(lambda x: 2.0 * x, RATE_HZ)
    assert times_ms[0] == pytest.approx(-2.0)
    assert (played[times_ms < 0] == 0.0).all()
    assert (played[times_ms >= 0] == 0.5).all()
