"""Which options of the `.nam` format a model uses, by the names that test sets go by.

A name is `kind: choice`, as in "activation: Tanh". The names are part of result files, so results
of different machines can be laid side by side, and of constraints that a study reads.
"""

from collections.abc import Iterator

from triode.nam import (
    Activation,
    ArrayHead,
    Config,
    ContainerConfig,
    ConvNetConfig,
    Layer,
    LayerArray,
    LstmConfig,
    Model,
    WaveNetConfig,
)

__all__ = ["ALWAYS", "config_options", "options_of"]

ALWAYS = frozenset({"architecture: WaveNet"})
"""Options too basic to be told apart from a player that plays nothing."""


def options_of(model: Model) -> tuple[str, ...]:
    """The options that `model` uses, nested models included, sorted."""
    return config_options(model.config)


def config_options(config: Config) -> tuple[str, ...]:
    """The options that a config uses, sorted."""
    return tuple(sorted(set(_of(config))))


def _of(config: Config) -> Iterator[str]:
    match config:
        case WaveNetConfig():
            yield "architecture: WaveNet"
            yield from _wavenet(config)
        case LstmConfig():
            yield "architecture: LSTM"
            if config.num_layers > 1:
                yield "LSTM: several layers"
        case ConvNetConfig():
            yield "architecture: ConvNet"
            yield from _activation("activation", config.activation)
            if config.batchnorm:
                yield "ConvNet: batchnorm"
        case ContainerConfig():
            yield "architecture: SlimmableContainer"
            for part in config.submodels:
                yield from _of(part.model.config)
        case _:
            yield "architecture: Linear"


def _wavenet(config: WaveNetConfig) -> Iterator[str]:
    if len(config.layer_arrays) > 1:
        yield "WaveNet: several arrays"
    if config.head is not None:
        yield "WaveNet: head after the arrays"
        yield from _activation("activation", config.head.activation)
    if config.condition_dsp is not None:
        yield "condition: a network"
        yield from _of(config.condition_dsp.config)
    for array in config.layer_arrays:
        yield from _array(array)
        for layer in array.layers:
            yield from _layer(layer)


def _layer(layer: Layer) -> Iterator[str]:
    yield from _activation("activation", layer.activation)
    if layer.gating == "none":
        return
    yield f"gating: {layer.gating}"
    # A gate is a sigmoid unless the file says otherwise.
    if layer.secondary_activation not in {None, Activation(kind="Sigmoid")}:
        yield from _activation("gate", layer.secondary_activation)


def _activation(role: str, activation: Activation | None) -> Iterator[str]:
    if activation is None:
        return
    yield f"{role}: {activation.kind}"
    if activation.kind == "PReLU" and len(activation.negative_slopes) > 1:
        yield f"{role}: PReLU, a slope per channel"
    if activation.kind == "Hardtanh" and (activation.min_val, activation.max_val) != (-1.0, 1.0):
        yield f"{role}: Hardtanh with limits of its own"


def _array(array: LayerArray) -> Iterator[str]:
    if array.condition_size > 1:
        yield "condition: several channels"
    if array.bottleneck != array.channels:
        yield f"bottleneck: {'narrower' if array.bottleneck < array.channels else 'wider'}"
    if not array.layer1x1.active:
        yield "layer1x1: none"
    if array.head1x1.active:
        yield "head1x1: active"
    for name, groups in (
        ("input convolution", array.groups_input),
        ("input mixin", array.groups_input_mixin),
        ("layer1x1", array.layer1x1.groups),
        ("head1x1", array.head1x1.groups),
    ):
        if groups > 1:
            yield f"groups: {name}"
    for slot, film in array.films.active():
        yield f"FiLM: {slot}"
        if not film.shift:
            yield "FiLM: without shift"
        if film.groups > 1:
            yield "groups: FiLM"
    yield from _differing(array.layers)
    yield from _head(array.head)
    if array.slimmable_channels is not None:
        yield "WaveNet: slimmable"


def _differing(layers: tuple[Layer, ...]) -> Iterator[str]:
    if len({layer.kernel_size for layer in layers}) > 1:
        yield "per layer: kernel sizes"
    if len({layer.activation for layer in layers}) > 1:
        yield "per layer: activations"
    if len({layer.gating for layer in layers}) > 1:
        yield "per layer: gating"


def _head(head: ArrayHead) -> Iterator[str]:
    if head.kernel_size > 1:
        yield "array head: longer than one sample"
        if head.dilation > 1:
            yield "array head: dilation"
