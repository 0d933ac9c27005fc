"""WaveNet config to graph.

The signal of one layer, as the file format defines it (x: layer input, c: condition):

    z = conv(x) + input_mixin(c)      p = activation(z), perhaps gated or blended
    x' = x + layer1x1(p)              head sum += head1x1(p) or p

with a FiLM allowed before and after each of the four convolutions and around the activation.
"""

from triode.architectures.activation import activation_operation
from triode.errors import GraphError
from triode.graph import Add, Blend, Conv, Graph, GraphBuilder, Mul, Operation, Scale, Slice
from triode.nam.wavenet import Layer, LayerArray, PostStackHead, WaveNetConfig

__all__ = ["wavenet_graph"]


def wavenet_graph(config: WaveNetConfig) -> Graph:
    """The graph of a WaveNet at its full width, nodes named as `nam.layout` names the weights."""
    builder = GraphBuilder()
    signal = condition = builder.input(config.in_channels)
    if config.condition_dsp is not None:
        nested = config.condition_dsp.config
        if not isinstance(nested, WaveNetConfig):
            raise GraphError("condition_dsp is not a WaveNet", where="condition_dsp")
        condition = builder.inline(wavenet_graph(nested), "condition_dsp", signal)
    layer_input, head_sum = signal, ""
    for index, array in enumerate(config.layer_arrays):
        layer_input, head_sum = _layer_array(
            builder, f"array{index}", array, layer_input, condition, head_sum
        )
    output = builder.add("head_scale", Scale(), head_sum)
    if config.head is not None:
        output = _post_stack_head(builder, config.head, output)
    return builder.build(output)


def _layer_array(
    builder: GraphBuilder,
    name: str,
    array: LayerArray,
    source: str,
    condition: str,
    head_sum: str,
) -> tuple[str, str]:
    """Add one array; return its layer output and its head output.

    `head_sum` is the previous array's head output, empty for the first array.
    """
    x = builder.add(
        f"{name}.rechannel",
        Conv(in_channels=array.input_size, out_channels=array.channels, bias=False),
        source,
    )
    for index, layer in enumerate(array.layers):
        x, to_head = _Layer(builder, f"{name}.layer{index}", array, layer, condition).build(x)
        if head_sum:
            head_sum = builder.add(f"{name}.layer{index}.head_sum", Add(), head_sum, to_head)
        else:
            head_sum = to_head
    head = array.head
    head_output = builder.add(
        f"{name}.head_rechannel",
        Conv(
            in_channels=array.layer_output_channels,
            out_channels=head.out_channels,
            kernel_size=head.kernel_size,
            dilation=head.dilation,
            bias=head.bias,
        ),
        head_sum,
    )
    return x, head_output


class _Layer:
    """Writes down one layer; the FiLM slots make it worth a class."""

    def __init__(
        self, builder: GraphBuilder, name: str, array: LayerArray, layer: Layer, condition: str
    ) -> None:
        self._builder = builder
        self._name = name
        self._array = array
        self._layer = layer
        self._condition = condition

    def build(self, x: str) -> tuple[str, str]:
        """Add the layer's nodes; return the next layer's input and what goes to the head."""
        array, bottleneck = self._array, self._array.bottleneck
        middle = bottleneck if self._layer.gating == "none" else 2 * bottleneck
        from_signal = self._film("conv_pre_film", x, array.channels)
        from_signal = self._add(
            "conv",
            Conv(
                in_channels=array.channels,
                out_channels=middle,
                kernel_size=self._layer.kernel_size,
                dilation=self._layer.dilation,
                groups=array.groups_input,
            ),
            from_signal,
        )
        from_signal = self._film("conv_post_film", from_signal, middle)
        mixed = self._film("input_mixin_pre_film", self._condition, array.condition_size)
        mixed = self._add(
            "input_mixin",
            Conv(
                in_channels=array.condition_size,
                out_channels=middle,
                groups=array.groups_input_mixin,
                bias=False,
            ),
            mixed,
        )
        mixed = self._film("input_mixin_post_film", mixed, middle)
        z = self._add("sum", Add(), from_signal, mixed)
        z = self._film("activation_pre_film", z, middle)
        p = self._film("activation_post_film", self._activate(z), bottleneck)
        return self._residual(x, p), self._to_head(p)

    def _activate(self, z: str) -> str:
        layer, bottleneck = self._layer, self._array.bottleneck
        if layer.secondary_activation is None:
            return self._add("activation", activation_operation(layer.activation), z)
        upper = self._add("upper", Slice(start=0, stop=bottleneck), z)
        lower = self._add("lower", Slice(start=bottleneck, stop=2 * bottleneck), z)
        active = self._add("activation", activation_operation(layer.activation), upper)
        gate = self._add(
            "secondary_activation", activation_operation(layer.secondary_activation), lower
        )
        if layer.gating == "gated":
            return self._add("gated", Mul(), active, gate)
        return self._add("blended", Blend(), gate, active, upper)

    def _residual(self, x: str, p: str) -> str:
        array = self._array
        if not array.layer1x1.active:
            return x
        r = self._add(
            "layer1x1",
            Conv(
                in_channels=array.bottleneck,
                out_channels=array.channels,
                groups=array.layer1x1.groups,
            ),
            p,
        )
        r = self._film("layer1x1_post_film", r, array.channels)
        return self._add("residual", Add(), x, r)

    def _to_head(self, p: str) -> str:
        array, head1x1 = self._array, self._array.head1x1
        if not head1x1.active:
            return p
        q = self._add(
            "head1x1",
            Conv(
                in_channels=array.bottleneck,
                out_channels=head1x1.out_channels,
                groups=head1x1.groups,
            ),
            p,
        )
        return self._film("head1x1_post_film", q, head1x1.out_channels)

    def _film(self, slot: str, t: str, width: int) -> str:
        """FiLM(t; c) = scale(c) * t + shift(c); `t` itself when the slot is inactive."""
        film = getattr(self._array.films, slot)
        if not film.active:
            return t
        values = self._add(
            slot,
            Conv(
                in_channels=self._array.condition_size,
                out_channels=2 * width if film.shift else width,
                groups=film.groups,
            ),
            self._condition,
        )
        if not film.shift:
            return self._add(f"{slot}.scaled", Mul(), t, values)
        scale = self._add(f"{slot}.scale", Slice(start=0, stop=width), values)
        shift = self._add(f"{slot}.shift", Slice(start=width, stop=2 * width), values)
        scaled = self._add(f"{slot}.scaled", Mul(), t, scale)
        return self._add(f"{slot}.shifted", Add(), scaled, shift)

    def _add(self, name: str, operation: Operation, *inputs: str) -> str:
        return self._builder.add(f"{self._name}.{name}", operation, *inputs)


def _post_stack_head(builder: GraphBuilder, head: PostStackHead, signal: str) -> str:
    width = head.in_channels
    for index, kernel_size in enumerate(head.kernel_sizes):
        last = index == len(head.kernel_sizes) - 1
        out = head.out_channels if last else head.channels
        name = f"head.block{index}"
        signal = builder.add(f"{name}.activation", activation_operation(head.activation), signal)
        conv = Conv(in_channels=width, out_channels=out, kernel_size=kernel_size)
        signal = builder.add(f"{name}.conv", conv, signal)
        width = out
    return signal
