"""The signal is found wherever it starts, and nothing else is taken for it."""

from pathlib import Path

import numpy as np
import pytest

from triode.audio import read_audio, resample
from triode.capture import Layout, recognise_excitation, split

RATE_HZ = 48_000


def test_as_it_is(signal: np.ndarray) -> None:
    assert recognise_excitation(signal, RATE_HZ) == Layout.of(1.0, RATE_HZ)


@pytest.mark.parametrize("gain", [1.0, -0.05])
@pytest.mark.parametrize("noise_dbfs", [-140.0, -90.0])
def test_later_and_at_another_level(signal: np.ndarray, gain: float, noise_dbfs: float) -> None:
    noise = np.random.default_rng(1).standard_normal(len(signal) + 20_000)
    recording = np.float32(10 ** (noise_dbfs / 20)) * noise.astype(np.float32)
    recording[12_345 : 12_345 + len(signal)] += np.float32(gain) * signal
    found = recognise_excitation(recording, RATE_HZ)
    assert found is not None
    assert (found.minutes, found.offset, found.frames) == (1.0, 12_345, len(recording))


def test_from_within(signal: np.ndarray) -> None:
    found = recognise_excitation(signal[100_000:-50_000], RATE_HZ)
    assert found is not None
    assert found.offset == -100_000


@pytest.mark.parametrize("rate_hz", [44_100, 88_200, 96_000])
def test_resampled(signal: np.ndarray, rate_hz: int) -> None:
    resampled = resample(signal, RATE_HZ, rate_hz)
    found = recognise_excitation(resampled, rate_hz)
    assert found == Layout.of(1.0, rate_hz)
    assert found == Layout.of(1.0, RATE_HZ).scaled(rate_hz / RATE_HZ, len(resampled))


def test_what_validates_is_the_last_passage_and_no_copy_is_trained_on(signal: np.ndarray) -> None:
    layout = Layout.of(1.0, RATE_HZ)
    parts = split(signal, RATE_HZ, 6347, repeats=layout.repeats)
    assert parts.validation == layout.passages[-1]
    for start, stop in parts.train:
        for first, last in layout.passages:
            assert stop <= first or start >= last
    trained = sum(stop - start for start, stop in parts.train)
    assert trained > 0.75 * (layout.frames - 3 * (parts.validation[1] - parts.validation[0]))


def test_an_edited_signal_is_another_one(signal: np.ndarray) -> None:
    edited = signal.copy()
    start, stop = Layout.of(1.0, RATE_HZ).passages[1]
    edited[start:stop] *= 0.9
    assert recognise_excitation(edited, RATE_HZ) is None
    moved = signal.copy()
    moved[200_000:] = np.roll(moved[200_000:], 480)
    assert recognise_excitation(moved, RATE_HZ) is None


def test_other_signals(signal: np.ndarray) -> None:
    random = np.random.default_rng(2).standard_normal(len(signal)).astype(np.float32)
    clicks = np.zeros_like(signal)
    clicks[:: RATE_HZ // 2] = 0.9
    for other in (random, clicks, np.zeros_like(signal), signal[:0], signal[100:5000]):
        assert recognise_excitation(other, RATE_HZ) is None


def test_real_dry_file(shared_data: Path) -> None:
    audio = read_audio(shared_data / "pairs" / "dry.flac")
    assert recognise_excitation(audio.samples, audio.rate_hz) is None
