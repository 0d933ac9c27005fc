"""The response of filters whose response is known, from music-like material."""

import numpy as np
from scipy.signal import butter, freqz, lfilter

from triode.metrics import small_signal_response

RATE_HZ = 48000.0


def playing(seconds: float = 12.0) -> np.ndarray:
    """Noise in plucked bursts, so that there are loud and quiet passages."""
    frames = round(seconds * RATE_HZ)
    decay = 10.0 ** (-(np.arange(frames) / RATE_HZ % 2.0) * 25.0 / 20.0)
    return 0.1 * decay * np.random.default_rng(5).standard_normal(frames)


def test_a_delayed_filter_is_found() -> None:
    dry = playing()
    b, a = butter(2, [300.0, 3000.0], "bandpass", fs=RATE_HZ)
    wet = np.roll(lfilter(b, a, dry), 25)
    result = small_signal_response(dry, wet, RATE_HZ)
    assert result is not None
    _, expected = freqz(b, a, worN=result.centres_hz, fs=RATE_HZ)
    heard = np.abs(expected) > 0.1
    # Some sixty windows of noise tell a gain to a few tenths of a dB.
    error_db = result.gain_db - 20.0 * np.log10(np.abs(expected))
    assert np.abs(error_db[heard]).max() < 1.0
    assert np.median(np.abs(error_db[heard])) < 0.2


def test_what_does_not_follow_has_no_gain() -> None:
    dry = playing()
    other = 0.1 * np.random.default_rng(6).standard_normal(dry.size)
    result = small_signal_response(dry, other, RATE_HZ)
    assert result is not None
    # Independent signals have a coherence of one over the number of windows.
    assert np.isnan(result.gain_db).mean() > 0.9


def test_too_little_quiet_playing_gives_none() -> None:
    steady = 0.1 * np.random.default_rng(0).standard_normal(48000)
    assert small_signal_response(steady, steady, RATE_HZ) is None
    assert small_signal_response(np.zeros(48000), np.zeros(48000), RATE_HZ) is None
