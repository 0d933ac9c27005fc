"""Remove nodes that the output does not depend on.

A2's last layer1x1 is one: the file holds its weights, but no layer reads what it makes.
"""

from dataclasses import replace

from triode.compiler.passes.rewrite import Float64Parameters, Rewrite, identity
from triode.graph import Graph, Input

__all__ = ["remove_dead"]


def remove_dead(graph: Graph) -> Rewrite:
    """Keep the input and what leads to the output."""
    alive = {graph.output}
    for node in reversed(graph.nodes):
        if node.name in alive or isinstance(node.operation, Input):
            alive.update(node.inputs, {node.name})
    if len(alive) == len(graph.nodes):
        return identity(graph)
    kept = replace(graph, nodes=tuple(node for node in graph.nodes if node.name in alive))
    names = {parameter.name for parameter in kept.parameters}

    def fold(parameters: Float64Parameters) -> Float64Parameters:
        return {name: value for name, value in parameters.items() if name in names}

    return Rewrite(kept, fold)
