"""The architectures of the format description, and random ones over every option."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from triode.nam.activation import ACTIVATION_KINDS, Activation
from triode.nam.layout import weight_count
from triode.nam.model import Config, ContainerConfig, Model, Submodel
from triode.nam.wavenet import (
    ArrayHead,
    Film,
    Films,
    Head1x1,
    Layer,
    Layer1x1,
    LayerArray,
    PostStackHead,
    WaveNetConfig,
)

__all__ = [
    "A1_WIDTHS",
    "a1",
    "a2",
    "container",
    "model",
    "noise",
    "random_slimmable",
    "random_wavenet",
]

A1_WIDTHS = {"standard": (16, 8), "lite": (12, 6), "feather": (8, 4), "nano": (4, 2)}
T = TypeVar("T")

_TANH = Activation(kind="Tanh")


def a1(size: str) -> WaveNetConfig:
    """A1 standard, lite, feather or nano."""
    first, second = A1_WIDTHS[size]
    powers = tuple(2**n for n in range(10))
    before, after = (powers, powers) if size == "standard" else (powers[:7], powers[7:] + powers)
    arrays = (
        _a1_array(1, first, before, ArrayHead(out_channels=second)),
        _a1_array(first, second, after, ArrayHead(out_channels=1, bias=True)),
    )
    return WaveNetConfig(layer_arrays=arrays, head_scale=0.02)


def _a1_array(
    input_size: int, channels: int, dilations: tuple[int, ...], head: ArrayHead
) -> LayerArray:
    return LayerArray(
        input_size=input_size,
        condition_size=1,
        channels=channels,
        bottleneck=channels,
        layers=tuple(Layer(kernel_size=3, dilation=d, activation=_TANH) for d in dilations),
        head=head,
    )


def a2(channels: int) -> WaveNetConfig:
    """A2 with 8 channels (Full) or 3 (Lite)."""
    ramp = (1, 3, 7, 17, 41, 101, 239)
    leaky = Activation(kind="LeakyReLU", negative_slopes=(0.01,))
    layers = tuple(
        Layer(kernel_size=15 if number in {15, 16} else 6, dilation=dilation, activation=leaky)
        for number, dilation in enumerate((*ramp, *ramp, 1, 13, *ramp), start=1)
    )
    array = LayerArray(
        input_size=1,
        condition_size=1,
        channels=channels,
        bottleneck=channels,
        layers=layers,
        head=ArrayHead(out_channels=1, kernel_size=16, bias=True),
    )
    return WaveNetConfig(layer_arrays=(array,), head_scale=0.01)


def model(config: Config, seed: int = 0, *, rate_hz: float | None = None) -> Model:
    """A model of `config` with random weights of a harmless level."""
    weights = np.random.default_rng(seed).uniform(-0.6, 0.6, weight_count(config))
    return Model(
        version="0.7.0", config=config, weights=weights.astype(np.float32), sample_rate_hz=rate_hz
    )


def container(*configs: Config) -> Model:
    """A container whose sizes share 0 to 1 equally."""
    parts = tuple(
        Submodel(max_value=(index + 1) / len(configs), model=model(config, index))
        for index, config in enumerate(configs)
    )
    return Model(
        version="0.7.0", config=ContainerConfig(submodels=parts), weights=np.zeros(0, np.float32)
    )


def noise(frames: int, seed: int = 0, channels: int = 1) -> npt.NDArray[np.float64]:
    """(channels, frames) of loud noise."""
    return 0.5 * np.random.default_rng(seed).standard_normal((channels, frames))


class _Dice:
    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self._rng.integers(len(options)))]

    def chance(self, probability: float) -> bool:
        return bool(self._rng.random() < probability)


def random_wavenet(seed: int, *, slimmable: bool = False, nested: bool = False) -> WaveNetConfig:
    """Any mixture of options; `slimmable` leaves out what cannot be sliced."""
    dice = _Dice(seed)
    condition_dsp = None
    condition = in_channels = 1 if slimmable or nested else dice.pick([1, 1, 2])
    if not nested and dice.chance(0.3):
        inner = random_wavenet(seed + 10_000, nested=True)
        condition_dsp = model(inner, seed) if inner.in_channels == in_channels else None
        condition = inner.out_channels if condition_dsp is not None else condition
    arrays: list[LayerArray] = []
    width, channels = in_channels, dice.pick([1, 2, 3, 4, 6])
    count = dice.pick([1, 2, 2, 3])
    for index in range(count):
        out = dice.pick([1, 2, 4]) if index < count - 1 or nested else dice.pick([1, 1, 2])
        sizes = (width, channels, condition, out)
        arrays.append(_random_array(dice, sizes, first=index == 0, slimmable=slimmable))
        width, channels = channels, out
    head = None
    if not slimmable and dice.chance(0.3):
        head = PostStackHead(
            in_channels=out,
            channels=dice.pick([1, 2, 3]),
            out_channels=dice.pick([1, 2]),
            kernel_sizes=tuple(dice.pick([1, 2, 4]) for _ in range(dice.pick([1, 2, 3]))),
            activation=_random_activation(dice, 1),
        )
    return WaveNetConfig(
        layer_arrays=tuple(arrays),
        head_scale=0.5,
        head=head,
        in_channels=in_channels,
        condition_dsp=condition_dsp,
    )


def random_slimmable(seed: int) -> WaveNetConfig:
    """A WaveNet of which at least one array can be sliced."""
    return random_wavenet(seed, slimmable=True)


def _random_array(
    dice: _Dice, sizes: tuple[int, int, int, int], *, first: bool, slimmable: bool
) -> LayerArray:
    input_size, channels, condition, out = sizes
    layer1x1 = dice.chance(0.8)
    # What a later array's layers send to the head has the width of the head before: its channels.
    # A head1x1 is never sliced, so there it does not go with slicing.
    head1x1 = dice.chance(0.4) and (first or not slimmable)
    free = layer1x1 and (first or head1x1)
    bottleneck = dice.pick([1, 2, 3, 4]) if free else channels
    head1x1_out = dice.pick([1, 2, 4]) if first else channels
    gatings = [dice.pick(["none", "none", "gated", "blended"]) for _ in range(dice.pick([1, 2, 3]))]
    middles = [bottleneck if gating == "none" else 2 * bottleneck for gating in gatings]

    def groups(*widths: int) -> int:
        fitting = [n for n in (1, 1, 2, 3) if not any(width % n for width in widths)]
        return 1 if slimmable else dice.pick(fitting)

    def film(*widths: int) -> Film:
        if not dice.chance(0.35):
            return Film()
        shift = dice.chance(0.5)
        sides = [(2 if shift else 1) * width for width in widths]
        return Film(active=True, shift=shift, groups=groups(condition, *sides))

    return LayerArray(
        input_size=input_size,
        condition_size=condition,
        channels=channels,
        bottleneck=bottleneck,
        layers=tuple(
            Layer(
                kernel_size=dice.pick([1, 2, 3]),
                dilation=dice.pick([1, 2, 5]),
                activation=_random_activation(dice, bottleneck),
                gating=gating,  # type: ignore[arg-type]
                secondary_activation=None
                if gating == "none"
                else _random_activation(dice, bottleneck),
            )
            for gating in gatings
        ),
        head=ArrayHead(
            out_channels=out,
            kernel_size=1 if slimmable else dice.pick([1, 1, 2, 4]),
            bias=dice.chance(0.5),
            dilation=dice.pick([1, 3]),
        ),
        groups_input=groups(channels, *middles),
        groups_input_mixin=groups(condition, *middles),
        layer1x1=Layer1x1(active=layer1x1, groups=groups(channels, bottleneck) if layer1x1 else 1),
        head1x1=Head1x1(
            active=head1x1,
            out_channels=head1x1_out if head1x1 else 1,
            groups=groups(bottleneck, head1x1_out) if head1x1 else 1,
        ),
        films=Films(
            conv_pre_film=film(channels),
            conv_post_film=film(*middles),
            input_mixin_pre_film=film(condition),
            input_mixin_post_film=film(*middles),
            activation_pre_film=film(*middles),
            activation_post_film=film(bottleneck),
            layer1x1_post_film=film(channels) if layer1x1 else Film(),
            head1x1_post_film=film(head1x1_out) if head1x1 else Film(),
        ),
        slimmable_channels=_random_widths(dice, channels) if slimmable else None,
    )


def _random_widths(dice: _Dice, channels: int) -> tuple[int, ...]:
    return (*(width for width in range(1, channels) if dice.chance(0.6)), channels)


def _random_activation(dice: _Dice, width: int) -> Activation:
    kind = dice.pick(ACTIVATION_KINDS)
    match kind:
        case "LeakyReLU":
            return Activation(kind=kind, negative_slopes=(dice.pick([0.01, 0.2]),))
        case "PReLU":
            count = dice.pick([1, width])
            slopes = tuple(dice.pick([0.25, -0.125, 0.5]) for _ in range(count))
            return Activation(kind=kind, negative_slopes=slopes)
        case "Hardtanh":
            return Activation(kind=kind, min_val=-0.4, max_val=0.7)
        case "LeakyHardtanh":
            return Activation(kind=kind, min_val=-0.3, max_val=0.4, min_slope=0.1, max_slope=0.2)
    return Activation(kind=kind)
