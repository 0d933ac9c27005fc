"""Reading between the samples."""

import numpy as np
import pytest

from triode.audio import read_between
from triode.audio.warping import WARP_PASSBAND
from triode.errors import AudioError


def wave(places: np.ndarray, frequency: float) -> np.ndarray:
    """A sine at any place; `frequency` in shares of half the rate."""
    return np.sin(np.pi * frequency * places + 0.3)


@pytest.mark.parametrize("frequency", [0.001, 0.1, 0.5, 0.9, WARP_PASSBAND])
@pytest.mark.parametrize(("first", "step"), [(300.5, 1.0), (300.123, 1 + 2e-4), (300.9, 1 - 5e-4)])
def test_error_is_what_the_module_promises(frequency: float, first: float, step: float) -> None:
    signal = wave(np.arange(9000), frequency).astype(np.float32)
    found = read_between(signal, first, step, 8000)
    error = found - wave(first + step * np.arange(8000), frequency)
    # -110 dB of the peak, beside which the float32 of input and output has its own -140 dB.
    assert np.abs(error).max() < 10 ** (-110 / 20)


def test_the_promise_could_be_broken() -> None:
    signal = wave(np.arange(9000), 0.999).astype(np.float32)
    error = read_between(signal, 300.5, 1.0, 8000) - wave(300.5 + np.arange(8000), 0.999)
    assert np.abs(error).max() > 0.1


def test_whole_places_are_the_samples_and_outside_is_silence() -> None:
    signal = np.arange(1, 101, dtype=np.float32)
    found = read_between(signal, -5.0, 1.0, 120)
    assert np.array_equal(found, np.concatenate([np.zeros(5), signal, np.zeros(15)]))
    assert not read_between(signal, 1000.5, 1.0, 50).any()


def test_blocks_leave_no_seam() -> None:
    signal = np.random.default_rng(0).standard_normal(200_000).astype(np.float32)
    found = read_between(signal, 10.25, 1.0001, 150_000)
    late = read_between(signal, 10.25 + 1.0001 * 65_000, 1.0001, 2_000)
    # The same places reached another way round, hence the last bit.
    assert np.allclose(found[65_000:67_000], late, atol=1e-6)


def test_another_speed_is_refused() -> None:
    with pytest.raises(AudioError, match="slight change of speed"):
        read_between(np.zeros(10, np.float32), 0.0, 1.1, 5)
