"""Look-alikes of the customary input files, made from the facts of their layouts."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.signal

from triode.audio import read_audio
from triode.capture import recognise_customary

Play = Callable[..., np.ndarray]


@pytest.fixture(scope="module")
def play() -> Play:
    """Stand-in for playing that is quick to make: coloured noise that comes and goes."""

    def make(seconds: float, rate_hz: int = 48_000) -> np.ndarray:
        frames = int(seconds * rate_hz)
        white = np.random.default_rng(1).standard_normal(frames)
        swell = 0.02 * np.sin(np.arange(frames) * (2 * np.pi / rate_hz)) ** 2
        return swell * scipy.signal.lfilter([1.0], [1.0, -0.97], white)

    return make


def sweep(frames: int, rate_hz: int) -> np.ndarray:
    time = np.arange(frames) / rate_hz
    return 0.5 * scipy.signal.chirp(time, 20, time[-1], 20_000, method="logarithmic")


def noise(frames: int) -> np.ndarray:
    return 0.2 * np.random.default_rng(8).standard_normal(frames)


def place(signal: np.ndarray, start: int, passage: np.ndarray) -> None:
    signal[start : start + len(passage)] = passage


def version_1(play: Play) -> np.ndarray:
    signal = play(22.0)
    signal[:48_000] = 0.0
    for click in (12_000, 36_000):
        signal[click : click + 10] = 0.9
    place(signal, 48_000, sweep(144_000, 48_000))
    place(signal, 192_000, noise(144_000))
    return signal


def version_2(play: Play) -> np.ndarray:
    signal = play(30.0)
    end = len(signal)
    signal[:96_000] = 0.0
    signal[end - 96_000 :] = 0.0
    for click in (24_000, 72_000, end - 72_000, end - 24_000):
        signal[click] = 0.9
    place(signal, 96_000, sweep(144_000, 48_000))
    place(signal, 240_000, noise(96_000))
    signal[end - 528_000 : end - 96_000] = signal[end - 960_000 : end - 528_000]
    return signal


def version_3(play: Play) -> np.ndarray:
    signal = play(30.0)
    end = len(signal)
    signal[432_000:576_000] = 0.0
    for click in (504_000, 552_000):
        signal[click] = 0.9
    place(signal, 576_000, sweep(144_000, 48_000))
    place(signal, 720_000, noise(96_000))
    signal[end - 432_000 :] = signal[:432_000]
    return signal


def proteus(play: Play) -> np.ndarray:
    signal = play(32.0, rate_hz=44_100)
    signal[:44_100] = 0.0
    for click in (0, 22_050):
        signal[click] = 0.9
    place(signal, 44_100, sweep(8 * 44_100, 44_100))
    place(signal, 9 * 44_100, noise(8 * 44_100))
    return signal


def test_version_1(play: Play) -> None:
    signal = version_1(play).astype(np.float32)
    layout = recognise_customary(signal, 48_000)
    assert layout is not None
    end = len(signal)
    assert (layout.name, layout.train) == ("NAM input v1", (0, end - 432_000))
    assert layout.validation == (end - 432_000, end)


def test_version_2(play: Play) -> None:
    signal = version_2(play).astype(np.float32)
    layout = recognise_customary(signal, 48_000)
    assert layout is not None
    end = len(signal)
    assert (layout.name, layout.train) == ("NAM input v2", (0, end - 960_000))
    assert layout.validation == (end - 960_000, end - 528_000)


def test_version_3(play: Play) -> None:
    signal = version_3(play).astype(np.float32)
    layout = recognise_customary(signal, 48_000)
    assert layout is not None
    end = len(signal)
    assert (layout.name, layout.train) == ("NAM input v3", (480_000, end - 432_000))
    assert layout.validation == (end - 432_000, end)


def test_proteus(play: Play) -> None:
    signal = proteus(play).astype(np.float32)
    layout = recognise_customary(signal, 44_100)
    assert layout is not None
    end = len(signal)
    assert (layout.name, layout.train) == ("Proteus input", (44_100, end - 441_000))
    assert layout.validation == (end - 441_000, end)


@pytest.mark.parametrize("make", [version_1, version_2, version_3])
def test_every_part_of_the_structure_counts(play: Play, make: Callable[[Play], np.ndarray]) -> None:
    signal = make(play).astype(np.float32)
    assert recognise_customary(signal, 44_100) is None
    assert recognise_customary(signal[100:], 48_000) is None
    without_clicks = np.where(signal == np.float32(0.9), np.float32(0), signal)
    assert recognise_customary(without_clicks, 48_000) is None


@pytest.mark.parametrize("make", [version_2, version_3])
def test_a_validation_that_does_not_repeat_is_another_file(
    play: Play, make: Callable[[Play], np.ndarray]
) -> None:
    signal = make(play).astype(np.float32)
    end = len(signal)
    signal[end - 432_000 : end - 200_000] *= 0.9
    assert recognise_customary(signal, 48_000) is None


def test_moved_with_the_cut_and_the_rate(play: Play) -> None:
    layout = recognise_customary(version_3(play).astype(np.float32), 48_000)
    assert layout is not None
    end = 30 * 44_100
    moved = layout.moved(ratio=44_100 / 48_000, offset=-100, frames=end - 300)
    assert moved.train == (441_000 - 100, end - 396_900 - 100)
    assert moved.validation == (end - 396_900 - 100, end - 300)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_other_signals(play: Play, rate_hz: int) -> None:
    for signal in (play(32.0), noise(32 * rate_hz), np.zeros(32 * rate_hz), np.zeros(0)):
        assert recognise_customary(signal.astype(np.float32), rate_hz) is None


def test_real_dry_file(shared_data: Path) -> None:
    audio = read_audio(shared_data / "pairs" / "dry.flac")
    assert recognise_customary(audio.samples, audio.rate_hz) is None
