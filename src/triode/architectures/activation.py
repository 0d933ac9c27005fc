"""Activations of a `.nam` file as graph operations."""

from triode.graph import ACTIVATIONS
from triode.graph import Activation as ActivationOperation
from triode.nam.activation import Activation

__all__ = ["activation_operation"]


def activation_operation(activation: Activation) -> ActivationOperation:
    """The graph operation for `activation`; PReLU's slopes become a parameter."""
    available = {
        "slope": activation.negative_slopes[0] if activation.negative_slopes else 0.01,
        "min_val": activation.min_val,
        "max_val": activation.max_val,
        "min_slope": activation.min_slope,
        "max_slope": activation.max_slope,
    }
    return ActivationOperation(
        kind=activation.kind,
        constants=tuple(available[name] for name in ACTIVATIONS[activation.kind].constants),
        slope_count=len(activation.negative_slopes) if activation.kind == "PReLU" else 0,
    )
