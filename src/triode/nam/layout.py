"""The order and the shapes of the numbers in a `.nam` file's weight list.

This is the only place that knows the order. Reading, writing and counting weights are loops over
it; the graphs of `triode.architectures` use the same names, and the verifier holds them together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from triode.nam.convolutional import CONVNET_KERNEL_SIZE, ConvNetConfig, LinearConfig
from triode.nam.model import Config, ContainerConfig
from triode.nam.recurrent import LstmConfig
from triode.nam.wavenet import Film, LayerArray, WaveNetConfig

__all__ = ["WeightSlot", "weight_count", "weight_layout"]


@dataclass(frozen=True)
class WeightSlot:
    """One tensor of the weight list: its name in the graph and its shape, row-major."""

    name: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many numbers the slot takes."""
        return prod(self.shape)


def weight_count(config: Config) -> int:
    """Length of the weight list that `config` demands."""
    return sum(slot.size for slot in _slots(config))


def weight_layout(config: Config) -> tuple[WeightSlot, ...]:
    """Every tensor of the weight list in file order; empty for a container."""
    return tuple(_slots(config))


def _slots(config: Config) -> Iterator[WeightSlot]:
    match config:
        case WaveNetConfig():
            yield from _wavenet(config)
        case LstmConfig():
            yield from _lstm(config)
        case ConvNetConfig():
            yield from _convnet(config)
        case LinearConfig():
            yield WeightSlot("fir.weight", (config.receptive_field,))
            if config.bias:
                yield WeightSlot("fir.bias", (1,))
        case ContainerConfig():
            return


def _conv(
    name: str, out: int, inputs: int, kernel_size: int = 1, *, groups: int = 1, bias: bool = True
) -> Iterator[WeightSlot]:
    yield WeightSlot(f"{name}.weight", (out, inputs // groups, kernel_size))
    if bias:
        yield WeightSlot(f"{name}.bias", (out,))


def _wavenet(config: WaveNetConfig) -> Iterator[WeightSlot]:
    for index, array in enumerate(config.layer_arrays):
        yield from _layer_array(f"array{index}", array)
    if config.head is not None:
        width = config.head.in_channels
        last = len(config.head.kernel_sizes) - 1
        for index, kernel_size in enumerate(config.head.kernel_sizes):
            out = config.head.out_channels if index == last else config.head.channels
            yield from _conv(f"head.block{index}.conv", out, width, kernel_size)
            width = out
    yield WeightSlot("head_scale.value", (1,))


def _layer_array(name: str, array: LayerArray) -> Iterator[WeightSlot]:
    yield from _conv(f"{name}.rechannel", array.channels, array.input_size, bias=False)
    for index in range(len(array.layers)):
        yield from _layer(f"{name}.layer{index}", array, index)
    yield from _conv(
        f"{name}.head_rechannel",
        array.head.out_channels,
        array.layer_output_channels,
        array.head.kernel_size,
        bias=array.head.bias,
    )


def _layer(name: str, array: LayerArray, index: int) -> Iterator[WeightSlot]:
    layer = array.layers[index]
    middle = array.bottleneck if layer.gating == "none" else 2 * array.bottleneck
    condition = array.condition_size
    yield from _conv(
        f"{name}.conv", middle, array.channels, layer.kernel_size, groups=array.groups_input
    )
    yield from _conv(
        f"{name}.input_mixin", middle, condition, groups=array.groups_input_mixin, bias=False
    )
    if array.layer1x1.active:
        groups = array.layer1x1.groups
        yield from _conv(f"{name}.layer1x1", array.channels, array.bottleneck, groups=groups)
    if array.head1x1.active:
        out, groups = array.head1x1.out_channels, array.head1x1.groups
        yield from _conv(f"{name}.head1x1", out, array.bottleneck, groups=groups)
    widths = {
        "conv_pre_film": array.channels,
        "conv_post_film": middle,
        "input_mixin_pre_film": condition,
        "input_mixin_post_film": middle,
        "activation_pre_film": middle,
        "activation_post_film": array.bottleneck,
        "layer1x1_post_film": array.channels,
        "head1x1_post_film": array.head1x1.out_channels,
    }
    for slot, film in array.films.active():
        yield from _film(f"{name}.{slot}", film, widths[slot], condition)


def _film(name: str, film: Film, width: int, condition_size: int) -> Iterator[WeightSlot]:
    out = 2 * width if film.shift else width
    yield from _conv(name, out, condition_size, groups=film.groups)


def _lstm(config: LstmConfig) -> Iterator[WeightSlot]:
    hidden = config.hidden_size
    width = config.input_size
    for index in range(config.num_layers):
        yield WeightSlot(f"layer{index}.weight", (4 * hidden, width + hidden))
        yield WeightSlot(f"layer{index}.bias", (4 * hidden,))
        yield WeightSlot(f"layer{index}.initial_hidden", (hidden,))
        yield WeightSlot(f"layer{index}.initial_cell", (hidden,))
        width = hidden
    yield from _conv("head", 1, hidden)


def _convnet(config: ConvNetConfig) -> Iterator[WeightSlot]:
    width = 1
    for index in range(len(config.dilations)):
        name = f"block{index}"
        yield from _conv(
            f"{name}.conv",
            config.channels,
            width,
            CONVNET_KERNEL_SIZE,
            groups=config.groups,
            bias=not config.batchnorm,
        )
        if config.batchnorm:
            for part in ("running_mean", "running_var", "weight", "bias"):
                yield WeightSlot(f"{name}.batchnorm.{part}", (config.channels,))
            yield WeightSlot(f"{name}.batchnorm.eps", (1,))
        width = config.channels
    yield from _conv("head", 1, width)
