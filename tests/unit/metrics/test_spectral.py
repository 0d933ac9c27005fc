import numpy as np
import pytest

from triode.errors import AudioError
from triode.metrics import STFT_RESOLUTIONS, stft_distance

NOISE = np.random.default_rng(5).standard_normal(30000) * 0.1


def test_identical_signals_are_at_distance_zero() -> None:
    assert stft_distance(NOISE, NOISE) == 0.0


def test_polarity_is_forgiven_and_another_signal_is_not() -> None:
    assert stft_distance(NOISE, -NOISE) == 0.0
    assert stft_distance(NOISE, NOISE[::-1]) > 0.5


def test_a_scaled_copy() -> None:
    # Convergence is |1 - a| and the log term -ln(a) where no magnitude meets the floor: noise this
    # loud has a few bins near it at most.
    assert stft_distance(NOISE, 0.5 * NOISE) == pytest.approx(0.5 + np.log(2.0), abs=1e-3)


def test_magnitudes_have_a_floor_so_that_silence_stays_finite() -> None:
    half = np.concatenate([NOISE, np.zeros(5000)])
    assert np.isfinite(stft_distance(half, np.zeros_like(half)))


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    other = np.roll(NOISE, 7) + 0.3 * NOISE
    whole = stft_distance(NOISE, other)
    monkeypatch.setattr("triode.metrics.spectral._BLOCK_FRAMES", 17)
    # Only the order of a few thousand additions in single precision changes.
    assert stft_distance(NOISE, other) == pytest.approx(whole, rel=1e-6)


def test_it_equals_the_loss_that_trainers_use() -> None:
    torch = pytest.importorskip("torch")
    auraloss = pytest.importorskip("auraloss")
    other = np.roll(NOISE, 7) + 0.3 * NOISE
    loss = auraloss.freq.MultiResolutionSTFTLoss()
    expected = loss(torch.tensor(other)[None, None], torch.tensor(NOISE)[None, None]).item()
    # Both in float64; auraloss returns float32-sized constants (its epsilon) at worst.
    assert stft_distance(NOISE, other) == pytest.approx(expected, rel=1e-6)


def test_the_resolutions_are_those_of_the_design() -> None:
    assert sorted(resolution.points for resolution in STFT_RESOLUTIONS) == [512, 1024, 2048]


def test_too_short() -> None:
    with pytest.raises(AudioError, match=r"too short.*at least 1025 frames.*Got 1024"):
        stft_distance(NOISE[:1024], NOISE[:1024])
