"""What is heard is equally loud."""

import numpy as np
import pytest

from triode.studio.loudness import TARGET_LUFS, gain_db, loudness_lufs

RATE_HZ = 48_000


def sine(amplitude: float, frequency_hz: float = 997.0) -> np.ndarray:
    time = np.arange(4 * RATE_HZ) / RATE_HZ
    return (amplitude * np.sin(2 * np.pi * frequency_hz * time)).astype(np.float32)


def test_a_full_scale_sine_in_one_channel_is_as_loud_as_the_standard_says() -> None:
    # ITU-R BS.1770-4, annex 1: 0 dBFS at 997 Hz in one front channel reads -3.01 LKFS.
    assert loudness_lufs(sine(1.0), RATE_HZ) == pytest.approx(-3.01, abs=0.1)


@pytest.mark.parametrize("amplitude", [0.003, 0.1, 1.0])
def test_the_gain_brings_everything_to_the_target_within_a_tenth(amplitude: float) -> None:
    played = sine(amplitude, 180.0)
    gain = gain_db(loudness_lufs(played, RATE_HZ))
    louder = played * np.float32(10 ** (gain / 20))
    assert loudness_lufs(louder, RATE_HZ) == pytest.approx(TARGET_LUFS, abs=0.1)


def test_silence_and_what_is_too_short_have_no_loudness_and_stay_as_they_are() -> None:
    assert loudness_lufs(np.zeros(RATE_HZ, np.float32), RATE_HZ) is None
    assert loudness_lufs(sine(1.0)[:1000], RATE_HZ) is None
    assert gain_db(None) == 0.0


def test_next_to_nothing_is_not_blown_up() -> None:
    assert gain_db(-69.0) == 40.0
