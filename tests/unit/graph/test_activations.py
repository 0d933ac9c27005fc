"""Each activation against torch in float64, and against plain arithmetic where torch has none."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from triode.graph import (
    ACTIVATIONS,
    apply_activation,
    apply_derivative,
    derivative_from_output,
)
from unit.graph.naive import naive_activation, naive_slope
from unit.graph.single import CONSTANTS

IN_TORCH: dict[str, Callable[[Tensor], Tensor]] = {
    "Tanh": torch.tanh,
    "Sigmoid": torch.sigmoid,
    "SiLU": functional.silu,
    "Softsign": functional.softsign,
    "Softsigmoid": lambda x: 0.5 + 0.5 * functional.softsign(x),
    "ReLU": functional.relu,
    "LeakyReLU": lambda x: functional.leaky_relu(x, CONSTANTS["LeakyReLU"][0]),
    "PReLU": lambda x: functional.prelu(x, torch.tensor([0.3], dtype=torch.float64)),
    "Hardswish": functional.hardswish,
    "Hardtanh": lambda x: torch.clamp(x, *CONSTANTS["Hardtanh"]),
}
MAGNITUDES = np.array([1e-300, 1e-8, 30.0, 37.0, 100.0, 710.0, 1e4, 1e10, 1e30])
POINTS = np.concatenate([np.linspace(-9.0, 9.0, 361), MAGNITUDES, -MAGNITUDES, [0.0, -0.0]])
# Sigmoid is computed through tanh, whose rounding of 1e-16 SiLU multiplies by x where x is -37;
# everything else is a handful of roundings.
RELATIVE, ABSOLUTE = 4e-15, 1e-14


def constants(kind: str) -> tuple[float, ...]:
    return (0.3,) if kind == "PReLU" else CONSTANTS.get(kind, ())


@pytest.mark.parametrize("kind", IN_TORCH)
def test_an_activation_is_what_torch_computes(kind: str) -> None:
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        got = apply_activation(kind, POINTS, *constants(kind))
    wanted = IN_TORCH[kind](torch.from_numpy(POINTS)).numpy()
    np.testing.assert_allclose(got, wanted, rtol=RELATIVE, atol=ABSOLUTE)


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_an_activation_is_its_formula(kind: str) -> None:
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        got = apply_activation(kind, POINTS, *constants(kind))
    wanted = [naive_activation(kind, float(x), constants(kind)) for x in np.clip(POINTS, -700, 700)]
    inside = np.abs(POINTS) <= 700
    np.testing.assert_allclose(got[inside], np.array(wanted)[inside], rtol=RELATIVE, atol=ABSOLUTE)
    assert np.isfinite(got).all()


def test_every_activation_is_compared() -> None:
    assert set(IN_TORCH) | {"Fasttanh", "LeakyHardtanh"} == set(ACTIVATIONS)


def test_fasttanh_stays_near_tanh_and_is_odd() -> None:
    x = np.linspace(0.0, 6.0, 601)
    fast = apply_activation("Fasttanh", x)
    np.testing.assert_array_equal(fast, -apply_activation("Fasttanh", -x))
    # The approximation's own error: it is within half a percent, and not exact.
    error = float(np.max(np.abs(fast - np.tanh(x))))
    assert 1e-4 < error < 5e-3


def test_leaky_hardtanh_is_continuous_with_the_slopes_outside() -> None:
    low, high, low_slope, high_slope = CONSTANTS["LeakyHardtanh"]
    edges = np.array([low, high])
    np.testing.assert_array_equal(
        apply_activation("LeakyHardtanh", edges, low, high, low_slope, high_slope), edges
    )
    outside = np.array([low - 2.0, high + 2.0])
    np.testing.assert_allclose(
        apply_activation("LeakyHardtanh", outside, low, high, low_slope, high_slope),
        [low - 2.0 * low_slope, high + 2.0 * high_slope],
        rtol=1e-15,
    )


def test_prelu_takes_one_slope_per_channel() -> None:
    x = np.array([[-1.0, 2.0], [-1.0, 2.0]])
    got = apply_activation("PReLU", x, np.array([[0.5], [-0.25]]))
    np.testing.assert_array_equal(got, [[-0.5, 2.0], [0.25, 2.0]])


# Every kind, and constants that turn signs and order around.
SLOPED: dict[str, tuple[str, tuple[float, ...]]] = {
    **{kind: (kind, constants(kind)) for kind in ACTIVATIONS},
    "LeakyReLU flat": ("LeakyReLU", (0.0,)),
    "LeakyReLU steep": ("LeakyReLU", (1.7,)),
    "LeakyReLU falling": ("LeakyReLU", (-0.4,)),
    "LeakyReLU barely falling": ("LeakyReLU", (-1e-9,)),
    "PReLU falling": ("PReLU", (-0.4,)),
    "Hardtanh above zero": ("Hardtanh", (0.3, 2.5)),
    "Hardtanh below zero": ("Hardtanh", (-3.0, -0.2)),
    "LeakyHardtanh falling": ("LeakyHardtanh", (-0.5, 0.8, -0.3, -1.2)),
    "LeakyHardtanh flat and steep": ("LeakyHardtanh", (0.2, 0.4, 0.0, 3.0)),
}
# Off every kink: between multiples of 1/10, where all constants above lie.
BETWEEN = np.linspace(-8.95, 8.95, 180)
TORCH_TOO = {
    **{kind: function for kind, function in IN_TORCH.items() if kind not in CONSTANTS},
    "LeakyReLU": functional.leaky_relu,
    "PReLU": lambda x, slope: functional.prelu(x, torch.tensor([slope], dtype=torch.float64)),
    "Hardtanh": functional.hardtanh,
}


def slope(case: str, x: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray:
    """The derivative at inputs `x`, through whichever value it is made from."""
    kind, numbers = SLOPED[case]
    from_output = derivative_from_output(kind, numbers)
    value = apply_activation(kind, x, *numbers) if from_output else x
    return apply_derivative(kind, value, *numbers)


@pytest.mark.parametrize("case", SLOPED)
def test_a_derivative_is_the_limit_of_differences(case: str) -> None:
    kind, numbers = SLOPED[case]
    step = 1e-4
    a, b, c, d = (apply_activation(kind, BETWEEN + n * step, *numbers) for n in (-2, -1, 1, 2))
    differences = (a - 8 * b + 8 * c - d) / (12 * step)
    # The fourth power of the step, and rounding of numbers up to 27 by 2e-16 over the step.
    np.testing.assert_allclose(slope(case, BETWEEN), differences, rtol=0, atol=2e-10)


@pytest.mark.parametrize("case", [case for case in SLOPED if SLOPED[case][0] in TORCH_TOO])
def test_a_derivative_is_what_torch_differentiates(case: str) -> None:
    kind, numbers = SLOPED[case]
    x = torch.from_numpy(BETWEEN.copy()).requires_grad_()
    if kind in IN_TORCH and kind not in {*CONSTANTS, "PReLU"}:
        TORCH_TOO[kind](x).sum().backward()
    else:
        TORCH_TOO[kind](x, *numbers).sum().backward()
    assert x.grad is not None
    # Where a slope is made from an output that has nearly saturated, 1 - y has lost digits of y.
    np.testing.assert_allclose(slope(case, BETWEEN), x.grad.numpy(), rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("case", SLOPED)
def test_a_derivative_is_its_formula_and_finite_far_out(case: str) -> None:
    kind, numbers = SLOPED[case]
    naive = [naive_slope(kind, float(x), numbers) for x in BETWEEN]
    if not derivative_from_output(kind, numbers):
        # The naive slope of Fasttanh is itself a difference.
        np.testing.assert_allclose(apply_derivative(kind, BETWEEN, *numbers), naive, atol=1e-9)
    assert np.isfinite(slope(case, np.clip(POINTS, -1e30, 1e30))).all()


def test_the_output_tells_the_slope_unless_the_activation_turns_around() -> None:
    assert derivative_from_output("LeakyReLU", (0.01,))
    assert not derivative_from_output("LeakyReLU", (-1e-9,))
    assert not derivative_from_output("PReLU", ())
    assert not derivative_from_output("SiLU", ())
    assert derivative_from_output("Tanh", ())
