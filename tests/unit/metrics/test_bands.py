import numpy as np
import pytest

from triode.errors import AudioError
from triode.metrics import octave_band_error

RATE_HZ = 48000.0
NOISE = np.random.default_rng(4).standard_normal(96000)


def sine(frequency_hz: float, amplitude: float = 1.0) -> np.ndarray:
    return amplitude * np.sin(2.0 * np.pi * frequency_hz * np.arange(96000) / RATE_HZ)


def test_centres_reach_from_31_hz_to_the_last_whole_octave() -> None:
    assert octave_band_error(NOISE, NOISE, RATE_HZ).centres_hz.tolist() == [
        31.25, 62.5, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0,
    ]  # fmt: skip
    assert octave_band_error(NOISE, NOISE, 8000.0).centres_hz[-1] == 2000.0


def test_an_evenly_scaled_copy_has_the_same_error_in_every_band() -> None:
    bands = octave_band_error(NOISE, 0.9 * NOISE, RATE_HZ)
    np.testing.assert_allclose(bands.error_db, -20.0, atol=1e-9)
    assert np.all(np.isneginf(octave_band_error(NOISE, NOISE, RATE_HZ).error_db))


# The lowest band is four bins wide, so that Hann's side lobes leak some -39 dB into the next one;
# elsewhere they lie below -90 dB.
@pytest.mark.parametrize("frequency_hz", [31.25, 250.0, 4000.0, 16000.0])
def test_the_error_shows_in_its_band_and_in_no_other(frequency_hz: float) -> None:
    error = sine(frequency_hz, 0.1)
    bands = octave_band_error(NOISE, NOISE + error, RATE_HZ)
    index = int(np.argmin(np.abs(bands.centres_hz - frequency_hz)))
    others = np.delete(bands.error_db, index)
    assert bands.error_db[index] > others.max() + 35.0


def test_the_ratio_is_of_energies_within_the_band() -> None:
    reference = sine(250.0, 1.0) + sine(4000.0, 0.1)
    estimate = sine(250.0, 0.99) + sine(4000.0, 0.0)
    bands = octave_band_error(reference, estimate, RATE_HZ)
    assert bands.error_db[3] == pytest.approx(-40.0, abs=0.01)
    assert bands.error_db[7] == pytest.approx(0.0, abs=0.01)
    assert bands.reference_db[7] == pytest.approx(-20.0, abs=0.05)


def test_a_band_without_reference_energy_has_no_ratio() -> None:
    spectrum = np.fft.rfft(NOISE)
    spectrum[4096:] = 0.0
    periodic = np.tile(np.fft.irfft(spectrum)[:8192] * np.hanning(8192), 4)
    bands = octave_band_error(np.zeros(32768) + 1.0, periodic + 1.0, RATE_HZ)
    assert np.isnan(bands.error_db[1:]).all()
    assert np.isneginf(bands.reference_db[1:]).all()


def test_too_short() -> None:
    with pytest.raises(AudioError, match=r"too short.*8192 frames.*Got 100 frames at 48000 Hz"):
        octave_band_error(NOISE[:100], NOISE[:100], RATE_HZ)
