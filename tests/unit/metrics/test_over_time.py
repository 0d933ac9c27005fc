import numpy as np
import pytest

from triode.errors import AudioError
from triode.metrics import error_over_time, esr

RATE_HZ = 1000.0


def noise(frames: int) -> np.ndarray:
    return np.random.default_rng(3).standard_normal(frames)


def test_the_error_shows_where_it_is() -> None:
    reference = noise(1000)
    estimate = reference.copy()
    estimate[450:500] = 0.0
    over_time = error_over_time(reference, estimate, RATE_HZ)
    assert over_time.start_seconds[9] == pytest.approx(0.45)
    expected = np.zeros(20)
    expected[9] = 1.0
    np.testing.assert_allclose(over_time.esr, expected, atol=1e-12)
    assert np.isneginf(over_time.error_db[8])
    assert over_time.error_db[9] == pytest.approx(over_time.reference_db[9])
    assert not over_time.silent.any()


def test_silence_gets_no_ratio_but_keeps_the_residual() -> None:
    reference = np.concatenate([noise(500), np.zeros(500)])
    estimate = reference + 0.001
    over_time = error_over_time(reference, estimate, RATE_HZ)
    assert over_time.silent.tolist() == [False] * 10 + [True] * 10
    assert np.isnan(over_time.esr[10:]).all()
    assert np.isfinite(over_time.esr[:10]).all()
    assert np.isneginf(over_time.reference_db[10:]).all()
    np.testing.assert_allclose(over_time.error_db, -60.0, atol=1e-9)


def test_the_silence_threshold_is_relative_to_the_whole() -> None:
    reference = np.concatenate([np.full(100, 100.0), np.full(100, 100.0 * 10 ** (-50 / 20))])
    assert not error_over_time(reference, reference, RATE_HZ).silent.any()
    assert error_over_time(reference, reference, RATE_HZ, silence_db=-40.0).silent[-1]


def test_energies_of_windows_add_up_to_the_whole_and_the_last_may_be_short() -> None:
    reference, estimate = noise(1030), noise(1030)[::-1]
    over_time = error_over_time(reference, estimate, RATE_HZ)
    lengths = np.array([50] * 20 + [30])
    assert over_time.esr.shape == (21,)
    error = float(np.sum(10 ** (over_time.error_db / 10) * lengths))
    energy = float(np.sum(10 ** (over_time.reference_db / 10) * lengths))
    assert error / energy == pytest.approx(esr(reference, estimate), rel=1e-9)


@pytest.mark.parametrize("window_seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_windows_without_length(window_seconds: float) -> None:
    with pytest.raises(AudioError, match="window has no length"):
        error_over_time(noise(10), noise(10), RATE_HZ, window_seconds=window_seconds)


def test_a_threshold_above_the_signal() -> None:
    with pytest.raises(AudioError, match="silence threshold"):
        error_over_time(noise(10), noise(10), RATE_HZ, silence_db=3.0)
