"""What a pass returns: the new graph, and how its parameters follow from the old ones.

Passes run on shapes alone, so one compiled artifact serves every capture of an architecture;
`fold` runs on the values when a capture is loaded.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from triode.graph import Graph, Node, Parameters

__all__ = ["Fold", "Rewrite", "identity", "retarget", "uses"]

Float64Parameters = dict[str, npt.NDArray[np.float64]]
Fold = Callable[[Float64Parameters], Float64Parameters]


@dataclass(frozen=True)
class Rewrite:
    """A rewritten graph and the function from the old graph's parameters to its own."""

    graph: Graph
    fold: Fold

    def then(self, pass_: "Callable[[Graph], Rewrite]") -> "Rewrite":
        """This rewrite followed by another pass."""
        after = pass_(self.graph)

        def fold(parameters: Float64Parameters) -> Float64Parameters:
            return after.fold(self.fold(parameters))

        return Rewrite(after.graph, fold)

    def apply(self, parameters: Parameters) -> Float64Parameters:
        """The new graph's parameters, float64, from the original ones."""
        return self.fold(
            {name: np.asarray(value, np.float64) for name, value in parameters.items()}
        )


def identity(graph: Graph) -> Rewrite:
    """The rewrite that changes nothing."""
    return Rewrite(graph, lambda parameters: parameters)


def uses(graph: Graph) -> dict[str, int]:
    """How many times each node's value is read; leaving the graph counts as once."""
    count = dict.fromkeys(graph.widths, 0)
    count[graph.output] += 1
    for node in graph.nodes:
        for name in node.inputs:
            count[name] += 1
    return count


def retarget(graph: Graph, nodes: list[Node], renamed: dict[str, str]) -> Graph:
    """`graph` with these nodes, and readers of a key of `renamed` reading its value instead.

    Where nothing changes it is the same object, which needs no second verification.
    """
    moved = tuple(
        node
        if renamed.keys().isdisjoint(node.inputs)
        else replace(node, inputs=tuple(renamed.get(name, name) for name in node.inputs))
        for node in nodes
    )
    if not renamed and moved == graph.nodes:
        return graph
    return replace(graph, nodes=moved, output=renamed.get(graph.output, graph.output))
