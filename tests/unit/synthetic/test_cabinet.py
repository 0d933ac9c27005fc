"""A cabinet made of a curve."""

import numpy as np
import pytest

from triode.errors import AudioError
from triode.synthetic import cabinet_impulse_response


def level_db(response: np.ndarray, rate_hz: float, frequency_hz: float) -> float:
    time = np.arange(len(response)) / rate_hz
    return float(20 * np.log10(abs(np.sum(response * np.exp(-2j * np.pi * frequency_hz * time)))))


@pytest.mark.parametrize("rate_hz", [44_100.0, 48_000.0, 96_000.0])
def test_it_sounds_like_a_guitar_speaker_at_any_rate(rate_hz: float) -> None:
    response = cabinet_impulse_response(rate_hz)
    middle = level_db(response, rate_hz, 800.0)
    assert level_db(response, rate_hz, 2700.0) - middle == pytest.approx(6.0, abs=1.5)
    assert level_db(response, rate_hz, 110.0) - middle == pytest.approx(3.0, abs=1.5)
    assert level_db(response, rate_hz, 30.0) - middle < -10.0
    assert level_db(response, rate_hz, 9000.0) - middle < -25.0


def test_nothing_comes_late_and_noise_stays_as_loud() -> None:
    response = cabinet_impulse_response()
    assert response.dtype == np.float32
    assert len(response) == 2400
    assert np.argmax(np.abs(response)) < 20
    energy = np.cumsum(np.square(response, dtype=np.float64))
    assert energy[-1] == pytest.approx(1.0, abs=1e-5)
    assert energy[480] > 0.97
    assert np.abs(response[-10:]).max() < 1e-6


@pytest.mark.parametrize(
    ("rate_hz", "seconds"), [(4000.0, 0.05), (float("nan"), 0.05), (48_000.0, 0.0), (48_000.0, 2.0)]
)
def test_impossible_ones_are_refused(rate_hz: float, seconds: float) -> None:
    with pytest.raises(AudioError):
        cabinet_impulse_response(rate_hz, seconds)
