"""Windows go into the range of their input level, with their own error."""

import numpy as np
import pytest

from triode.errors import AudioError
from triode.metrics import by_input_level

RATE_HZ = 8000.0


def test_levels_and_errors_are_those_put_in() -> None:
    tone = np.sin(2 * np.pi * 200.0 / RATE_HZ * np.arange(round(2 * RATE_HZ)))
    dry = np.concatenate([0.5 * tone, 0.05 * tone])  # -9.0 and -29.0 dBFS RMS
    gear = 2.0 * dry
    model = np.concatenate([0.9 * tone, 0.1 * tone * 0.5])
    result = by_input_level(dry, gear, model, RATE_HZ)
    np.testing.assert_allclose(result.input_db, [-28.5, -10.5])  # ranges from -30 and -12 on
    np.testing.assert_allclose(result.seconds, [2.0, 2.0], atol=0.05)
    np.testing.assert_allclose(result.gear_db, [-23.01, -3.01], atol=0.01)
    np.testing.assert_allclose(result.model_db, [-29.03, -3.93], atol=0.01)
    np.testing.assert_allclose(result.error_db, [-6.02, -20.0], atol=0.01)
    np.testing.assert_allclose(result.error_share, [0.2, 0.8], atol=1e-6)


def test_without_error_nothing_is_shared() -> None:
    noise = np.random.default_rng(0).standard_normal(8000) * 0.1
    result = by_input_level(noise, noise, noise, RATE_HZ)
    assert (result.error_share == 0.0).all()
    assert (result.error_db == -np.inf).all()


def test_silence_has_no_ranges() -> None:
    nothing = np.zeros(8000)
    assert by_input_level(nothing, nothing, nothing, RATE_HZ).input_db.size == 0


def test_mismatched_lengths_are_refused() -> None:
    with pytest.raises(AudioError, match="length"):
        by_input_level(np.zeros(900), np.zeros(1000), np.zeros(1000), RATE_HZ)
