"""Fold a scale (head_scale) into the convolution before it.

Scales that follow anything else stay as they are.
"""

from triode.compiler.passes.rewrite import Float64Parameters, Rewrite, retarget, uses
from triode.graph import Conv, Graph, Scale

__all__ = ["fold_scale"]


def fold_scale(graph: Graph) -> Rewrite:
    """Multiply the weights and the bias of a convolution that only a scale reads."""
    by_name = {node.name: node for node in graph.nodes}
    count = uses(graph)
    into = {
        node.name: node.inputs[0]
        for node in graph.nodes
        if isinstance(node.operation, Scale)
        and isinstance(by_name[node.inputs[0]].operation, Conv)
        and count[node.inputs[0]] == 1
    }
    nodes = [node for node in graph.nodes if node.name not in into]

    def fold(parameters: Float64Parameters) -> Float64Parameters:
        result = dict(parameters)
        for scale, conv in into.items():
            value = result.pop(f"{scale}.value")[0]
            for part in ("weight", "bias"):
                if f"{conv}.{part}" in result:
                    result[f"{conv}.{part}"] = result[f"{conv}.{part}"] * value
        return result

    return Rewrite(retarget(graph, nodes, into), fold)
