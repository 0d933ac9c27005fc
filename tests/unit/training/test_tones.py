"""What of an answer to a steady tone is harmonic, and what folded back."""

import numpy as np
import pytest
import torch

from triode.training.tones import FRAME_SAMPLES, aliasing_loss, harmonic_part, tones

RATE_HZ = 48_000
RUN_IN = 100


def sine(bin_: int, factor: int = 1) -> np.ndarray:
    moments = RUN_IN + np.arange(FRAME_SAMPLES)
    return np.sin(2 * np.pi * factor * bin_ * moments / FRAME_SAMPLES)


def test_harmonics_below_nyquist_stay_and_others_go() -> None:
    bin_ = 700
    # The fifth is the last below Nyquist, at 3,500 of 4,095; the sixth folds back to 3,991.
    kept = 0.3 + sine(bin_) + 0.1 * sine(bin_, 5)
    folded = 0.01 * sine(bin_, 6)
    found = harmonic_part(kept + folded, bin_, RUN_IN)
    np.testing.assert_allclose(found, kept, atol=1e-12)


def test_the_loss_is_the_logarithm_of_the_ratio() -> None:
    bin_ = 700
    answers = torch.tensor(np.array([sine(bin_) + ratio * sine(bin_, 6) for ratio in (0.1, 0.01)]))
    expected = np.mean(np.log(np.square([0.1, 0.01])))
    # Targets are float32, and the ratio has a floor of 1e-10.
    assert float(aliasing_loss(answers, [bin_, bin_], RUN_IN)) == pytest.approx(expected, rel=1e-5)


def test_its_gradient_touches_no_harmonic() -> None:
    bin_ = 700
    answers = torch.tensor(np.array([sine(bin_) + 0.01 * sine(bin_, 6)]), requires_grad=True)
    aliasing_loss(answers, [bin_], RUN_IN).backward()
    assert answers.grad is not None
    gradient = answers.grad[0].numpy()
    along = abs(gradient @ sine(bin_, 6))
    # Only the rounding of the float32 targets is left.
    assert abs(gradient @ sine(bin_)) < 1e-4 * along
    assert abs(gradient.sum()) < 1e-4 * along


def test_the_tones_lie_on_their_bins_at_their_levels() -> None:
    signals, bins = tones(RATE_HZ, RUN_IN)
    assert signals.shape == (4 * 88, RUN_IN + FRAME_SAMPLES)
    assert len(bins) == len(signals)
    for place in (0, 5, 351):
        frame = signals[place, RUN_IN:].numpy()
        amplitude = np.abs(np.fft.rfft(frame))[bins[place]] * 2 / FRAME_SAMPLES
        assert amplitude == pytest.approx(np.abs(frame).max(), rel=1e-3)
    assert signals.abs().max() == pytest.approx(10 ** (-3 / 20), rel=1e-4)
    assert max(bins) * RATE_HZ / FRAME_SAMPLES < 0.45 * RATE_HZ
