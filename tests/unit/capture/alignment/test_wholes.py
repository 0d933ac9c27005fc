"""How many samples a recorder lost, with gear that answers loud playing sooner than soft."""

from collections.abc import Callable

import numpy as np
import pytest
import scipy.signal

from triode.capture.alignment.wholes import count_step

RATE_HZ = 48_000
GAP = 8 * RATE_HZ


def whole_step(
    dry: np.ndarray, laid: np.ndarray, before: tuple[int, int], after: tuple[int, int]
) -> int | None:
    """The step that the model is sure of."""
    count = count_step(dry, laid, before, after)
    return None if count is None else count.whole


@pytest.fixture(scope="module")
def played() -> tuple[np.ndarray, np.ndarray]:
    """Sixteen seconds that get three times as loud, and what a filtered distortion answers."""
    random = np.random.default_rng(3)
    noise = random.standard_normal(2 * GAP)
    notes = np.repeat(random.uniform(0.05, 0.3, 64), 2 * GAP // 64)
    dry = scipy.signal.lfilter([0.2], [1, -0.8], noise) * notes
    dry[GAP:] *= 3.0
    high = scipy.signal.butter(1, 300, "highpass", fs=RATE_HZ, output="sos")
    low = scipy.signal.butter(1, 2000, fs=RATE_HZ, output="sos")
    wet = scipy.signal.sosfilt(low, np.tanh(6.0 * scipy.signal.sosfilt(high, dry) + 0.2))
    return dry.astype(np.float32), wet.astype(np.float32)


@pytest.mark.parametrize("step", [-3, 0, 2])
def test_whole_samples_are_told(played: tuple[np.ndarray, np.ndarray], step: int) -> None:
    dry, wet = played
    late = np.concatenate([wet[:GAP], np.roll(wet, step)[GAP:]])
    assert whole_step(dry, late, (0, GAP - 5000), (GAP + 5000, len(dry))) == step


def test_half_a_sample_is_not(played: tuple[np.ndarray, np.ndarray]) -> None:
    dry, wet = played
    between = 0.5 * (wet + np.roll(wet, 1))
    late = np.concatenate([wet[:GAP], between[GAP:]])
    assert whole_step(dry, late, (0, GAP - 5000), (GAP + 5000, len(dry))) is None


def test_neither_is_anything_of_a_moment_or_of_other_playing(
    played: tuple[np.ndarray, np.ndarray], play: Callable[..., np.ndarray]
) -> None:
    dry, wet = played
    assert whole_step(dry, wet, (0, GAP - 5000), (GAP + 5000, GAP + 50_000)) is None
    other = play(len(dry) / RATE_HZ, seed=9)[: len(dry)]
    assert whole_step(dry, other, (0, GAP - 5000), (GAP + 5000, len(dry))) is None


@pytest.mark.parametrize("kind", ["silent dry", "silent wet", "silence", "silence after"])
def test_what_says_nothing_is_not_told(played: tuple[np.ndarray, np.ndarray], kind: str) -> None:
    dry, wet = (one.copy() for one in played)
    if kind in ("silent dry", "silence"):
        dry[:] = 0.0
    if kind in ("silent wet", "silence"):
        wet[:] = 0.0
    if kind == "silence after":
        dry[GAP:] = wet[GAP:] = 0.0
    assert whole_step(dry, wet, (0, GAP - 5000), (GAP + 5000, len(dry))) is None


def test_a_constant_is_no_error() -> None:
    constant = np.full(2 * GAP, 0.5, np.float32)
    # Nothing but rounding is there to go by; what matters is that no step is made of it.
    assert not whole_step(constant, constant, (0, GAP - 5000), (GAP + 5000, 2 * GAP))
