"""Activations as a `.nam` file names them."""

from dataclasses import dataclass

__all__ = ["ACTIVATION_KINDS", "Activation"]

ACTIVATION_KINDS = (
    "Tanh",
    "Hardtanh",
    "Fasttanh",
    "ReLU",
    "LeakyReLU",
    "PReLU",
    "Sigmoid",
    "SiLU",
    "Hardswish",
    "LeakyHardtanh",
    "Softsign",
    "Softsigmoid",
)


@dataclass(frozen=True, kw_only=True)
class Activation:
    """One activation with the constants its kind uses; the others stay at their defaults.

    Attributes:
        kind: One of `ACTIVATION_KINDS`.
        negative_slopes: LeakyReLU: one slope. PReLU: one, or one per channel (learned, yet kept
            in the config). Empty for every other kind.
        min_val, max_val: Hardtanh and LeakyHardtanh.
        min_slope, max_slope: LeakyHardtanh.
    """

    kind: str
    negative_slopes: tuple[float, ...] = ()
    min_val: float = -1.0
    max_val: float = 1.0
    min_slope: float = 0.01
    max_slope: float = 0.01
