"""A WaveNet in plain NumPy, written from the format's description and nothing else.

It reads the flat weight list from front to back while it computes, so it checks at once the order
of the weights, the names of the parameters and the graph. With a size it slices each tensor where
it is read: first rows, first columns.
"""

from collections.abc import Sequence
from math import floor

import numpy as np
import numpy.typing as npt

from triode.nam.activation import Activation
from triode.nam.wavenet import Film, Layer, LayerArray, WaveNetConfig
from unit.graph.naive import naive_activation

__all__ = ["PlainWaveNet"]

Signal = npt.NDArray[np.float64]


class PlainWaveNet:
    """Plays one signal. Make a new one for each.

    Args:
        config: The typed config at full width.
        weights: The file's weight list.
        size: The ratio of a slimmable WaveNet; None plays all of it.
    """

    def __init__(
        self, config: WaveNetConfig, weights: npt.NDArray[np.float32], size: float | None = None
    ) -> None:
        self._config = config
        self._weights = weights.astype(np.float64)
        self._position = 0
        self._size = size

    def play(self, signal: Signal) -> Signal:
        """(in_channels, frames) to (outputs, frames); before the first frame nothing was played."""
        config = self._config
        c = signal
        if config.condition_dsp is not None:
            nested = config.condition_dsp
            assert isinstance(nested.config, WaveNetConfig)
            c = PlainWaveNet(nested.config, nested.weights).play(signal)
        widths = [self._width(array) for array in config.layer_arrays]
        x, y = signal, None
        for index, array in enumerate(config.layer_arrays):
            out = array.head.out_channels
            kept = widths[index + 1] if index + 1 < len(widths) else out
            x, y = self._array(array, widths[index], (out, kept), x, c, y)
        assert y is not None
        # The scale comes before the post-stack head, though it stands last in the file.
        blocks = self._head_blocks()
        y = self._take(1)[0] * y
        assert self._position == len(self._weights), "weights are left over"
        for weight, bias in blocks:
            assert config.head is not None
            y = _conv(_act(config.head.activation, y), weight, bias)
        return y

    def _array(
        self,
        array: LayerArray,
        channels: int,
        head_widths: tuple[int, int],
        source: Signal,
        c: Signal,
        head_sum: Signal | None,
    ) -> tuple[Signal, Signal]:
        bottleneck = max(1, floor(array.bottleneck * channels / array.channels))
        if not array.layer1x1.active:
            bottleneck = channels
        rechannel = self._tensor(array.channels, array.input_size, 1)
        x = _conv(source, rechannel[:channels, : len(source)], None)
        for layer in array.layers:
            x, q = self._layer(array, layer, (channels, bottleneck), x, c)
            head_sum = q if head_sum is None else head_sum + q
        sends = array.head1x1.out_channels if array.head1x1.active else array.bottleneck
        assert head_sum is not None
        out, kept = head_widths
        weight = self._tensor(out, sends, array.head.kernel_size)
        bias = self._take(out)[:kept] if array.head.bias else None
        weight = weight[:kept, : len(head_sum)]
        return x, _conv(head_sum, weight, bias, dilation=array.head.dilation)

    def _layer(
        self, array: LayerArray, layer: Layer, widths: tuple[int, int], x: Signal, c: Signal
    ) -> tuple[Signal, Signal]:
        channels, b = widths
        twice = 1 if layer.gating == "none" else 2
        full, m = twice * array.bottleneck, twice * b
        condition = array.condition_size

        # All weights of the layer in the file's order, before anything is computed.
        conv = self._tensor(
            full, array.channels // array.groups_input, layer.kernel_size, (m, channels)
        )
        conv_bias = self._take(full)[:m]
        mixin = self._tensor(full, condition // array.groups_input_mixin, 1, (m, condition))
        if array.layer1x1.active:
            back_in = array.bottleneck // array.layer1x1.groups
            back = self._tensor(array.channels, back_in, 1, (channels, b))
            back_bias = self._take(array.channels)[:channels]
        if array.head1x1.active:
            out = array.head1x1.out_channels
            to_head = self._tensor(out, array.bottleneck // array.head1x1.groups, 1, (out, b))
            to_head_bias = self._take(out)
        sides = {
            "conv_pre_film": (array.channels, channels),
            "conv_post_film": (full, m),
            "input_mixin_pre_film": (condition, condition),
            "input_mixin_post_film": (full, m),
            "activation_pre_film": (full, m),
            "activation_post_film": (array.bottleneck, b),
            "layer1x1_post_film": (array.channels, channels),
            "head1x1_post_film": (array.head1x1.out_channels, array.head1x1.out_channels),
        }
        films = {}
        for slot, (whole, kept) in sides.items():
            film: Film = getattr(array.films, slot)
            if film.active:
                rows = 2 if film.shift else 1
                weight = self._tensor(rows * whole, condition // film.groups, 1)
                bias = self._take(rows * whole)
                films[slot] = (film, weight[: rows * kept], bias[: rows * kept], kept)

        def modulate(slot: str, t: Signal) -> Signal:
            if slot not in films:
                return t
            film, weight, bias, kept = films[slot]
            values = _conv(c, weight, bias, groups=film.groups)
            return values[:kept] * t + (values[kept:] if film.shift else 0.0)

        u = modulate("conv_pre_film", x)
        z1 = _conv(u, conv, conv_bias, dilation=layer.dilation, groups=array.groups_input)
        z1 = modulate("conv_post_film", z1)
        v = modulate("input_mixin_pre_film", c)
        z2 = _conv(v, mixin, None, groups=array.groups_input_mixin)
        z2 = modulate("input_mixin_post_film", z2)
        z = modulate("activation_pre_film", z1 + z2)
        p = _act(layer.activation, z[:b])
        if layer.gating == "gated":
            assert layer.secondary_activation is not None
            p = p * _act(layer.secondary_activation, z[b:])
        elif layer.gating == "blended":
            assert layer.secondary_activation is not None
            s = _act(layer.secondary_activation, z[b:])
            p = s * p + (1.0 - s) * z[:b]
        p = modulate("activation_post_film", p)
        if array.layer1x1.active:
            r = _conv(p, back, back_bias, groups=array.layer1x1.groups)
            x = x + modulate("layer1x1_post_film", r)
        q = p
        if array.head1x1.active:
            q = _conv(p, to_head, to_head_bias, groups=array.head1x1.groups)
            q = modulate("head1x1_post_film", q)
        return x, q

    def _head_blocks(self) -> list[tuple[Signal, Signal]]:
        head = self._config.head
        if head is None:
            return []
        widths = [head.channels] * (len(head.kernel_sizes) - 1)
        sides = zip([head.in_channels, *widths], [*widths, head.out_channels], strict=True)
        return [
            (self._tensor(out, width, kernel_size), self._take(out))
            for (width, out), kernel_size in zip(sides, head.kernel_sizes, strict=True)
        ]

    def _width(self, array: LayerArray) -> int:
        allowed = array.slimmable_channels
        if self._size is None or allowed is None:
            return array.channels
        return allowed[min(floor(self._size * len(allowed)), len(allowed) - 1)]

    def _take(self, count: int) -> Signal:
        assert self._position + count <= len(self._weights), "the weights are too few"
        self._position += count
        return self._weights[self._position - count : self._position]

    def _tensor(
        self, out: int, inputs: int, kernel_size: int, kept: tuple[int, int] | None = None
    ) -> Signal:
        tensor = self._take(out * inputs * kernel_size).reshape(out, inputs, kernel_size)
        return tensor if kept is None else tensor[: kept[0], : kept[1]]


def _conv(
    x: Signal, weight: Signal, bias: Signal | None, *, dilation: int = 1, groups: int = 1
) -> Signal:
    """y[o, t] = bias[o] + sum over i, k of weight[o, i, k] * x[i, t - (K - 1 - k) * dilation]."""
    outs, inputs, kernel_size = weight.shape
    y = np.zeros((outs, x.shape[1]))
    for o in range(outs):
        first = o // (outs // groups) * inputs
        for i in range(inputs):
            for k in range(kernel_size):
                age = (kernel_size - 1 - k) * dilation
                delayed = np.concatenate([np.zeros(age), x[first + i]])[: x.shape[1]]
                y[o] += weight[o, i, k] * delayed
        if bias is not None:
            y[o] += bias[o]
    return y


def _act(activation: Activation, z: Signal) -> Signal:
    result = np.empty_like(z)
    for channel, row in enumerate(z):
        constants: Sequence[float] = ()
        match activation.kind:
            case "LeakyReLU" | "PReLU":
                slopes = activation.negative_slopes
                constants = (float(slopes[channel if len(slopes) > 1 else 0]),)
            case "Hardtanh":
                constants = (activation.min_val, activation.max_val)
            case "LeakyHardtanh":
                constants = (
                    activation.min_val,
                    activation.max_val,
                    activation.min_slope,
                    activation.max_slope,
                )
        result[channel] = [
            naive_activation(activation.kind, float(value), tuple(constants)) for value in row
        ]
    return result
