import numpy as np
import pytest

from triode.errors import AudioError
from triode.synthetic import PHRASES, performance

RATE_HZ = 48000.0


@pytest.fixture(scope="module")
def playing() -> np.ndarray:
    return performance(30.0)


def levels_db(signal: np.ndarray) -> np.ndarray:
    """RMS of consecutive 50 ms."""
    windows = signal[: signal.size // 2400 * 2400].reshape(-1, 2400).astype(np.float64)
    return 10.0 * np.log10(np.mean(np.square(windows), axis=1) + 1e-20)


def test_levels_are_those_of_a_recording(playing: np.ndarray) -> None:
    assert playing.dtype == np.float32
    assert playing.size == 1_440_000
    assert np.isfinite(playing).all()
    # The hiss of -90 dBFS adds to the peak.
    assert 20.0 * np.log10(np.max(np.abs(playing))) == pytest.approx(-3.0, abs=0.01)
    levels = levels_db(playing)
    assert np.percentile(levels, 2) < -80.0
    assert -35.0 < np.median(levels) < -18.0
    assert levels.max() > -16.0
    assert abs(playing.mean()) < 1e-3


def test_the_spectrum_is_that_of_strings_and_not_of_noise(playing: np.ndarray) -> None:
    loud = playing[: 10 * 48000].astype(np.float64)
    power = np.square(np.abs(np.fft.rfft(loud)))
    frequencies_hz = np.fft.rfftfreq(loud.size, 1.0 / RATE_HZ)
    low = power[(frequencies_hz > 80.0) & (frequencies_hz < 1000.0)]
    high = power[frequencies_hz > 8000.0]
    assert low.sum() > 1e3 * high.sum()
    # Spectral flatness: 0.56 for noise, a few hundredths for lines.
    assert np.exp(np.mean(np.log(low))) / np.mean(low) < 0.15


def test_a_seed_decides_everything(playing: np.ndarray) -> None:
    np.testing.assert_array_equal(performance(2.0, seed=3), performance(2.0, seed=3))
    assert not np.array_equal(performance(2.0, seed=3), performance(2.0, seed=4))


def test_no_passage_is_repeated(playing: np.ndarray) -> None:
    """The best match of the last seconds anywhere before them is far from a copy."""
    quiet_rate = playing[::8].astype(np.float64)
    last = quiet_rate[-12000:]
    before = quiet_rate[:-12000]
    size = 2 ** int(np.ceil(np.log2(quiet_rate.size)))
    products = np.fft.irfft(np.fft.rfft(before, size) * np.conj(np.fft.rfft(last, size)), size)
    sums = np.concatenate([[0.0], np.cumsum(np.square(before))])
    energies = sums[12000:] - sums[:-12000]
    lags = products[: energies.size] / np.sqrt(energies * np.sum(np.square(last)) + 1e-9)
    assert np.max(np.abs(lags)) < 0.8


@pytest.mark.parametrize("rate_hz", [8000.0, 44100.0, 96000.0])
def test_any_rate(rate_hz: float) -> None:
    signal = performance(3.0, rate_hz, seed=1)
    assert signal.size == round(3.0 * rate_hz)
    assert np.isfinite(signal).all()
    assert 0.6 < np.max(np.abs(signal)) < 0.75


def test_knobs() -> None:
    quiet = performance(2.0, styles=("chords",), peak_db=-20.0, noise_db=None)
    assert np.max(np.abs(quiet)) == pytest.approx(0.1, rel=1e-6)
    assert np.all(quiet[:4000] == 0.0)
    assert np.all(performance(1.0, styles=("silence",), noise_db=None) == 0.0)
    hiss = performance(1.0, styles=("silence",), noise_db=-60.0)
    # The RMS of 48,000 random samples is known to about half a percent.
    assert np.std(hiss) == pytest.approx(1e-3, rel=0.02)


def test_very_short() -> None:
    assert performance(1.0 / 48000.0).shape == (1,)


@pytest.mark.parametrize(
    ("seconds", "rate_hz", "message"),
    [
        (0.0, 48000.0, "no length"),
        (-1.0, 48000.0, "no length"),
        (float("nan"), 48000.0, "nothing can be played"),
        (1.0, 100.0, "nothing can be played"),
    ],
)
def test_what_cannot_be_played(seconds: float, rate_hz: float, message: str) -> None:
    with pytest.raises(AudioError, match=message):
        performance(seconds, rate_hz)


def test_styles_are_checked() -> None:
    with pytest.raises(AudioError, match=r"unknown.*single notes, chords.*Got polka"):
        performance(1.0, styles=("polka",))
    with pytest.raises(AudioError, match="no style"):
        performance(1.0, styles=())
    assert set(PHRASES) >= {"single notes", "chords", "palm mutes", "volume swell", "silence"}
