"""Versions of the file format: which ones exist, and which one a config needs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from triode.nam.activation import Activation
from triode.nam.convolutional import ConvNetConfig
from triode.nam.model import Config, ContainerConfig
from triode.nam.wavenet import Layer1x1, LayerArray, WaveNetConfig

__all__ = [
    "NEWEST_MINOR",
    "OLDEST_MINOR",
    "VERSION_BY_MINOR",
    "Feature",
    "is_plain",
    "lowest_version",
    "minor_version",
    "newer_features",
]

OLDEST_MINOR = 5
NEWEST_MINOR = 7
VERSION_BY_MINOR = {5: "0.5.4", 6: "0.6.0", 7: "0.7.0"}
"""The version to write, by its second number."""

_VERSION = re.compile(r"0\.([0-9]{1,3})\.[0-9]{1,6}", re.ASCII)
_A1_ACTIVATIONS = frozenset(
    {
        "Tanh",
        "Hardtanh",
        "Fasttanh",
        "ReLU",
        "LeakyReLU",
        "Sigmoid",
        "SiLU",
        "Hardswish",
        "LeakyHardtanh",
    }
)


@dataclass(frozen=True)
class Feature:
    """Something that a config uses and that format 0.5 does not hold."""

    minor: int
    name: str


def minor_version(version: str) -> int | None:
    """The second number of `version`, or None unless it is 0.x.y with x from 5 to 7."""
    match = _VERSION.fullmatch(version)
    if match is None or not OLDEST_MINOR <= int(match[1]) <= NEWEST_MINOR:
        return None
    return int(match[1])


def lowest_version(config: Config) -> str:
    """The lowest version whose players understand all of `config`."""
    needed = max((feature.minor for feature in newer_features(config)), default=OLDEST_MINOR)
    return VERSION_BY_MINOR[needed]


def newer_features(config: Config) -> tuple[Feature, ...]:
    """What `config` uses beyond format 0.5, each thing once, the newest first."""
    found = dict.fromkeys(_features(config))
    return tuple(sorted(found, key=lambda feature: -feature.minor))


def is_plain(activation: Activation) -> bool:
    """Whether the activation's name alone says everything, as in format 0.5."""
    kind = activation.kind
    slopes = (0.01,) if kind == "LeakyReLU" else ()
    return kind in _A1_ACTIVATIONS and activation == Activation(kind=kind, negative_slopes=slopes)


def _features(config: Config) -> Iterator[Feature]:
    match config:
        case ContainerConfig():
            yield Feature(7, "several sizes in one container")
        case ConvNetConfig() if not is_plain(config.activation):
            yield Feature(6, "an activation with settings of its own")
        case WaveNetConfig():
            if config.head is not None:
                yield Feature(7, "a head after the layer arrays")
            if config.condition_dsp is not None:
                yield Feature(6, "a condition network")
            if config.in_channels != 1:
                yield Feature(6, "more than one input channel")
            for array in config.layer_arrays:
                yield from _newest_features(array)
                yield from _middle_features(array)
        case _:
            return


def _newest_features(array: LayerArray) -> Iterator[Feature]:
    if len({layer.kernel_size for layer in array.layers}) > 1:
        yield Feature(7, "kernel sizes that differ from layer to layer")
    if array.head.kernel_size > 1 or array.head.dilation > 1:
        yield Feature(7, "an array head longer than one sample")
    if array.slimmable_channels is not None:
        yield Feature(7, "slicing to fewer channels")


def _middle_features(array: LayerArray) -> Iterator[Feature]:
    first = array.layers[0]
    layers = array.layers
    if array.bottleneck != array.channels:
        yield Feature(6, "a bottleneck")
    if array.head1x1.active:
        yield Feature(6, "head1x1")
    if array.layer1x1 != Layer1x1():
        yield Feature(6, "settings of layer1x1")
    if array.films.active():
        yield Feature(6, "FiLM")
    if array.groups_input > 1 or array.groups_input_mixin > 1:
        yield Feature(6, "grouped convolutions")
    if any(layer.activation != first.activation for layer in layers):
        yield Feature(6, "activations that differ from layer to layer")
    if not all(is_plain(layer.activation) for layer in layers):
        yield Feature(6, "an activation with settings of its own")
    old_gating = all(
        layer.gating == first.gating
        and layer.gating != "blended"
        and layer.secondary_activation in {None, Activation(kind="Sigmoid")}
        for layer in layers
    )
    if not old_gating:
        yield Feature(6, "gating other than one sigmoid gate for all layers")
