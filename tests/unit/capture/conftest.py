"""Playing and an amplifier, made up, so that the truth about every pair is known."""

from collections.abc import Callable

import numpy as np
import pytest
import scipy.signal

from triode.capture import excitation_signal


def _play(seconds: float, rate_hz: int = 48_000, seed: int = 1) -> np.ndarray:
    """Plucked notes of random pitch, level and length, each with a noisy attack."""
    random = np.random.default_rng(seed)
    result = np.zeros(int(seconds * rate_hz) + 2 * rate_hz)
    position = 0.0
    while position < seconds:
        length = random.uniform(0.1, 0.6)
        time = np.arange(int(0.8 * rate_hz), dtype=np.float32) / rate_hz
        pitch_hz = 82.4 * 2 ** random.uniform(0, 3)
        note = np.zeros(len(time), np.float32)
        for harmonic in range(1, 9):
            phase = random.uniform(0, 2 * np.pi)
            partial = np.sin(np.float32(2 * np.pi * harmonic * pitch_hz) * time + np.float32(phase))
            note += partial * np.exp(-time * (3 + harmonic)) / harmonic
        attack = random.standard_normal(len(time)) * np.exp(-time * 200) * 0.3
        start = int(position * rate_hz)
        result[start : start + len(time)] += 10 ** random.uniform(-1.6, -0.7) * (note + attack)
        position += length
    return result[: int(seconds * rate_hz)].astype(np.float32)


def _amplify(dry: np.ndarray, *, delay: int = 0, drive: float = 4.0) -> np.ndarray:
    """Treble boost, asymmetric saturation and a cabinet-like low-pass, then a delay."""
    tone = scipy.signal.lfilter([1.0, -0.5], [1.0], dry.astype(np.float64))
    shaped = np.tanh(drive * tone + 0.2) - np.tanh(0.2)
    wet = scipy.signal.lfilter([0.5, 0.2], [1.0, -0.3], shaped)
    return np.concatenate([np.zeros(delay), 0.7 * wet])[: len(dry)].astype(np.float32)


@pytest.fixture(scope="session")
def play() -> Callable[..., np.ndarray]:
    return _play


@pytest.fixture(scope="session")
def amplify() -> Callable[..., np.ndarray]:
    return _amplify


@pytest.fixture(scope="session")
def dry(play: Callable[..., np.ndarray]) -> np.ndarray:
    return play(8.0)


@pytest.fixture(scope="session")
def wet(dry: np.ndarray, amplify: Callable[..., np.ndarray]) -> np.ndarray:
    return amplify(dry, delay=300)


@pytest.fixture(scope="session")
def signal() -> np.ndarray:
    """The shortest excitation signal, at 48 kHz."""
    made = excitation_signal(1.0, 48_000)
    made.flags.writeable = False
    return made
