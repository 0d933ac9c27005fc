"""The activations: what each computes, in float64, its constants and its derivative.

Sources: ReLU family, Hardswish, SiLU, Softsign as PyTorch defines them; Fasttanh is the deployed
player's rational approximation of tanh; Softsigmoid(x) = (1 + x / (1 + |x|)) / 2.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = [
    "ACTIVATIONS",
    "ActivationKind",
    "Float64Array",
    "apply_activation",
    "apply_derivative",
    "derivative_from_output",
]

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ActivationKind:
    """One kind: `function(x, *constants)`, and the names of the constants."""

    function: Callable[..., Float64Array]
    constants: tuple[str, ...] = ()


def _sigmoid(x: Float64Array) -> Float64Array:
    from scipy.special import expit  # slow to load, and playing never interprets

    result: Float64Array = expit(x)
    return result


def _fast_tanh(x: Float64Array) -> Float64Array:
    magnitude = np.abs(x)
    square = x * x
    numerator = x * (
        2.45550750702956
        + 2.45550750702956 * magnitude
        + (0.893229853513558 + 0.821226666969744 * magnitude) * square
    )
    denominator = 2.44506634652299 + (2.44506634652299 + square) * np.abs(
        x + 0.814642734961073 * x * magnitude
    )
    return numerator / denominator


def _leaky_hard_tanh(
    x: Float64Array, low: float, high: float, low_slope: float, high_slope: float
) -> Float64Array:
    below = low + low_slope * (x - low)
    above = high + high_slope * (x - high)
    return np.where(x < low, below, np.where(x > high, above, x))


ACTIVATIONS: dict[str, ActivationKind] = {
    "Tanh": ActivationKind(np.tanh),
    "Fasttanh": ActivationKind(_fast_tanh),
    "Sigmoid": ActivationKind(_sigmoid),
    "SiLU": ActivationKind(lambda x: x * _sigmoid(x)),
    "Softsign": ActivationKind(lambda x: x / (1.0 + np.abs(x))),
    "Softsigmoid": ActivationKind(lambda x: 0.5 * (1.0 + x / (1.0 + np.abs(x)))),
    "ReLU": ActivationKind(lambda x: np.maximum(x, 0.0)),
    "LeakyReLU": ActivationKind(lambda x, slope: np.where(x > 0.0, x, slope * x), ("slope",)),
    "PReLU": ActivationKind(lambda x, slopes: np.where(x > 0.0, x, slopes * x)),
    "Hardswish": ActivationKind(lambda x: x * np.clip(x + 3.0, 0.0, 6.0) / 6.0),
    "Hardtanh": ActivationKind(np.clip, ("min_val", "max_val")),
    "LeakyHardtanh": ActivationKind(
        _leaky_hard_tanh, ("min_val", "max_val", "min_slope", "max_slope")
    ),
}


def apply_activation(kind: str, x: Float64Array, *constants: object) -> Float64Array:
    """The activation `kind` of every sample of `x`; PReLU takes its slopes as the one constant."""
    return ACTIVATIONS[kind].function(x, *constants)


_DERIVATIVES_FROM_OUTPUT = frozenset(
    {"Tanh", "Sigmoid", "Softsign", "Softsigmoid", "ReLU", "Hardtanh"}
)


def derivative_from_output(kind: str, constants: tuple[float, ...]) -> bool:
    """Whether the derivative of an activation follows from its output; else it needs its input.

    A LeakyReLU keeps the sign unless its slope is negative, and its derivative asks no more.
    """
    return kind in _DERIVATIVES_FROM_OUTPUT or (kind == "LeakyReLU" and constants[0] >= 0.0)


def _fast_tanh_derivative(x: Float64Array) -> Float64Array:
    """Of the rational function N / D on the positive side; it is even."""
    m = np.abs(x)
    numerator = m * (
        2.45550750702956
        + 2.45550750702956 * m
        + (0.893229853513558 + 0.821226666969744 * m) * m * m
    )
    numerator_slope = (
        2.45550750702956
        + 2.0 * 2.45550750702956 * m
        + 3.0 * 0.893229853513558 * m * m
        + 4.0 * 0.821226666969744 * m**3
    )
    bend = m + 0.814642734961073 * m * m
    denominator = 2.44506634652299 + (2.44506634652299 + m * m) * bend
    denominator_slope = 2.0 * m * bend + (2.44506634652299 + m * m) * (
        1.0 + 2.0 * 0.814642734961073 * m
    )
    return (numerator_slope * denominator - numerator * denominator_slope) / denominator**2


_DERIVATIVES: dict[str, Callable[..., Float64Array]] = {
    "Tanh": lambda y: 1.0 - y * y,
    "Fasttanh": _fast_tanh_derivative,
    "Sigmoid": lambda y: y * (1.0 - y),
    "SiLU": lambda x: _sigmoid(x) * (1.0 + x * (1.0 - _sigmoid(x))),
    "Softsign": lambda y: (1.0 - np.abs(y)) ** 2,
    "Softsigmoid": lambda y: 0.5 * (1.0 - np.abs(2.0 * y - 1.0)) ** 2,
    "ReLU": lambda y: np.where(y > 0.0, 1.0, 0.0),
    "LeakyReLU": lambda x, slope: np.where(x > 0.0, 1.0, slope),
    "PReLU": lambda x, slopes: np.where(x > 0.0, 1.0, slopes),
    "Hardswish": lambda x: np.where(np.abs(x) < 3.0, (2.0 * x + 3.0) / 6.0, x > 0.0),
    "Hardtanh": lambda y, low, high: np.where((y > low) & (y < high), 1.0, 0.0),
    "LeakyHardtanh": lambda x, low, high, low_slope, high_slope: np.where(
        x < low, low_slope, np.where(x > high, high_slope, 1.0)
    ),
}


def apply_derivative(kind: str, value: Float64Array, *constants: object) -> Float64Array:
    """The derivative of the activation `kind`, sample by sample.

    `value` is its output where `derivative_from_output` says so, else its input.
    """
    return _DERIVATIVES[kind](value, *constants)
