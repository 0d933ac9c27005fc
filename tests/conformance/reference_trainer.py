"""Asks the reference trainer (`neural-amp-modeler`) what a model sounds like.

Its file loader takes few of the files that exist, so the trainer's own Python classes are built
here from Triode's typed config, fed by the trainer's own `import_weights` and run in float64.
"""

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from triode.nam.activation import Activation
from triode.nam.convolutional import ConvNetConfig, LinearConfig
from triode.nam.layout import weight_layout
from triode.nam.model import Model
from triode.nam.recurrent import LstmConfig
from triode.nam.wavenet import Layer, LayerArray, PostStackHead, WaveNetConfig

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what its dependencies say while being imported
    from nam.models import _activations as trainer_activations
    from nam.models.conv_net import ConvNet
    from nam.models.linear import Linear
    from nam.models.recurrent import LSTM
    from nam.models.wavenet._wavenet import WaveNet

__all__ = ["render_with_trainer", "to_reference"]

LSTM_SETTLE_SECONDS = 0.5
SLIMMABLE_METHOD = "slice_channels_uniform"
PAIRINGS = {"gated": "PairMultiply", "blended": "PairBlend"}


def render_with_trainer(
    model: Model, dry: npt.NDArray[np.float32], *, size: float | None = None
) -> npt.NDArray[np.float64]:
    """The trainer's output for `dry`, frame for frame, from the steady state of silence.

    Args:
        model: Anything but a container.
        dry: (frames,) float32.
        size: Ratio for the trainer's `set_slimming`; None leaves the model whole.
    """
    network = to_reference(model)
    if size is not None:
        network.set_slimming(size)
    silence = network.receptive_field - 1
    if isinstance(model.config, LstmConfig):
        silence = round(LSTM_SETTLE_SECONDS * model.rate_hz)
    signal = torch.from_numpy(np.pad(dry.astype(np.float64), (silence, 0)))
    with torch.no_grad():
        if isinstance(network, WaveNet):
            wet = network(signal[None, None])[0, 0]
        else:
            wet = network(signal[None], pad_start=False)[0]
    return wet[-len(dry) :].numpy()


def to_reference(model: Model) -> Any:
    """The trainer's network for `model`, in float64 and ready to be evaluated."""
    match model.config:
        case WaveNetConfig() as config:
            network = _wavenet(model, config)
        case LstmConfig() as config:
            network = LSTM(
                config.hidden_size, input_size=config.input_size, num_layers=config.num_layers
            )
            network.import_weights(model.weights)
        case ConvNetConfig() as config:
            network = _convnet(model, config)
        case LinearConfig() as config:
            network = Linear(config.receptive_field, bias=config.bias)
            network.import_weights(model.weights)
        case _:
            message = f"the trainer has no {model.architecture}"
            raise ValueError(message)
    return network.double().eval()


def _wavenet(model: Model, config: WaveNetConfig) -> Any:
    network = WaveNet.init_from_config(_wavenet_arguments(config))
    _fill_wavenet(network, model, config)
    return network


def _wavenet_arguments(config: WaveNetConfig) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "layers_configs": [_array_arguments(array) for array in config.layer_arrays],
        "head_scale": config.head_scale,
    }
    if config.head is not None:
        arguments["head"] = _head_arguments(config.head)
    if config.condition_dsp is not None:
        nested = config.condition_dsp.config
        assert isinstance(nested, WaveNetConfig)
        arguments["condition_dsp"] = {"name": "WaveNet", "config": _wavenet_arguments(nested)}
    return arguments


def _head_arguments(head: PostStackHead) -> dict[str, Any]:
    return {
        "in_channels": head.in_channels,
        "channels": head.channels,
        "out_channels": head.out_channels,
        "kernel_sizes": list(head.kernel_sizes),
        "activation": "Identity",
    }


def _array_arguments(array: LayerArray) -> dict[str, Any]:
    if array.head.dilation != 1:
        message = "the trainer knows no head dilation"
        raise ValueError(message)
    arguments: dict[str, Any] = {
        "input_size": array.input_size,
        "condition_size": array.condition_size,
        "channels": array.channels,
        "bottleneck": array.bottleneck,
        "kernel_sizes": [layer.kernel_size for layer in array.layers],
        "dilations": [layer.dilation for layer in array.layers],
        "activation": [_placeholder(layer) for layer in array.layers],
        "groups_input": array.groups_input,
        "groups_input_mixin": array.groups_input_mixin,
        "layer_1x1_config": vars(array.layer1x1),
        "head_1x1_config": vars(array.head1x1),
        "film_params": {slot: vars(film) for slot, film in vars(array.films).items()},
        "head": {
            "out_channels": array.head.out_channels,
            "kernel_size": array.head.kernel_size,
            "bias": array.head.bias,
        },
    }
    if array.slimmable_channels is not None:
        allowed = list(array.slimmable_channels)
        arguments["slimmable"] = {
            "method": SLIMMABLE_METHOD,
            "kwargs": {"allowed_channels": allowed},
        }
    return arguments


def _placeholder(layer: Layer) -> str | dict[str, str]:
    """What makes the trainer choose the right widths; `_fill_wavenet` puts the real thing in."""
    if layer.gating == "none":
        return "Identity"
    return {"name": PAIRINGS[layer.gating], "primary": "Identity", "secondary": "Identity"}


def _fill_wavenet(network: Any, model: Model, config: WaveNetConfig) -> None:
    used = network.import_weights(torch.from_numpy(model.weights.copy()))
    assert used == len(model.weights), "the trainer wants another number of weights"
    network._head_scale = float(model.weights[-1])
    for theirs, ours in zip(network._layer_arrays, config.layer_arrays, strict=True):
        for module, layer in zip(theirs._layers, ours.layers, strict=True):
            module._activation = _layer_activation(layer)
    if config.head is not None:
        for block in network._head._layers:
            block[0] = _activation(config.head.activation)
    if config.condition_dsp is not None:
        nested = config.condition_dsp
        assert isinstance(nested.config, WaveNetConfig)
        _fill_wavenet(network._condition_dsp, nested, nested.config)


def _layer_activation(layer: Layer) -> torch.nn.Module:
    primary = _activation(layer.activation)
    if layer.gating == "none":
        return primary
    assert layer.secondary_activation is not None
    pairing = getattr(trainer_activations, PAIRINGS[layer.gating])
    return pairing(primary, _activation(layer.secondary_activation))


def _activation(activation: Activation) -> torch.nn.Module:
    constants: dict[str, Any] = {}
    match activation.kind:
        case "LeakyReLU":
            constants = {"negative_slope": activation.negative_slopes[0]}
        case "PReLU":
            constants = {"num_parameters": len(activation.negative_slopes)}
        case "Hardtanh" | "LeakyHardtanh" as kind:
            names = ["min_val", "max_val"]
            names += ["min_slope", "max_slope"] if kind == "LeakyHardtanh" else []
            constants = {name: getattr(activation, name) for name in names}
    module = trainer_activations.get_activation({"name": activation.kind, **constants})
    if activation.kind == "PReLU":
        module.weight.data = torch.tensor(activation.negative_slopes)
    return module


def _convnet(model: Model, config: ConvNetConfig) -> Any:
    """The trainer has no import for ConvNet weights, so they go to its tensors by name."""
    network = ConvNet(
        channels=config.channels,
        dilations=list(config.dilations),
        batchnorm=config.batchnorm,
        activation=config.activation.kind,
    )
    tensors = dict(network._net.state_dict(keep_vars=True))
    position = 0
    for slot in weight_layout(config):
        values = torch.from_numpy(model.weights[position : position + slot.size].copy())
        position += slot.size
        name = slot.name.replace("block", "block_")
        if name.endswith(".eps"):
            block = network._net.get_submodule(name.removesuffix(".eps"))
            block.eps = float(values)
        else:
            tensors[name].data = values.reshape(tensors[name].shape)
    return network
