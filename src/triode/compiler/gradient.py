"""The gradient as a graph: from a network's graph to the graph that carries gradients back.

The gradient graph runs in reversed time, where the transposed convolution that takes a gradient
back through a causal convolution is itself a causal convolution. Its one input holds, channel after
channel, the gradient of the network's output and every saved value of the forward pass, both
reversed; its output holds the gradients that parameters need. A parameter's own gradient is a
*reduction*: a sum over all frames of products of a gradient with a saved value.

    conv       dx = transposed conv of dy;  dW = correlation of dy with x;  db = sum of dy
    activation dx = dy * f'(saved)          add: dy to both      mul: dy * other
    blend      ds = dy a - dy b;  da = dy s;  db = dy - dy s     scale: dy * value
    slice      collected into a concat      concat: slices of dy
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from triode.compiler.passes.rewrite import Float64Parameters
from triode.errors import GraphError
from triode.graph import (
    Activation,
    ActivationGradient,
    Add,
    Blend,
    Concat,
    Conv,
    Graph,
    GraphBuilder,
    Input,
    Mul,
    Node,
    Parameters,
    Scale,
    Slice,
    derivative_from_output,
)

__all__ = ["GradientGraph", "Reduction", "gradient_graph", "gradient_parameters"]

_NEGATIVE = "negative"


@dataclass(frozen=True)
class Reduction:
    """The gradient of the parameters of `node`: sums over frames of `gradient` times `saved`.

    A convolution correlates the gradient of its output with its input `saved`; PReLU sums the
    gradient of its output times its negative input.
    """

    node: Node
    gradient: str
    saved: str


@dataclass(frozen=True)
class GradientGraph:
    """What carries gradients back through a graph.

    Attributes:
        graph: In reversed time; its input is the output's gradient, then the saved values.
        saved: Names of the forward nodes whose values are the rest of the input, in order.
        slices: Node of `graph` that is each part of the input: "" for the output's gradient.
        reductions: What the parameters' gradients are made of.
        signal: Node of `graph` that is the gradient of the network's input, if that was asked for.
    """

    graph: Graph
    saved: tuple[str, ...]
    slices: dict[str, str]
    reductions: tuple[Reduction, ...]
    signal: str | None = None


def gradient_graph(forward: Graph, *, to_signal: bool = False) -> GradientGraph:
    """Differentiate `forward` with respect to its trainable parameters.

    Args:
        forward: The network.
        to_signal: Differentiate with respect to its input, too.

    Raises:
        GraphError: It holds an operation without a rule here (LSTM, batchnorm, FIR: see
            `triode.compiler.parts`), slices that do not add up to their source, or nothing to
            train.
    """
    return _Differentiator(forward, to_signal=to_signal).run()


def gradient_parameters(
    forward: Graph, parameters: Parameters, *, to_signal: bool = False
) -> Float64Parameters:
    """The parameters of `gradient_graph(forward).graph` from the forward graph's own."""
    backward = gradient_graph(forward, to_signal=to_signal).graph
    result: Float64Parameters = {
        parameter.name: np.array([-1.0])
        for parameter in backward.parameters
        if parameter.name.startswith(_NEGATIVE)
    }
    wanted = {parameter.name for parameter in backward.parameters}
    for node in forward.nodes:
        match node.operation:
            case Conv() as conv:
                weight = np.asarray(parameters[f"{node.name}.weight"], np.float64)
                result[f"back.{node.name}.weight"] = transposed(conv, weight)
            case Activation(kind="PReLU"):
                slopes = np.asarray(parameters[f"{node.name}.slopes"], np.float64)
                result[f"back.{node.name}.slopes"] = slopes
            case Scale():
                value = np.asarray(parameters[f"{node.name}.value"], np.float64)
                result[f"back.{node.name}.value"] = value
            case _:
                pass
    return {name: value for name, value in result.items() if name in wanted}


def transposed(conv: Conv, weight: np.ndarray) -> np.ndarray:
    """The weight of the convolution that carries gradients back: (in, out / groups, taps)."""
    groups = weight.reshape(conv.groups, conv.out_channels // conv.groups, -1, conv.kernel_size)
    return groups.transpose(0, 2, 1, 3).reshape(conv.in_channels, -1, conv.kernel_size)


class _Differentiator:
    def __init__(self, forward: Graph, *, to_signal: bool) -> None:
        self._forward = forward
        self._to_signal = to_signal
        self._signal: str | None = None
        self._by_name = {node.name: node for node in forward.nodes}
        self._builder = GraphBuilder()
        self._contributions: dict[str, list[str]] = defaultdict(list)
        self._slice_gradients: dict[str, list[tuple[Slice, str]]] = defaultdict(list)
        self._slices: dict[str, str] = {}
        self._reductions: list[Reduction] = []
        self._needed = self._trained()
        self._saved = self._values_to_save()
        self._negations = 0

    def run(self) -> GradientGraph:
        forward = self._forward
        widths = [forward.output_channels, *(forward.widths[name] for name in self._saved)]
        source = self._builder.input(sum(widths))
        start = 0
        for name, width in zip(("", *self._saved), widths, strict=True):
            part = Slice(start=start, stop=start + width)
            self._slices[name] = self._builder.add(f"given.{name or 'output'}", part, source)
            start += width
        self._contributions[forward.output].append(self._slices[""])
        for node in reversed(forward.nodes):
            if node.name in self._needed:
                gradient = self._total(node.name)
                if gradient is not None:
                    self._back(node, gradient)
        signal = () if self._signal is None else (self._signal,)
        wanted = tuple(dict.fromkeys([*(one.gradient for one in self._reductions), *signal]))
        if not wanted:
            raise GraphError("nothing in this network is trained, so it has no gradient")
        output = self._builder.add("wanted", Concat(), *wanted)
        return GradientGraph(
            self._builder.build(output),
            self._saved,
            self._slices,
            tuple(self._reductions),
            self._signal,
        )

    def _trained(self) -> set[str]:
        """Nodes whose value depends on what is differentiated by."""
        needed = {self._forward.input.name} if self._to_signal else set()
        for node in self._forward.nodes:
            own = any(spec.trainable for spec in node.operation.parameters().values())
            if own or any(name in needed for name in node.inputs):
                needed.add(node.name)
        return needed

    def _values_to_save(self) -> tuple[str, ...]:
        saved: dict[str, None] = {}
        for node in self._forward.nodes:
            if node.name not in self._needed:
                continue
            match node.operation:
                case Conv():
                    saved[node.inputs[0]] = None
                case Activation(kind=kind, constants=constants):
                    from_output = derivative_from_output(kind, constants)
                    saved[node.name if from_output else node.inputs[0]] = None
                case Mul() | Blend():
                    saved.update(dict.fromkeys(node.inputs))
                case _:
                    pass
        return tuple(saved)

    def _total(self, name: str) -> str | None:
        """The gradient of a value: the sum of what its readers say."""
        contributions = list(self._contributions[name])
        if name in self._slice_gradients:
            contributions.append(self._joined(name))
        if not contributions:
            return None
        total = contributions[0]
        for number, other in enumerate(contributions[1:], start=1):
            total = self._builder.add(f"total.{name}.part{number}", Add(), total, other)
        return total

    def _joined(self, name: str) -> str:
        """The gradients of the slices of a value, side by side."""
        parts = sorted(self._slice_gradients[name], key=lambda part: part[0].start)
        edges = [0, *(part.stop for part, _ in parts)]
        if edges[-1] != self._forward.widths[name] or any(
            part.start != edge for (part, _), edge in zip(parts, edges, strict=False)
        ):
            raise GraphError(
                "the slices of this value do not add up to it, so it has no gradient rule",
                where=name,
            )
        return self._builder.add(f"joined.{name}", Concat(), *(source for _, source in parts))

    def _give(self, name: str, gradient: str) -> None:
        self._contributions[name].append(gradient)

    def _back(self, node: Node, gradient: str) -> None:  # noqa: C901 - one case per operation
        back = f"back.{node.name}"
        add, saved = self._builder.add, self._slices
        match node.operation:
            case Input():
                self._signal = gradient
            case Conv() as conv:
                source = node.inputs[0]
                self._reductions.append(Reduction(node, gradient, source))
                if source in self._needed:
                    turned = Conv(
                        in_channels=conv.out_channels,
                        out_channels=conv.in_channels,
                        kernel_size=conv.kernel_size,
                        dilation=conv.dilation,
                        groups=conv.groups,
                        bias=False,
                    )
                    self._give(source, add(back, turned, gradient))
            case Activation() as activation:
                from_output = derivative_from_output(activation.kind, activation.constants)
                value = saved[node.name if from_output else node.inputs[0]]
                turn = ActivationGradient(
                    kind=activation.kind,
                    constants=activation.constants,
                    slope_count=activation.slope_count,
                )
                if activation.kind == "PReLU":
                    self._reductions.append(Reduction(node, gradient, node.inputs[0]))
                self._give(node.inputs[0], add(back, turn, gradient, value))
            case Add():
                for name in node.inputs:
                    self._give(name, gradient)
            case Mul():
                first, second = node.inputs
                for number, (name, other) in enumerate(((first, second), (second, first))):
                    if name in self._needed:
                        self._give(
                            name, add(f"{back}.input{number}", Mul(), gradient, saved[other])
                        )
            case Blend():
                self._back_blend(node, gradient)
            case Scale():
                self._give(node.inputs[0], add(back, Scale(), gradient))
            case Slice() as part:
                self._slice_gradients[node.inputs[0]].append((part, gradient))
            case Concat():
                start = 0
                for number, name in enumerate(node.inputs):
                    part = Slice(start=start, stop=start + self._forward.widths[name])
                    self._give(name, add(f"{back}.input{number}", part, gradient))
                    start = part.stop
            case operation:
                raise GraphError(
                    f"there is no gradient rule for {type(operation).__name__}", where=node.name
                )

    def _back_blend(self, node: Node, gradient: str) -> None:
        """For s a + (1 - s) b: the three gradients from products with what was saved."""
        add, saved, back = self._builder.add, self._slices, f"back.{node.name}"
        share, first, second = node.inputs
        times_share = add(f"{back}.first", Mul(), gradient, saved[share])
        self._give(first, times_share)
        self._give(second, add(f"{back}.second", Add(), gradient, self._minus(times_share)))
        times_first = add(f"{back}.with_first", Mul(), gradient, saved[first])
        times_second = add(f"{back}.with_second", Mul(), gradient, saved[second])
        self._give(share, add(f"{back}.share", Add(), times_first, self._minus(times_second)))

    def _minus(self, name: str) -> str:
        self._negations += 1
        return self._builder.add(f"{_NEGATIVE}{self._negations}", Scale(), name)
