"""Delay and polarity of made-up and real pairs."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.signal

from triode.audio import read_audio, read_between
from triode.capture import Alignment, align
from triode.capture.alignment import given_delay
from triode.errors import CaptureError

RATE_HZ = 48_000


def shifted(signal: np.ndarray, samples: float) -> np.ndarray:
    """A circular delay of any fraction."""
    spectrum = np.fft.rfft(signal.astype(np.float64))
    phase = np.exp(-2j * np.pi * np.fft.rfftfreq(len(signal)) * samples)
    return np.fft.irfft(spectrum * phase, n=len(signal))


@pytest.mark.parametrize("samples", [0.25, 137.4, 1000.75])
@pytest.mark.parametrize("polarity", [1, -1])
def test_fraction_of_a_sample_through_distortion(
    dry: np.ndarray, samples: float, polarity: int
) -> None:
    wet = (polarity * np.tanh(6 * shifted(dry, samples))).astype(np.float32)
    found = align(dry, wet, RATE_HZ)
    # Saturation makes harmonics that fold back; a twentieth of a sample is what they leave.
    assert found.delay_samples == pytest.approx(samples, abs=0.05)
    assert found.polarity == polarity
    assert found.confidence > 0.6


@pytest.mark.parametrize("delay", [0, 1, 40, 48_000])
@pytest.mark.parametrize("sign", [1, -1])
def test_amplifier_delays(
    dry: np.ndarray, amplify: Callable[..., np.ndarray], delay: int, sign: int
) -> None:
    found = align(dry, sign * amplify(dry, delay=delay), RATE_HZ)
    # The amplifier answers within the same sample, so the whole delay is known; some to spare.
    assert abs(found.delay_samples - delay) <= 1
    assert 0 <= delay - found.advance_samples <= 3
    assert found.polarity == sign


def test_advance_leaves_one_sample_and_never_looks_ahead(dry: np.ndarray) -> None:
    assert align(dry, dry, RATE_HZ).advance_samples == 0
    for samples in (1.0, 137.4, -20.0):
        wet = shifted(dry, samples).astype(np.float32)
        left = samples - align(dry, wet, RATE_HZ).advance_samples
        # One sample of margin, and up to one more where the response seems to begin earlier.
        assert 0.9 <= left <= 2.5


def test_noise_and_hum_do_not_move_it(dry: np.ndarray, wet: np.ndarray) -> None:
    random = np.random.default_rng(3)
    hum = 0.01 * np.sin(2 * np.pi * 50 * np.arange(len(wet)) / RATE_HZ)
    noisy = (wet + hum + 0.003 * random.standard_normal(len(wet))).astype(np.float32)
    found = align(dry, noisy, RATE_HZ)
    assert abs(found.delay_samples - 300) <= 1
    assert found.polarity == 1


def test_resonant_filter_does_not_delay(dry: np.ndarray) -> None:
    # A resonance peaks late: its strongest answer comes after 10 samples, its first at once.
    numerator, denominator = scipy.signal.iirpeak(1200, 3, fs=RATE_HZ)
    wet = np.roll(scipy.signal.lfilter(numerator, denominator, dry), 50).astype(np.float32)
    assert abs(align(dry, wet, RATE_HZ).delay_samples - 50) <= 1


def test_other_lengths_and_long_files(dry: np.ndarray, wet: np.ndarray) -> None:
    assert abs(align(dry, wet[:200_000], RATE_HZ).delay_samples - 300) <= 1
    padded = np.concatenate([wet, np.zeros(100_000, np.float32)])
    assert abs(align(dry, padded, RATE_HZ).delay_samples - 300) <= 1


def test_polarity_is_unclear_when_phase_turns(dry: np.ndarray) -> None:
    quarter_turn = np.imag(scipy.signal.hilbert(dry.astype(np.float64))).astype(np.float32)
    assert align(dry, quarter_turn, RATE_HZ).polarity_clarity < 0.2
    assert align(dry, -dry, RATE_HZ).polarity_clarity > 0.7


def test_another_recording_is_refused(
    dry: np.ndarray, play: Callable[..., np.ndarray], amplify: Callable[..., np.ndarray]
) -> None:
    other = amplify(play(8.0, seed=99))
    with pytest.raises(CaptureError, match=r"does not follow the dry one.*belongs to another dry"):
        align(dry, other, RATE_HZ)


def test_noise_is_refused(dry: np.ndarray) -> None:
    noise = np.random.default_rng(4).standard_normal(len(dry)).astype(np.float32)
    with pytest.raises(CaptureError, match="does not follow the dry one"):
        align(dry, noise, RATE_HZ)


# Beginnings of the answer to the click at 1.0 s, read off the files; bigmuff's click drowns in
# noise, its value is where the linear answer of the whole recording begins.
REAL = {
    "jcm800-crunch": (137, 1),
    "chump-breakup": (0, -1),
    "ts9-into-chump": (24, -1),
    "bigmuff": (32, -1),
    "studiopre-clean": (511, 1),
    "fuzzface": (0, 1),
    "spice-12ax7": (0, 1),
}


@pytest.mark.parametrize("name", REAL)
def test_real_pairs(shared_data: Path, name: str) -> None:
    delay, polarity = REAL[name]
    span = slice(13 * RATE_HZ, 40 * RATE_HZ)
    dry = read_audio(shared_data / "pairs" / "dry.flac").samples[span]
    wet = read_audio(shared_data / "pairs" / f"{name}.flac").samples[span]
    found = align(dry, wet, RATE_HZ)
    # The main arrival comes up to three samples after the first sign of an answer, and the model
    # needs at least that first sign: not a sample of look-ahead, and little to learn beyond it.
    assert -0.1 <= found.delay_samples - delay <= 3.7
    assert 0 <= delay - found.advance_samples <= 3
    assert found.polarity == polarity
    assert found.sure
    assert not found.jumps
    assert found.drift_ppm == 0


DISTURBANCES = {
    "early by a fraction": {"delay": -321.37},
    "drift": {"drift_ppm": 150.0, "delay": 40.25},
    "lost": {"jump": -480},
    "repeated": {"jump": 256},
}


@pytest.fixture(scope="module")
def plain(play: Callable[..., np.ndarray]) -> tuple[np.ndarray, np.ndarray, Alignment]:
    """Dry, wet and alignment of twelve seconds of a made-up amplifier."""
    dry = play(12.0)
    tone = scipy.signal.lfilter([1, -0.5], [1], dry.astype(np.float64))
    wet = np.tanh(3 * tone).astype(np.float32)
    return dry, wet, align(dry, wet, RATE_HZ)


@pytest.mark.parametrize("case", DISTURBANCES)
def test_what_is_inserted_is_found(
    plain: tuple[np.ndarray, np.ndarray, Alignment], case: str
) -> None:
    """The benchmark's question."""
    dry, tone, base = plain
    change = {"delay": 0.0, "drift_ppm": 0.0, "jump": 0, **DISTURBANCES[case]}
    step = 1 / (1 + 1e-6 * change["drift_ppm"])
    wet = read_between(tone, -change["delay"] * step, step, len(dry) + 1500)
    at = 6 * RATE_HZ + 123
    if change["jump"] < 0:
        wet = np.delete(wet, slice(at, at - change["jump"]))
    elif change["jump"] > 0:
        wet = np.insert(wet, at, wet[at - change["jump"] : at])
    found = align(dry, wet, RATE_HZ)
    assert found.sure
    # A tenth of a sample, at both ends of the recording.
    for place, shift in ((0, 0), (len(dry), change["jump"])):
        inserted = change["delay"] + 1e-6 * change["drift_ppm"] * (place + base.delay_samples)
        error = found.delay_at(place) - base.delay_at(place) - inserted - shift
        assert abs(error) <= 0.1
    if not change["jump"]:
        assert not found.jumps
        return
    (jump,) = found.jumps
    assert jump.shift_samples == change["jump"]
    place = at - base.delay_samples - change["jump"]
    assert abs(jump.position_samples - place) <= jump.uncertainty_samples + 1


@pytest.mark.parametrize("delay", [math.nan, math.inf])
def test_a_given_delay_has_to_be_a_number(delay: float) -> None:
    with pytest.raises(CaptureError, match=r"--delay.*that cannot be a delay.*a number of samples"):
        given_delay(delay)
