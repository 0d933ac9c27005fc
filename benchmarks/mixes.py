"""Seeded random WaveNets over every option of the format, large enough for their speed to count."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np
from captures import capture

from triode.architectures import lower
from triode.compiler.passes import optimise
from triode.graph import Counts, Graph, counts
from triode.nam import (
    ACTIVATION_KINDS,
    Activation,
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

__all__ = ["FEWEST_MACS", "describe", "mixes", "work_left"]

FEWEST_MACS = 2_000
MOST_MACS = 30_000
T = TypeVar("T")


def mixes(count: int) -> Iterator[tuple[int, WaveNetConfig]]:
    """The first `count` seeds, with their configs, whose networks have enough multiply-adds."""
    seed = 0
    while count:
        config = _Dice(seed).wavenet()
        if FEWEST_MACS < work_left(lower(config)).macs <= MOST_MACS:
            yield seed, config
            count -= 1
        seed += 1


def work_left(graph: Graph) -> Counts:
    """What one frame costs after the compiler's passes: some options make most of it vanish."""
    return counts(optimise(graph).graph)


def describe(config: WaveNetConfig) -> str:
    """What is special about a mix, in a line."""
    words = [f"{config.in_channels} in"] if config.in_channels > 1 else []
    words += ["condition_dsp"] if config.condition_dsp else []
    for array in config.layer_arrays:
        gatings = {layer.gating for layer in array.layers} - {"none"}
        kinds = {layer.activation.kind for layer in array.layers}
        words.append(
            f"[{len(array.layers)}x{array.channels}/{array.bottleneck}"
            f" k{max(layer.kernel_size for layer in array.layers)}"
            f" groups {array.groups_input}/{array.groups_input_mixin}"
            f"{f' {len(array.films.active())} FiLMs' if array.films.active() else ''}"
            f"{' head1x1' if array.head1x1.active else ''}"
            f" {'/'.join(sorted(gatings | kinds))}]"
        )
    words += ["head"] if config.head else []
    return " ".join(words)


class _Dice:
    """Draws options; each method draws one part of a network."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = np.random.default_rng(seed)

    def _pick(self, options: Sequence[T]) -> T:
        return options[int(self._random.integers(len(options)))]

    def _chance(self, probability: float) -> bool:
        return bool(self._random.random() < probability)

    def wavenet(self) -> WaveNetConfig:
        """A whole network."""
        condition_dsp = None
        inputs = condition = self._pick([1, 1, 1, 2])
        if self._chance(0.25):
            condition = self._pick([1, 2, 4])
            widths = (inputs, self._pick([2, 4, 8]), inputs, condition)
            nested = WaveNetConfig(
                layer_arrays=(self._array(widths, first=True),), head_scale=0.5, in_channels=inputs
            )
            condition_dsp = capture(nested, self._seed)
        arrays: list[LayerArray] = []
        width, channels = inputs, self._pick([4, 6, 8, 12, 16])
        number = self._pick([1, 1, 2])
        for index in range(number):
            out = self._pick([2, 4, 6, 8]) if index < number - 1 else self._pick([1, 1, 2])
            widths = (width, channels, condition, out)
            arrays.append(self._array(widths, first=index == 0))
            width, channels = channels, out
        return WaveNetConfig(
            layer_arrays=tuple(arrays),
            head_scale=0.5,
            head=self._head(out) if self._chance(0.25) else None,
            in_channels=inputs,
            condition_dsp=condition_dsp,
        )

    def _head(self, inputs: int) -> PostStackHead:
        return PostStackHead(
            in_channels=inputs,
            channels=self._pick([2, 4, 8]),
            out_channels=1,
            kernel_sizes=tuple(self._pick([1, 3, 6]) for _ in range(self._pick([1, 2]))),
            activation=self._activation(1),
        )

    def _array(self, widths: tuple[int, int, int, int], *, first: bool) -> LayerArray:
        inputs, channels, condition, out = widths
        head1x1 = self._chance(0.3)
        layer1x1 = self._chance(0.9)
        # What a later array sends to the head has the width of the head before it: its channels.
        free = layer1x1 and (first or head1x1)
        bottleneck = self._pick([channels, channels, channels // 2]) if free else channels
        head1x1_out = self._pick([2, 4, channels]) if first else channels
        gatings = self._pick([["none"], ["none"], ["gated"], ["blended"], ["none", "gated"]])
        middles = [bottleneck if gating == "none" else 2 * bottleneck for gating in gatings]
        filmed = self._chance(0.5)
        activations = [self._activation(bottleneck) for _ in range(self._pick([1, 1, 2]))]

        def film(*sizes: int) -> Film:
            shift = self._chance(0.5)
            groups = self._groups(condition, *sizes)
            return Film(active=filmed and self._chance(0.4), shift=shift, groups=groups)

        return LayerArray(
            input_size=inputs,
            condition_size=condition,
            channels=channels,
            bottleneck=bottleneck,
            layers=tuple(
                self._layer(gatings[index % len(gatings)], activations[index % len(activations)])
                for index in range(self._pick([6, 10, 16, 20]))
            ),
            head=ArrayHead(
                out_channels=out,
                kernel_size=self._pick([1, 1, 4, 16]),
                bias=self._chance(0.5),
                dilation=self._pick([1, 1, 3]),
            ),
            groups_input=self._groups(channels, *middles),
            groups_input_mixin=self._groups(condition, *middles),
            layer1x1=Layer1x1(
                active=layer1x1, groups=self._groups(channels, bottleneck) if layer1x1 else 1
            ),
            head1x1=Head1x1(
                active=head1x1,
                out_channels=head1x1_out if head1x1 else 1,
                groups=self._groups(bottleneck, head1x1_out) if head1x1 else 1,
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
        )

    def _layer(self, gating: str, activation: Activation) -> Layer:
        return Layer(
            kernel_size=self._pick([2, 3, 6]),
            dilation=self._pick([1, 3, 7, 17, 41, 101, 239, 512]),
            activation=activation,
            gating=gating,  # type: ignore[arg-type]
            secondary_activation=None if gating == "none" else Activation(kind="Sigmoid"),
        )

    def _groups(self, *widths: int) -> int:
        fitting = [n for n in (1, 1, 1, 2, 4) if not any(width % n for width in widths)]
        return self._pick(fitting)

    def _activation(self, width: int) -> Activation:
        kind = self._pick(ACTIVATION_KINDS)
        if kind == "LeakyReLU":
            return Activation(kind=kind, negative_slopes=(0.01,))
        if kind == "PReLU":
            return Activation(kind=kind, negative_slopes=(0.25,) * self._pick([1, width]))
        return Activation(kind=kind)
