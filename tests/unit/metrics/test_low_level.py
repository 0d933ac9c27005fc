"""Quiet passages are told apart, and their levels are those that were put in."""

import numpy as np
import pytest

from triode.errors import AudioError
from triode.metrics import low_level
from triode.metrics.low_level import DECAYS, NOISE_TAILS, SILENCE

RATE_HZ = 16000.0


def seconds(length: float, level_db: float, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal(round(length * RATE_HZ))
    return 10.0 ** (level_db / 20.0) * noise


@pytest.fixture(scope="module")
def dry() -> np.ndarray:
    loud = seconds(4.0, -20.0)
    decay = seconds(3.0, -20.0) * 10.0 ** (-np.arange(3 * RATE_HZ) / RATE_HZ * 20.0 / 20.0)
    return np.concatenate([loud, decay, seconds(2.0, -85.0), np.zeros(round(3 * RATE_HZ))])


def test_each_kind_has_its_place_and_its_error(dry: np.ndarray) -> None:
    wet = 0.5 * dry + 0.01
    hum = 1e-4 * np.sin(2 * np.pi * 250.0 / RATE_HZ * np.arange(dry.size))
    found = {one.kind: one for one in low_level(dry, wet, wet + hum - 0.012, RATE_HZ)}
    assert set(found) == {DECAYS, NOISE_TAILS, SILENCE}
    # 15 to 50 dB down at 20 dB a second.
    assert found[DECAYS].seconds == pytest.approx(1.75, abs=0.15)
    # The end of the decay, the noise, and the first half second of silence.
    assert found[NOISE_TAILS].seconds == pytest.approx(3.0, abs=0.15)
    assert found[SILENCE].seconds == pytest.approx(2.5, abs=0.15)
    for one in found.values():
        assert one.error_db == pytest.approx(-83.0, abs=0.1)  # a sine of 1e-4, the DC left out
        # The gear's mean over a second of quiet noise lies within 1e-4 of its DC.
        assert one.gear_dc == pytest.approx(0.01, abs=2e-4)
        assert one.model_dc - one.gear_dc == pytest.approx(-0.012, abs=1e-5)
        loudest = one.centres_hz[np.argmax(one.error_spectrum_db)]
        assert loudest == 250.0
        assert one.error_spectrum_db.max() == pytest.approx(-83.0, abs=0.5)  # a Hann window leaks
    assert found[SILENCE].gear_db < -200.0
    # Half of -85 dBFS for two thirds of the time, and the end of the decay from -76 dBFS down.
    assert -91.0 < found[NOISE_TAILS].gear_db < -80.0


def test_a_recording_without_quiet_passages_has_none(dry: np.ndarray) -> None:
    loud = dry[: round(4 * RATE_HZ)]
    assert low_level(loud, loud, loud, RATE_HZ) == ()


def test_silence_alone_is_silence() -> None:
    nothing = np.zeros(round(2 * RATE_HZ))
    (only,) = low_level(nothing, nothing, nothing + 0.5, RATE_HZ)
    assert only.kind == SILENCE
    assert only.model_dc == 0.5


def test_mismatched_lengths_are_refused(dry: np.ndarray) -> None:
    with pytest.raises(AudioError, match="length"):
        low_level(dry[:-1], dry, dry, RATE_HZ)
    with pytest.raises(AudioError, match="too short"):
        low_level(dry[:10], dry[:10], dry[:10], RATE_HZ)
