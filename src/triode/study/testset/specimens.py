"""One network for every option: a plain base, and the base with a single change.

A player that plays the base and not one of these lacks that option, and what the option costs is
the difference in time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from triode.nam import (
    Activation,
    ArrayHead,
    Config,
    ContainerConfig,
    ConvNetConfig,
    Film,
    Films,
    Gating,
    Head1x1,
    Layer,
    Layer1x1,
    LayerArray,
    LinearConfig,
    LstmConfig,
    PostStackHead,
    Submodel,
    WaveNetConfig,
    a2_config,
)
from triode.study.testset.random_weights import random_model

__all__ = ["BASE", "Specimen", "base_config", "specimens"]

BASE = "base"
_CHANNELS = 8
_DILATIONS = (1, 3, 7, 17, 41, 101, 239)
_WIDE = 4
_LEAKY = Activation(kind="LeakyReLU", negative_slopes=(0.01,))
_SIGMOID = Activation(kind="Sigmoid")
_PLAIN_KINDS = ("Tanh", "Fasttanh", "ReLU", "Sigmoid", "SiLU", "Hardswish", "Softsign", "Hardtanh")


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """A network that stands for one option.

    Attributes:
        name: Name of its file.
        config: The network.
        option: The option it is there for, by the name of `options_of`; None for whole shapes.
        beside: The name of the specimen that differs from it in that option only; None where there
            is none.
    """

    name: str
    config: Config
    option: str | None = None
    beside: str | None = BASE


def base_config() -> WaveNetConfig:
    """Eight channels, seven layers, kernel 3, LeakyReLU: format 0.5, so every player loads it."""
    return _wavenet(_array())


def specimens() -> Iterator[Specimen]:
    """The base, then every option."""
    yield Specimen(name=BASE, config=base_config(), beside=None)
    yield from _activations()
    yield from _gates()
    yield from _films()
    yield from _ones()
    yield from _conditions()
    yield from _heads()
    yield from _architectures()


def _array(**changes: object) -> LayerArray:
    plain = LayerArray(
        input_size=1,
        condition_size=1,
        channels=_CHANNELS,
        bottleneck=_CHANNELS,
        layers=_layers(),
        head=ArrayHead(out_channels=1, bias=True),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # named as its fields are


def _layers(
    activation: Activation = _LEAKY, gating: Gating = "none", gate: Activation | None = None
) -> tuple[Layer, ...]:
    return tuple(
        Layer(
            kernel_size=3,
            dilation=dilation,
            activation=activation,
            gating=gating,
            secondary_activation=None if gating == "none" else gate or _SIGMOID,
        )
        for dilation in _DILATIONS
    )


def _wavenet(*arrays: LayerArray, **changes: object) -> WaveNetConfig:
    return replace(WaveNetConfig(layer_arrays=arrays, head_scale=1.0), **changes)  # type: ignore[arg-type]  # named as its fields are


def _one(name: str, option: str, *, beside: str = BASE, **changes: object) -> Specimen:
    return Specimen(name=name, config=_wavenet(_array(**changes)), option=option, beside=beside)


def _activations() -> Iterator[Specimen]:
    for kind in _PLAIN_KINDS:
        layers = _layers(Activation(kind=kind))
        yield _one(f"activation-{kind.lower()}", f"activation: {kind}", layers=layers)
    limits = Activation(kind="Hardtanh", min_val=-0.5, max_val=0.4)
    option = "activation: Hardtanh with limits of its own"
    yield _one(
        "activation-hardtanh-limits", option, beside="activation-hardtanh", layers=_layers(limits)
    )
    leaky = Activation(kind="LeakyHardtanh", min_val=-0.5, max_val=0.4, max_slope=0.2)
    yield _one("activation-leakyhardtanh", "activation: LeakyHardtanh", layers=_layers(leaky))
    one = Activation(kind="PReLU", negative_slopes=(0.25,))
    yield _one("activation-prelu", "activation: PReLU", layers=_layers(one))
    slopes = tuple(0.05 * (index + 1) for index in range(_CHANNELS))
    each = Activation(kind="PReLU", negative_slopes=slopes)
    option = "activation: PReLU, a slope per channel"
    yield _one("activation-prelu-channels", option, beside="activation-prelu", layers=_layers(each))
    steeper = Activation(kind="LeakyReLU", negative_slopes=(0.2,))
    mixed = tuple(
        replace(layer, activation=_LEAKY if index % 2 else steeper)
        for index, layer in enumerate(_layers())
    )
    yield _one("activations-per-layer", "per layer: activations", layers=mixed)


def _gates() -> Iterator[Specimen]:
    tanh = Activation(kind="Tanh")
    yield _one("gating-gated", "gating: gated", layers=_layers(gating="gated"))
    yield _one("gating-blended", "gating: blended", layers=_layers(gating="blended"))
    gates = _layers(gating="gated", gate=tanh)
    yield _one("gate-tanh", "gate: Tanh", beside="gating-gated", layers=gates)
    mixed = tuple(
        layer if index % 2 else gated
        for index, (layer, gated) in enumerate(zip(_layers(), _layers(gating="gated"), strict=True))
    )
    yield _one("gating-per-layer", "per layer: gating", beside="gating-gated", layers=mixed)


def _films() -> Iterator[Specimen]:
    for slot in Films.__dataclass_fields__:
        films = Films(**{slot: Film(active=True)})
        name, option = f"film-{slot.replace('_', '-')}", f"FiLM: {slot}"
        if slot.startswith("head1x1"):
            head = Head1x1(active=True, out_channels=_CHANNELS)
            yield _one(name, option, beside="head1x1", films=films, head1x1=head)
        else:
            yield _one(name, option, films=films)
    bare = Films(activation_post_film=Film(active=True, shift=False))
    yield _one(
        "film-without-shift",
        "FiLM: without shift",
        beside="film-activation-post-film",
        films=bare,
    )


def _ones() -> Iterator[Specimen]:
    """1x1 convolutions, bottlenecks and groups."""
    head = Head1x1(active=True, out_channels=_CHANNELS)
    yield _one("layer1x1-none", "layer1x1: none", layer1x1=Layer1x1(active=False))
    yield _one("head1x1", "head1x1: active", head1x1=head)
    yield _one("bottleneck-narrower", "bottleneck: narrower", bottleneck=_CHANNELS // 2)
    yield _one("bottleneck-wider", "bottleneck: wider", bottleneck=_CHANNELS * 2)
    yield _one("groups-input", "groups: input convolution", groups_input=2)
    yield _one("groups-layer1x1", "groups: layer1x1", layer1x1=Layer1x1(groups=2))
    yield _one(
        "groups-head1x1", "groups: head1x1", beside="head1x1", head1x1=replace(head, groups=2)
    )
    kernels = tuple(
        replace(layer, kernel_size=6 if index % 2 else 3) for index, layer in enumerate(_layers())
    )
    yield _one("kernel-sizes-per-layer", "per layer: kernel sizes", layers=kernels)


def _conditions() -> Iterator[Specimen]:
    def conditioned(width: int, **changes: object) -> WaveNetConfig:
        head = ArrayHead(out_channels=width, bias=True)
        part = _wavenet(_array(channels=2, bottleneck=2, layers=_layers()[:2], head=head))
        return _wavenet(
            _array(condition_size=width, **changes), condition_dsp=random_model(part, width)
        )

    films = Films(activation_post_film=Film(active=True))
    grouped = Films(activation_post_film=Film(active=True, groups=2))
    for name, option, beside, config in (
        ("condition-network", "condition: a network", BASE, conditioned(1)),
        (
            "condition-channels",
            "condition: several channels",
            "condition-network",
            conditioned(_WIDE),
        ),
        (
            "groups-mixin",
            "groups: input mixin",
            "condition-channels",
            conditioned(_WIDE, groups_input_mixin=2),
        ),
        ("film-condition-channels", None, "condition-channels", conditioned(_WIDE, films=films)),
        (
            "groups-film",
            "groups: FiLM",
            "film-condition-channels",
            conditioned(_WIDE, films=grouped),
        ),
    ):
        yield Specimen(name=name, option=option, beside=beside, config=config)


def _heads() -> Iterator[Specimen]:
    long = ArrayHead(out_channels=1, kernel_size=16, bias=True)
    yield _one("array-head-long", "array head: longer than one sample", head=long)
    spread = replace(long, dilation=3)
    yield _one("array-head-dilation", "array head: dilation", beside="array-head-long", head=spread)
    after = PostStackHead(
        in_channels=2,
        channels=4,
        out_channels=1,
        kernel_sizes=(3, 1),
        activation=_LEAKY,
    )
    wide = _array(head=ArrayHead(out_channels=2, bias=True))
    yield Specimen(
        name="head-after-arrays",
        option="WaveNet: head after the arrays",
        config=_wavenet(wide, head=after),
    )
    first = _array(layers=_layers()[:4], head=ArrayHead(out_channels=_CHANNELS))
    second = _array(input_size=_CHANNELS, layers=_layers()[4:])
    yield Specimen(
        name="several-arrays",
        option="WaveNet: several arrays",
        config=_wavenet(first, second),
    )
    yield _one("slimmable", "WaveNet: slimmable", slimmable_channels=(3, _CHANNELS))


def _architectures() -> Iterator[Specimen]:
    lite, full = (random_model(a2_config(channels), channels) for channels in (3, 8))
    parts = (Submodel(max_value=0.5, model=lite), Submodel(max_value=1.0, model=full))
    convnet = ConvNetConfig(
        channels=_CHANNELS, dilations=(1, 2, 4, 8, 16, 32), batchnorm=False, activation=_LEAKY
    )
    for name, option, beside, config in (
        ("lstm", "architecture: LSTM", None, LstmConfig(input_size=1, hidden_size=8, num_layers=1)),
        (
            "lstm-layers",
            "LSTM: several layers",
            "lstm",
            LstmConfig(input_size=1, hidden_size=8, num_layers=2),
        ),
        ("convnet", "architecture: ConvNet", None, convnet),
        (
            "convnet-batchnorm",
            "ConvNet: batchnorm",
            "convnet",
            replace(convnet, batchnorm=True),
        ),
        (
            "linear",
            "architecture: Linear",
            None,
            LinearConfig(receptive_field=1024, bias=True),
        ),
        (
            "container",
            "architecture: SlimmableContainer",
            "a2-full",
            ContainerConfig(submodels=parts),
        ),
        ("a2-lite", None, None, lite.config),
        ("a2-full", None, None, full.config),
    ):
        yield Specimen(name=name, option=option, beside=beside, config=config)
