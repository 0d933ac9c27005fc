"""The loss equals the published one as the customary library computes it."""

import importlib
import sys
import warnings
from collections.abc import Callable

import numpy as np
import pytest
import scipy.signal
import torch

from triode.compiler import host_isas
from triode.training.loss import Target, multi_resolution_stft, training_loss
from triode.training.recipe import Loss

# Both compute in float32 with the same transforms; the issue asks for 1e-5.
TOLERANCE = 1e-5

Distance = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def signals() -> tuple[torch.Tensor, torch.Tensor]:
    """Estimate and target, (3, 4096) each, of very different levels from item to item."""
    generator = np.random.default_rng(5)
    levels = np.array([[1.0], [0.05], [0.0005]])
    target = levels * generator.standard_normal((3, 4096))
    estimate = 0.8 * target + 0.1 * levels * generator.standard_normal((3, 4096))
    return torch.tensor(estimate, dtype=torch.float32), torch.tensor(target, dtype=torch.float32)


def customary(estimate: torch.Tensor, target: torch.Tensor) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        freq = pytest.importorskip("auraloss.freq")
        return float(freq.MultiResolutionSTFTLoss()(estimate[:, None], target[:, None]))


def test_it_equals_auraloss() -> None:
    estimate, target = signals()
    expected = customary(estimate, target)
    assert float(multi_resolution_stft(estimate, target)) == pytest.approx(expected, rel=TOLERANCE)
    # The other way round is another number, so the comparison can fail.
    assert float(multi_resolution_stft(target, estimate)) != pytest.approx(expected, rel=1e-3)


def test_it_equals_auraloss_where_one_signal_is_silent() -> None:
    _, target = signals()
    silence = torch.zeros_like(target)
    expected = customary(silence, target)
    assert float(multi_resolution_stft(silence, target)) == pytest.approx(expected, rel=TOLERANCE)


def test_a_silent_estimate_has_a_finite_gradient() -> None:
    _, target = signals()
    estimate = torch.zeros_like(target, requires_grad=True)
    multi_resolution_stft(estimate, target).backward()
    assert estimate.grad is not None
    assert torch.isfinite(estimate.grad).all()


def test_the_terms_are_weighted_and_added() -> None:
    estimate, target = signals()
    loss = Loss(mse_weight=2.0, mrstft_weight=0.25)
    mse = float((estimate.double() - target.double()).square().mean())
    expected = 2.0 * mse + 0.25 * float(multi_resolution_stft(estimate, target))
    got = float(training_loss(estimate, Target.of(target, loss), loss))
    # Means over 12,288 float32 numbers.
    assert got == pytest.approx(expected, rel=1e-5)


def test_pre_emphasis_filters_both_signals_before_the_mse() -> None:
    estimate, target = signals()
    loss = Loss(pre_emphasis_coefficient=0.85)
    filtered = [
        scipy.signal.lfilter([1.0, -0.85], [1.0], one.double().numpy())[:, 1:]
        for one in (estimate, target)
    ]
    expected = float(np.mean((filtered[0] - filtered[1]) ** 2))
    got = float(training_loss(estimate, Target.of(target, loss), loss))
    assert got == pytest.approx(expected, rel=1e-5)
    plain = Loss()
    assert got != pytest.approx(
        float(training_loss(estimate, Target.of(target, plain), plain)), rel=0.01
    )


def distance_by_window(estimate: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """As a training sees it."""
    loss = Loss(mse_weight=0.0, mrstft_weight=1.0, spectral_error="window")
    return training_loss(estimate, Target.of(target, loss), loss)


def plain_distance_by_window(estimate: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return plain_distance(estimate, target, by_window=True)


def plain_distance(
    estimate: torch.Tensor, target: torch.Tensor, *, by_window: bool = False
) -> torch.Tensor:
    """The formula in operations that autograd differentiates."""
    terms = []
    for points, hop, width in ((1024, 120, 600), (2048, 240, 1200), (512, 50, 240)):
        magnitudes = []
        for signal in (estimate, target):
            window = torch.hann_window(width, dtype=signal.dtype)
            spectrum = torch.stft(signal, points, hop, width, window, return_complex=True)
            power = spectrum.real.square() + spectrum.imag.square()
            magnitudes.append(power.clamp(min=1e-8).sqrt())
        got, wanted = magnitudes
        ratio = (got.log() - wanted.log()).abs().mean()
        error = (got - wanted).norm()
        if by_window:
            norms = (got - wanted).square().sum((1, 2)).sqrt()
            error = norms.mean() * len(norms) ** 0.5
        terms.append(error / wanted.norm() + ratio)
    return torch.stack(terms).mean()


@pytest.mark.parametrize(
    "pair",
    [(multi_resolution_stft, plain_distance), (distance_by_window, plain_distance_by_window)],
    ids=["batch", "window"],
)
def test_its_gradient_is_that_of_the_formula(pair: tuple[Distance, Distance]) -> None:
    estimate, target = (one.double() for one in signals())
    # Silence in one, in the other, and in both: there magnitudes rest on their floor.
    estimate[0, :3000] = 0.0
    target[0, 1500:] = 0.0
    gradients = []
    values = []
    for distance in pair:
        variable = estimate.clone().requires_grad_()
        value = distance(variable, target)
        (3.0 * value).backward()  # type: ignore[no-untyped-call]
        assert variable.grad is not None
        gradients.append(variable.grad)
        values.append(float(value.detach()))
    assert values[0] == pytest.approx(values[1], rel=1e-12)
    # Float64, but for logarithms of sums that cancel: their rounding is 1e-16 of 1, over 1e-4.
    scale = float(gradients[1].abs().max())
    torch.testing.assert_close(gradients[0], gradients[1], rtol=0.0, atol=1e-9 * scale)
    assert float((gradients[0] - 1.001 * gradients[1]).abs().max()) > 1e-4 * scale


def test_equal_signals_have_no_gradient_and_no_distance() -> None:
    _, target = signals()
    estimate = target.clone().requires_grad_()
    distance = multi_resolution_stft(estimate, target)
    distance.backward()  # type: ignore[no-untyped-call]
    assert float(distance.detach()) == 0.0
    assert estimate.grad is not None
    assert not estimate.grad.any()


def test_the_number_of_threads_changes_no_bit() -> None:
    estimate, target = (one.repeat(4, 2) for one in signals())
    results = []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        variable = estimate.clone().requires_grad_()
        loss = training_loss(variable, Target.of(target, Loss()), Loss())
        loss.backward()  # type: ignore[no-untyped-call]
        assert variable.grad is not None
        results.append((loss.detach(), variable.grad))
    for loss, gradient in results[1:]:
        assert torch.equal(loss, results[0][0])
        assert torch.equal(gradient, results[0][1])


@pytest.mark.parametrize("samples", [1100, 4096, 8191])
@pytest.mark.parametrize("distance", [multi_resolution_stft, distance_by_window])
def test_compiled_and_torch_agree_with_double_precision(samples: int, distance: Distance) -> None:
    """Neither float32 path is further from the formula in float64 than rounding takes it."""
    generator = np.random.default_rng(samples)
    levels = np.array([[1.0], [0.05], [0.0005]])
    target = levels * generator.standard_normal((3, samples))
    estimate = 0.8 * target + 0.1 * levels * generator.standard_normal((3, samples))
    wanted_value, wanted = _with_gradient(distance, estimate, target, torch.float64)
    value, gradient = _with_gradient(distance, estimate, target, torch.float32)
    assert value == pytest.approx(wanted_value, rel=1e-6)
    error = np.linalg.norm(gradient - wanted) / np.linalg.norm(wanted)
    # Where a magnitude nearly meets its target the sign of their difference is a matter of luck.
    assert error < 1e-4
    assert np.linalg.norm(gradient - 1.001 * wanted) / np.linalg.norm(wanted) > 1e-4


def _with_gradient(
    distance: Distance, estimate: np.ndarray, target: np.ndarray, dtype: torch.dtype
) -> tuple[float, np.ndarray]:
    signal = torch.tensor(estimate, dtype=dtype, requires_grad=True)
    value = distance(signal, torch.tensor(target, dtype=dtype))
    value.backward()
    assert signal.grad is not None
    return float(value.detach()), signal.grad.double().numpy()


def test_without_a_compiler_torch_computes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    estimate, target = signals()
    compiled = float(multi_resolution_stft(estimate, target))
    monkeypatch.setattr(
        importlib.import_module("triode.training.loss"), "spectral_kernel", lambda: None
    )
    assert float(multi_resolution_stft(estimate, target)) == pytest.approx(compiled, rel=1e-6)


def test_threads_that_meet_at_the_first_use_agree() -> None:
    """Generated code gets addresses: whatever is made on first use has to stay alive in a race."""
    kernel = importlib.import_module("triode.training.spectral_kernel")
    signal = signals()[1].repeat(2, 1).numpy()
    interval, threads = sys.getswitchinterval(), torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        sys.setswitchinterval(1e-6)
        norms = {kernel.SpectralKernel(host_isas()[0]).target(signal).norms for _ in range(100)}
    finally:
        sys.setswitchinterval(interval)
        torch.set_num_threads(threads)
    assert len(norms) == 1
