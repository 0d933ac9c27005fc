"""A config as canonical JSON: for each version of the format, the one shape that is written.

Format 0.5 is written as A1 files are. Formats 0.6 and 0.7 spell everything out, one entry per
layer, which is the shape that players recognise A2 by.
"""

from collections.abc import Callable
from dataclasses import fields as dataclass_fields

from triode.nam.activation import Activation
from triode.nam.convolutional import ConvNetConfig, LinearConfig
from triode.nam.model import Config, ContainerConfig, Model
from triode.nam.recurrent import LstmConfig
from triode.nam.versions import is_plain, lowest_version, minor_version
from triode.nam.wavenet import Films, Layer, LayerArray, PostStackHead, WaveNetConfig

__all__ = ["canonical_config", "plain_number"]

Nested = Callable[[Model], dict[str, object]]


def _no_nested(model: Model) -> dict[str, object]:
    raise TypeError(f"a nested {model.architecture} needs a writer")


def canonical_config(config: Config, nested: Nested = _no_nested) -> dict[str, object]:
    """The JSON object for `config`; `nested` writes the models inside it."""
    match config:
        case WaveNetConfig():
            return _wavenet(config, nested)
        case LstmConfig():
            return {
                "input_size": config.input_size,
                "hidden_size": config.hidden_size,
                "num_layers": config.num_layers,
            }
        case ConvNetConfig():
            result: dict[str, object] = {
                "channels": config.channels,
                "dilations": list(config.dilations),
                "batchnorm": config.batchnorm,
                "activation": _activation(config.activation),
            }
            return result if config.groups == 1 else result | {"groups": config.groups}
        case LinearConfig():
            return {"receptive_field": config.receptive_field, "bias": config.bias}
        case ContainerConfig():
            return {
                "submodels": [
                    {"max_value": submodel.max_value, "model": nested(submodel.model)}
                    for submodel in config.submodels
                ]
            }


def plain_number(value: float) -> float | int:
    """`value` as an int when it is whole, so that 48000.0 is written as 48000."""
    return int(value) if value.is_integer() else value


def _wavenet(config: WaveNetConfig, nested: Nested) -> dict[str, object]:
    minor = minor_version(lowest_version(config)) or 0
    result: dict[str, object] = {}
    if config.in_channels != 1:
        result["in_channels"] = config.in_channels
    if config.condition_dsp is not None:
        result["condition_dsp"] = nested(config.condition_dsp)
    write = _old_array if minor == 5 else _array
    result["layers"] = [write(array, minor) for array in config.layer_arrays]
    result["head"] = None if config.head is None else _post_stack_head(config.head)
    result["head_scale"] = config.head_scale
    return result


def _old_array(array: LayerArray, _minor: int) -> dict[str, object]:
    first = array.layers[0]
    return {
        "input_size": array.input_size,
        "condition_size": array.condition_size,
        "head_size": array.head.out_channels,
        "channels": array.channels,
        "kernel_size": first.kernel_size,
        "dilations": [layer.dilation for layer in array.layers],
        "activation": first.activation.kind,
        "gated": first.gating == "gated",
        "head_bias": array.head.bias,
    }


def _array(array: LayerArray, minor: int) -> dict[str, object]:
    layers = array.layers
    result: dict[str, object] = {
        "input_size": array.input_size,
        "condition_size": array.condition_size,
    }
    if minor >= 7:
        result["head"] = {
            "out_channels": array.head.out_channels,
            "kernel_size": array.head.kernel_size,
            "bias": array.head.bias,
        }
        if array.head.dilation > 1:
            result["head_dilation"] = array.head.dilation
    else:
        result |= {"head_size": array.head.out_channels, "head_bias": array.head.bias}
    result["channels"] = array.channels
    if minor >= 7:
        result["kernel_sizes"] = [layer.kernel_size for layer in layers]
    else:
        result["kernel_size"] = layers[0].kernel_size
    return result | {
        "dilations": [layer.dilation for layer in layers],
        "activation": [
            _explicit_activation(layer.activation, _slopes(layer, array)) for layer in layers
        ],
        "bottleneck": array.bottleneck,
        "head1x1": {
            "active": array.head1x1.active,
            "out_channels": array.head1x1.out_channels,
            "groups": array.head1x1.groups,
        },
        "layer1x1": {"active": array.layer1x1.active, "groups": array.layer1x1.groups},
        "groups_input": array.groups_input,
        "groups_input_mixin": array.groups_input_mixin,
        **_films(array.films),
        "gating_mode": [layer.gating for layer in layers],
        "secondary_activation": [
            None
            if layer.secondary_activation is None
            else _explicit_activation(layer.secondary_activation, _slopes(layer, array))
            for layer in layers
        ],
        "slimmable": _slimmable(array),
    }


def _slopes(layer: Layer, array: LayerArray) -> int:
    """How many slopes players read of a PReLU at least: one per channel in a gated layer."""
    return 1 if layer.gating == "none" else array.bottleneck


def _films(films: Films) -> dict[str, object]:
    result: dict[str, object] = {}
    for slot in dataclass_fields(films):
        film = getattr(films, slot.name)
        result[slot.name] = {"active": film.active, "shift": film.shift, "groups": film.groups}
    return result


def _slimmable(array: LayerArray) -> dict[str, object] | None:
    if array.slimmable_channels is None:
        return None
    return {
        "method": "slice_channels_uniform",
        "kwargs": {"allowed_channels": list(array.slimmable_channels)},
    }


def _post_stack_head(head: PostStackHead) -> dict[str, object]:
    return {
        "channels": head.channels,
        "activation": _activation(head.activation),
        "out_channels": head.out_channels,
        "kernel_sizes": list(head.kernel_sizes),
    }


def _activation(activation: Activation) -> object:
    """The shortest spelling: the name where it says everything."""
    return activation.kind if is_plain(activation) else _explicit_activation(activation)


def _explicit_activation(activation: Activation, slope_count: int = 1) -> dict[str, object]:
    """The activation with all its constants; of one PReLU slope, `slope_count` copies."""
    result: dict[str, object] = {"type": activation.kind}
    slopes = activation.negative_slopes
    match activation.kind:
        case "LeakyReLU":
            result["negative_slope"] = slopes[0]
        case "PReLU" if len(slopes) == slope_count == 1:
            result["negative_slope"] = slopes[0]
        case "PReLU":
            result["negative_slopes"] = list(slopes if len(slopes) > 1 else slopes * slope_count)
        case "Hardtanh":
            result |= {"min_val": activation.min_val, "max_val": activation.max_val}
        case "LeakyHardtanh":
            result |= {
                "min_val": activation.min_val,
                "max_val": activation.max_val,
                "min_slope": activation.min_slope,
                "max_slope": activation.max_slope,
            }
        case _:
            pass
    return result
