"""The A2 architecture, and the JSON shape by which players recognise it."""

from collections.abc import Mapping

from triode.nam.activation import Activation
from triode.nam.model import Config
from triode.nam.wavenet import ArrayHead, Layer, LayerArray, WaveNetConfig

__all__ = [
    "A2_DILATIONS",
    "A2_FULL_CHANNELS",
    "A2_KERNEL_SIZES",
    "A2_LITE_CHANNELS",
    "a2_config",
    "fast_path_obstacles",
    "is_a2",
]

A2_LITE_CHANNELS = 3
A2_FULL_CHANNELS = 8
_RAMP = (1, 3, 7, 17, 41, 101, 239)
A2_DILATIONS = (*_RAMP, *_RAMP, 1, 13, *_RAMP)
A2_KERNEL_SIZES = (*[6] * 14, 15, 15, *[6] * 7)
_NEGATIVE_SLOPE = 0.01
_HEAD_KERNEL_SIZE = 16


def a2_config(channels: int, *, head_scale: float = 0.01) -> WaveNetConfig:
    """A2 with `channels` channels: 3 is Lite, 8 is Full."""
    activation = Activation(kind="LeakyReLU", negative_slopes=(_NEGATIVE_SLOPE,))
    layers = tuple(
        Layer(kernel_size=kernel_size, dilation=dilation, activation=activation)
        for kernel_size, dilation in zip(A2_KERNEL_SIZES, A2_DILATIONS, strict=True)
    )
    array = LayerArray(
        input_size=1,
        condition_size=1,
        channels=channels,
        bottleneck=channels,
        layers=layers,
        head=ArrayHead(out_channels=1, kernel_size=_HEAD_KERNEL_SIZE, bias=True),
    )
    return WaveNetConfig(layer_arrays=(array,), head_scale=head_scale)


def is_a2(config: Config) -> bool:
    """Whether `config` computes A2-Lite or A2-Full, however its JSON is written."""
    if not isinstance(config, WaveNetConfig) or config.condition_dsp is not None:
        return False
    channels = config.layer_arrays[0].channels
    return channels in {A2_LITE_CHANNELS, A2_FULL_CHANNELS} and config == a2_config(
        channels, head_scale=config.head_scale
    )


def fast_path_obstacles(config: Mapping[str, object]) -> tuple[str, ...]:
    """What in the JSON config of an A2 network keeps players off their fast path.

    Measured with the deployed player (NeuralAmpModelerCore 0.5.3 as WebAssembly) by the time that
    it takes: each of these makes it about three times slower, while unknown keys, absent FiLM
    slots and an absent `gating_mode` do not.
    """
    layers = config.get("layers")
    if not isinstance(layers, list) or len(layers) != 1 or not isinstance(layers[0], Mapping):
        return ("layers is not a list of one array",)
    array: Mapping[str, object] = layers[0]
    obstacles = [
        f"{key} is missing"
        for key in ("bottleneck", "layer1x1", "head", "kernel_sizes")
        if array.get(key) is None
    ]
    if not _is_explicit_activation_list(array.get("activation")):
        obstacles.append("activation is not a list of objects with a negative_slope each")
    if not isinstance(array.get("gating_mode", []), list):
        obstacles.append("gating_mode is not a list")
    secondary = array.get("secondary_activation")
    entries = secondary if isinstance(secondary, list) else [secondary]
    if any(entry is not None for entry in entries):
        obstacles.append("secondary_activation is not null")
    return tuple(obstacles)


def _is_explicit_activation_list(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(entry, Mapping) and "negative_slope" in entry for entry in value
    )
