"""How far back a config reaches and how much of the past it keeps."""

from dataclasses import dataclass

from triode.nam.convolutional import CONVNET_KERNEL_SIZE, ConvNetConfig, LinearConfig
from triode.nam.model import Config, ContainerConfig
from triode.nam.recurrent import LstmConfig
from triode.nam.wavenet import LayerArray, PostStackHead, WaveNetConfig

__all__ = ["Reach", "reach"]


@dataclass(frozen=True)
class Reach:
    """Past samples that one output depends on, and the numbers that convolutions remember."""

    past_samples: int = 0
    history_samples: int = 0

    def __add__(self, other: "Reach") -> "Reach":
        return Reach(
            self.past_samples + other.past_samples, self.history_samples + other.history_samples
        )


def reach(config: Config) -> Reach:
    """The reach of one size; a container's sizes count on their own, so it has none itself."""
    match config:
        case WaveNetConfig():
            total = sum((_array(array) for array in config.layer_arrays), Reach())
            if config.head is not None:
                total += _post_stack_head(config.head)
            if config.condition_dsp is not None:
                total += reach(config.condition_dsp.config)
            return total
        case ConvNetConfig():
            blocks = (
                _convolution(config.channels, CONVNET_KERNEL_SIZE, dilation)
                for dilation in config.dilations
            )
            return sum(blocks, Reach())
        case LinearConfig():
            return _convolution(1, config.receptive_field, 1)
        case LstmConfig() | ContainerConfig():
            return Reach()


def _convolution(channels: int, kernel_size: int, dilation: int) -> Reach:
    past = (kernel_size - 1) * dilation
    return Reach(past, channels * past)


def _array(array: LayerArray) -> Reach:
    layers = (
        _convolution(array.channels, layer.kernel_size, layer.dilation) for layer in array.layers
    )
    head = _convolution(array.layer_output_channels, array.head.kernel_size, array.head.dilation)
    return sum(layers, head)


def _post_stack_head(head: PostStackHead) -> Reach:
    widths = (head.in_channels, *[head.channels] * (len(head.kernel_sizes) - 1))
    blocks = zip(widths, head.kernel_sizes, strict=True)
    return sum((_convolution(width, kernel, 1) for width, kernel in blocks), Reach())
