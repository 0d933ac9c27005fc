"""What a graph costs, counted: multiply-adds, elementwise operations, state, receptive field."""

from collections import Counter
from dataclasses import dataclass, field

from triode.graph.graph import Graph
from triode.graph.operations import Activation, Blend, Conv, Fir, Input, Lstm, Slice
from triode.graph.operations import Concat as ConcatOperation

__all__ = ["Counts", "counts", "receptive_field", "settle_samples"]


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Cost of one output frame of a graph, as written (nothing folded, nothing removed).

    Attributes:
        macs: Multiply-adds of convolutions and matrix products, biases not counted.
        elementwise: Operations per frame by kind: activations by name, then add, mul, blend, ...
        parameters: Numbers in all parameters.
        state_samples: Float values that streaming has to remember between frames.
        receptive_field: Input frames that one output frame depends on; of an LSTM only the finite
            part is counted.
    """

    macs: int
    elementwise: dict[str, int] = field(default_factory=dict)
    parameters: int
    state_samples: int
    receptive_field: int


def receptive_field(graph: Graph) -> int:
    """Input frames that one output frame depends on: 1 + the longest sum of lookbacks."""
    reach: dict[str, int] = {}
    for node in graph.nodes:
        reach[node.name] = node.operation.lookback + max(
            (reach[name] for name in node.inputs), default=0
        )
    return reach[graph.output] + 1


def settle_samples(graph: Graph, rate_hz: float) -> int:
    """Frames of silence after which the graph's state counts as the steady state of silence."""
    return receptive_field(graph) - 1 + round(graph.settle_seconds * rate_hz)


def counts(graph: Graph) -> Counts:
    """Count what one output frame of `graph` costs."""
    macs = 0
    state = 0
    elementwise: Counter[str] = Counter()
    for node in graph.nodes:
        operation = node.operation
        width = graph.widths[node.name]
        match operation:
            case Conv():
                inputs = operation.in_channels // operation.groups
                macs += width * inputs * operation.kernel_size
                state += operation.in_channels * operation.lookback
            case Lstm():
                hidden = operation.hidden_size
                macs += 4 * hidden * (operation.input_size + hidden)
                state += 2 * hidden
                elementwise.update({"Sigmoid": 3 * hidden, "Tanh": 2 * hidden})
                elementwise.update({"mul": 3 * hidden, "add": hidden})
            case Fir():
                macs += operation.taps
                state += operation.lookback
            case Activation():
                elementwise[operation.kind] += width
            case Input() | Slice() | ConcatOperation():
                pass
            case Blend():
                elementwise["blend"] += width
            case _:
                elementwise[type(operation).__name__.lower()] += width
    return Counts(
        macs=macs,
        elementwise=dict(elementwise),
        parameters=sum(parameter.size for parameter in graph.parameters),
        state_samples=state,
        receptive_field=receptive_field(graph),
    )
