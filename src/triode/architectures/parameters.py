"""Between the flat weight list of a `.nam` object and the named parameters of its graph.

Two kinds of parameters live outside the flat list: the slopes of PReLU, which the format keeps in
the config, and everything below `condition_dsp.`, which belongs to the nested object.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from triode.errors import GraphError
from triode.graph import Parameters
from triode.nam.activation import Activation
from triode.nam.convolutional import ConvNetConfig
from triode.nam.layout import weight_layout
from triode.nam.model import Config, Model
from triode.nam.wavenet import WaveNetConfig

__all__ = ["parameters", "with_parameters"]

_NESTED = "condition_dsp."


def parameters(model: Model) -> dict[str, npt.NDArray[np.float32]]:
    """The parameters of `lower(model.config)` by name, each a float32 copy."""
    result: dict[str, npt.NDArray[np.float32]] = {}
    position = 0
    for slot in weight_layout(model.config):
        values = model.weights[position : position + slot.size]
        result[slot.name] = np.array(values, np.float32).reshape(slot.shape)
        position += slot.size
    for name, activation in _activations(model.config):
        if activation.kind == "PReLU":
            result[f"{name}.slopes"] = np.array(activation.negative_slopes, np.float32)
    if isinstance(model.config, WaveNetConfig) and model.config.condition_dsp is not None:
        nested = parameters(model.config.condition_dsp)
        result |= {f"{_NESTED}{name}": value for name, value in nested.items()}
    return result


def with_parameters(model: Model, values: Parameters) -> Model:
    """`model` with every parameter replaced: weights, slopes in the config, nested weights."""
    flat = [np.ravel(values[slot.name]) for slot in weight_layout(model.config)]
    weights = np.concatenate([np.zeros(0, np.float32), *flat]).astype(np.float32)
    weights.flags.writeable = False
    return replace(model, config=_with_slopes(model.config, values), weights=weights)


def _activations(config: Config) -> Iterator[tuple[str, Activation]]:
    """Every activation of `config` with the name of its node."""
    match config:
        case WaveNetConfig():
            for index, array in enumerate(config.layer_arrays):
                for number, layer in enumerate(array.layers):
                    name = f"array{index}.layer{number}"
                    yield f"{name}.activation", layer.activation
                    if layer.secondary_activation is not None:
                        yield f"{name}.secondary_activation", layer.secondary_activation
            if config.head is not None:
                for index in range(len(config.head.kernel_sizes)):
                    yield f"head.block{index}.activation", config.head.activation
        case ConvNetConfig():
            for index in range(len(config.dilations)):
                yield f"block{index}.activation", config.activation
        case _:
            return


def _with_slopes(config: Config, values: Parameters) -> Config:
    """`config` with what it keeps of the parameters itself: slopes of PReLU and head_scale."""

    def updated(activation: Activation, *names: str) -> Activation:
        if activation.kind != "PReLU":
            return activation
        sets = {tuple(float(slope) for slope in values[f"{name}.slopes"]) for name in names}
        if len(sets) != 1:
            raise GraphError(
                "blocks that share one PReLU in the file have different slopes",
                where=names[0],
                hint="Use an activation without learned slopes here.",
            )
        return replace(activation, negative_slopes=sets.pop())

    match config:
        case WaveNetConfig():
            return _with_wavenet_slopes(config, values, updated)
        case ConvNetConfig():
            names = [name for name, _ in _activations(config)]
            return replace(config, activation=updated(config.activation, *names))
        case _:
            return config


def _with_wavenet_slopes(
    config: WaveNetConfig, values: Parameters, updated: Callable[..., Activation]
) -> WaveNetConfig:
    arrays = []
    for index, array in enumerate(config.layer_arrays):
        layers = []
        for number, layer in enumerate(array.layers):
            name = f"array{index}.layer{number}"
            secondary = layer.secondary_activation
            if secondary is not None:
                secondary = updated(secondary, f"{name}.secondary_activation")
            activation = updated(layer.activation, f"{name}.activation")
            layers.append(replace(layer, activation=activation, secondary_activation=secondary))
        arrays.append(replace(array, layers=tuple(layers)))
    head = config.head
    if head is not None:
        names = [f"head.block{index}.activation" for index in range(len(head.kernel_sizes))]
        head = replace(head, activation=updated(head.activation, *names))
    nested = config.condition_dsp
    if nested is not None:
        inner = {
            name.removeprefix(_NESTED): value
            for name, value in values.items()
            if name.startswith(_NESTED)
        }
        nested = with_parameters(nested, inner)
    return replace(
        config,
        layer_arrays=tuple(arrays),
        head=head,
        head_scale=float(values["head_scale.value"][0]),
        condition_dsp=nested,
    )
