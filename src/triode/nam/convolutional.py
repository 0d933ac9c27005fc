"""The ConvNet and Linear configs of a `.nam` file."""

from dataclasses import dataclass

from triode.nam.activation import Activation

__all__ = ["CONVNET_KERNEL_SIZE", "ConvNetConfig", "LinearConfig"]

CONVNET_KERNEL_SIZE = 2


@dataclass(frozen=True, kw_only=True)
class ConvNetConfig:
    """Blocks of dilated convolution (kernel 2), optional batchnorm and activation; linear head."""

    channels: int
    dilations: tuple[int, ...]
    batchnorm: bool
    activation: Activation
    groups: int = 1


@dataclass(frozen=True, kw_only=True)
class LinearConfig:
    """An impulse response of `receptive_field` samples: weights[0] meets the newest sample."""

    receptive_field: int
    bias: bool
