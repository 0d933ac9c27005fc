import dataclasses

import numpy as np
import pytest

from triode.errors import AudioError
from triode.synthetic import Pluck, pluck

RATE_HZ = 48000.0


def play(note: Pluck, rate_hz: float = RATE_HZ, seed: int = 0) -> np.ndarray:
    return pluck(note, rate_hz, np.random.default_rng(seed))


def fundamental_hz(signal: np.ndarray, rate_hz: float, near_hz: float) -> float:
    """The peak of a finely interpolated spectrum within a tenth of `near_hz`."""
    points = 2**19
    spectrum = np.abs(np.fft.rfft(signal * np.hanning(signal.size), points))
    frequencies_hz = np.fft.rfftfreq(points, 1.0 / rate_hz)
    around = np.flatnonzero(np.abs(frequencies_hz / near_hz - 1.0) < 0.1)
    peak = around[int(np.argmax(spectrum[around]))]
    left, middle, right = np.log(spectrum[peak - 1 : peak + 2])
    offset = 0.5 * (left - right) / (left - 2.0 * middle + right)
    return float((peak + offset) * rate_hz / points)


# The loop's delay is exact at DC and off by well under a hundredth of a sample at a fundamental.
@pytest.mark.parametrize("rate_hz", [22050.0, 44100.0, 48000.0, 96000.0])
@pytest.mark.parametrize("frequency_hz", [82.407, 196.0, 440.0, 987.77])
def test_notes_are_in_tune(frequency_hz: float, rate_hz: float) -> None:
    signal = play(Pluck(frequency_hz=frequency_hz, seconds=1.5), rate_hz)
    cents = 1200.0 * np.log2(fundamental_hz(signal, rate_hz, frequency_hz) / frequency_hz)
    assert abs(cents) < 1.0


def test_the_measurement_of_pitch_can_fail() -> None:
    signal = play(Pluck(frequency_hz=440.0 * 2 ** (5 / 1200), seconds=1.5))
    assert 1200.0 * np.log2(fundamental_hz(signal, RATE_HZ, 440.0) / 440.0) > 4.0


def test_a_bend_ends_where_it_should() -> None:
    note = Pluck(frequency_hz=220.0, seconds=2.0, bend_cents=200.0)
    signal = play(note)
    before = fundamental_hz(signal[: int(0.1 * RATE_HZ)], RATE_HZ, 220.0)
    after = fundamental_hz(signal[int(0.5 * RATE_HZ) :], RATE_HZ, 247.0)
    # The first tenth of a second is short, so its peak is known to a few cents only.
    assert abs(1200.0 * np.log2(before / 220.0)) < 10.0
    assert 1200.0 * np.log2(after / 220.0) == pytest.approx(200.0, abs=1.0)


def test_it_decays_at_the_given_rate() -> None:
    note = Pluck(frequency_hz=110.0, seconds=2.5, sustain_seconds=3.0, damping=0.0)
    spectrum = [
        np.abs(np.fft.rfft(play(note)[start : start + 24000] * np.hanning(24000)))[55]
        for start in (0, 72000)
    ]
    # 60 dB in 3 s are 30 dB in the 1.5 s between the two windows.
    assert 20.0 * np.log10(spectrum[0] / spectrum[1]) == pytest.approx(30.0, abs=0.5)


def centroid_hz(signal: np.ndarray) -> float:
    """Of a quarter of a second, once the pick is gone for 50 ms."""
    power = np.square(np.abs(np.fft.rfft(signal[2400:14400])))
    return float(np.sum(power * np.fft.rfftfreq(12000, 1 / RATE_HZ)) / np.sum(power))


def test_harder_is_louder_and_brighter_and_the_palm_darker_and_shorter() -> None:
    soft = play(Pluck(frequency_hz=110.0, seconds=1.0, strength=0.2))
    hard = play(Pluck(frequency_hz=110.0, seconds=1.0, strength=1.0))
    muted = play(
        Pluck(frequency_hz=110.0, seconds=1.0, strength=1.0, damping=0.8, sustain_seconds=0.4)
    )
    assert np.std(hard) > 3.0 * np.std(soft)
    assert centroid_hz(hard) > 1.15 * centroid_hz(soft)
    assert centroid_hz(muted) < 0.8 * centroid_hz(hard)
    assert np.std(muted[24000:]) < 0.05 * np.std(hard[24000:])


def test_the_pick_position_removes_harmonics() -> None:
    signal = play(Pluck(frequency_hz=120.0, seconds=1.0, pick_position=0.25, damping=0.0))
    spectrum = np.abs(np.fft.rfft(signal[:40000] * np.hanning(40000)))
    fourth, third = spectrum[400], spectrum[300]
    # The node is a full null but for the scrape of the pick and the rounding of its width.
    assert fourth < 0.2 * third


def test_a_seed_decides_everything() -> None:
    note = Pluck(frequency_hz=110.0, seconds=0.2)
    np.testing.assert_array_equal(play(note), play(note))
    assert not np.array_equal(play(note), play(note, seed=1))


def test_the_end_is_soft() -> None:
    signal = play(Pluck(frequency_hz=110.0, seconds=0.3))
    assert signal.size == 14400
    assert abs(signal[-1]) < 1e-12


@pytest.mark.parametrize(
    ("change", "rate_hz", "message"),
    [
        ({}, 4000.0, "sample rate is too low"),
        ({}, float("nan"), "sample rate is too low"),
        ({"frequency_hz": 5000.0}, RATE_HZ, "pitch is out of range"),
        ({"frequency_hz": 5.0}, RATE_HZ, "pitch is out of range"),
        ({"bend_cents": 7200.0}, RATE_HZ, "bends included"),
    ],
)
def test_what_cannot_be_played(change: dict[str, float], rate_hz: float, message: str) -> None:
    note = dataclasses.replace(Pluck(frequency_hz=110.0, seconds=0.5), **change)
    with pytest.raises(AudioError, match=message):
        play(note, rate_hz)
