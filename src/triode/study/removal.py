"""What an operation costs inside a fused layer: the same network without it, timed beside it.

An operation that passes its input on unchanged takes no time, and its neighbours are fused as
before. Where an operation changes the width (a bottleneck's 1x1, an input mixin) nothing can take
its place, and it is left out of the list.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from triode.graph import Activation, Add, Conv, Graph, Node
from triode.study.cost import measure_costs
from triode.study.record import Cost

__all__ = ["Removal", "measure_removals", "removable", "without"]

_WHOLE = "everything"


@dataclass(frozen=True, kw_only=True)
class Removal:
    """A kind of operation and what leaving out all of its kind saves.

    Attributes:
        kind: "activation", "layer1x1" and so on: the last part of the nodes' names.
        operations: How many there are.
        ns_per_sample: What is saved, by the medians; below zero is noise.
        share: The same as a share of the whole.
    """

    kind: str
    operations: int
    ns_per_sample: float
    share: float


def measure_removals(
    graph: Graph,
    engine: str = "host-c",
    *,
    seconds: float = 1.0,
    told: Callable[[str], None] = lambda _: None,
) -> tuple[Cost, tuple[Removal, ...]]:
    """Time a network whole and without each kind of operation, in turns.

    Args:
        graph: The network.
        engine: As for `measure_costs`.
        seconds: About how long to time each.
        told: Hears what is being done.

    Returns:
        The cost of the whole, and what each kind saves, dearest first.

    Raises:
        CompileError: There is no compiler, or it failed.
    """
    kinds = removable(graph)
    graphs = {_WHOLE: graph} | {kind: without(graph, names) for kind, names in kinds.items()}
    costs = measure_costs(graphs, engine, seconds=seconds, told=told)
    whole = costs[_WHOLE]
    found = [
        Removal(
            kind=kind,
            operations=len(names),
            ns_per_sample=whole.ns_per_sample - costs[kind].ns_per_sample,
            share=1.0 - costs[kind].ns_per_sample / whole.ns_per_sample,
        )
        for kind, names in kinds.items()
    ]
    return whole, tuple(sorted(found, key=lambda one: -one.ns_per_sample))


def removable(graph: Graph) -> dict[str, frozenset[str]]:
    """The nodes that can be taken out, by kind.

    Activations, and convolutions of one tap that keep their width.
    """
    kinds: dict[str, set[str]] = {}
    for node in graph.nodes:
        match node.operation:
            case Activation():
                pass
            case Conv(kernel_size=1) as conv if conv.in_channels == conv.out_channels:
                pass
            case _:
                continue
        kinds.setdefault(node.name.rpartition(".")[2], set()).add(node.name)
    return {kind: frozenset(names) for kind, names in kinds.items()}


def without(graph: Graph, names: frozenset[str]) -> Graph:
    """`graph` with these nodes' readers reading what they read.

    A sum of twice the same value, which taking out a residual's 1x1 may leave, stays a sum.
    """
    renamed: dict[str, str] = {}
    kept: list[Node] = []
    for node in graph.nodes:
        inputs = tuple(renamed.get(name, name) for name in node.inputs)
        if node.name in names and not isinstance(node.operation, Add):
            renamed[node.name] = inputs[0]
        else:
            kept.append(replace(node, inputs=inputs))
    output = renamed.get(graph.output, graph.output)
    return Graph(tuple(kept), output, graph.settle_seconds)
