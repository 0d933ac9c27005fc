"""Each activation against torch in float64, and against plain arithmetic where torch has none."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from triode.graph import ACTIVATIONS, apply_activation
from unit.graph.naive import naive_activation
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
