"""Narrower versions of a slimmable WaveNet.

Slicing keeps the first rows and columns of every tensor, so a narrow network is the wide one's
config with smaller widths and, for each tensor, its leading block of the narrow shape.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from triode.nam.activation import Activation
from triode.nam.layout import weight_layout
from triode.nam.model import Model
from triode.nam.wavenet import Layer, LayerArray, WaveNetConfig

__all__ = ["slim", "slimming_steps"]


def slimming_steps(config: WaveNetConfig) -> tuple[Fraction, ...]:
    """The upper ends of the size ranges within which slicing changes nothing, ascending to 1."""
    counts = {
        len(array.slimmable_channels)
        for array in config.layer_arrays
        if array.slimmable_channels is not None
    }
    ends = {Fraction(step, count) for count in counts for step in range(1, count)}
    return (*sorted(ends), Fraction(1))


def slim(model: Model, size: float | Fraction) -> Model:
    """The standalone model that slicing `model` to `size` (0 to 1) gives.

    Per array, size r picks allowed[min(floor(r n), n - 1)] of its n allowed widths.

    Raises:
        TypeError: `model` is not a WaveNet.
    """
    config = model.config
    if not isinstance(config, WaveNetConfig):
        raise TypeError(f"only a WaveNet can be sliced, got {model.architecture}")
    sliced = _slim_config(config, size)
    kept: list[np.ndarray[tuple[int], np.dtype[np.float32]]] = []
    position = 0
    for whole, part in zip(weight_layout(config), weight_layout(sliced), strict=True):
        tensor = model.weights[position : position + whole.size].reshape(whole.shape)
        kept.append(tensor[tuple(slice(length) for length in part.shape)].ravel())
        position += whole.size
    weights = np.concatenate(kept)
    weights.flags.writeable = False
    return replace(model, config=sliced, weights=weights, document=None)


def _slim_config(config: WaveNetConfig, size: float | Fraction) -> WaveNetConfig:
    widths = [_width(array, size) for array in config.layer_arrays]
    arrays = []
    for index, array in enumerate(config.layer_arrays):
        head = array.head
        if index + 1 < len(widths):
            head = replace(head, out_channels=widths[index + 1])
        input_size = widths[index - 1] if index else array.input_size
        arrays.append(_slim_array(replace(array, head=head, input_size=input_size), widths[index]))
    return replace(config, layer_arrays=tuple(arrays))


def _width(array: LayerArray, size: float | Fraction) -> int:
    allowed = array.slimmable_channels
    if allowed is None:
        return array.channels
    return allowed[min(int(size * len(allowed)), len(allowed) - 1)]


def _slim_array(array: LayerArray, channels: int) -> LayerArray:
    bottleneck = max(1, array.bottleneck * channels // array.channels)
    if not array.layer1x1.active:
        bottleneck = channels
    return replace(
        array,
        channels=channels,
        bottleneck=bottleneck,
        layers=tuple(_slim_layer(layer, bottleneck) for layer in array.layers),
        slimmable_channels=None,
    )


def _slim_layer(layer: Layer, bottleneck: int) -> Layer:
    secondary = layer.secondary_activation
    return replace(
        layer,
        activation=_slim_activation(layer.activation, bottleneck),
        secondary_activation=None if secondary is None else _slim_activation(secondary, bottleneck),
    )


def _slim_activation(activation: Activation, bottleneck: int) -> Activation:
    if activation.kind != "PReLU" or len(activation.negative_slopes) == 1:
        return activation
    return replace(activation, negative_slopes=activation.negative_slopes[:bottleneck])
