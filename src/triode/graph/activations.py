"""The activations: what each computes, in float64, and the constants it takes.

Sources: ReLU family, Hardswish, SiLU, Softsign as PyTorch defines them; Fasttanh is the deployed
player's rational approximation of tanh; Softsigmoid(x) = (1 + x / (1 + |x|)) / 2.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

__all__ = ["ACTIVATIONS", "ActivationKind", "Float64Array", "apply_activation"]

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ActivationKind:
    """One kind: `function(x, *constants)`, and the names of the constants."""

    function: Callable[..., Float64Array]
    constants: tuple[str, ...] = ()


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
    "Sigmoid": ActivationKind(expit),
    "SiLU": ActivationKind(lambda x: x * expit(x)),
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
