"""Fold batchnorm into the convolution before it, or turn it into a per-channel convolution.

y = (conv(x) - mean) * f + bias, with f = weight / sqrt(var + eps) per output channel, is the
convolution with weight * f and (its bias - mean) * f + bias.
"""

from dataclasses import replace

import numpy as np

from triode.compiler.passes.rewrite import Float64Parameters, Rewrite, retarget, uses
from triode.graph import BatchNorm, Conv, Graph, Node

__all__ = ["fold_batchnorm"]


def fold_batchnorm(graph: Graph) -> Rewrite:
    """Leave no batchnorm in the graph."""
    by_name = {node.name: node for node in graph.nodes}
    count = uses(graph)
    nodes: list[Node] = []
    renamed: dict[str, str] = {}
    into: dict[str, str] = {}
    for node in graph.nodes:
        if not isinstance(node.operation, BatchNorm):
            nodes.append(node)
            continue
        before = by_name[node.inputs[0]]
        if isinstance(before.operation, Conv) and count[before.name] == 1:
            place = next(i for i, other in enumerate(nodes) if other.name == before.name)
            nodes[place] = replace(before, operation=replace(before.operation, bias=True))
            renamed[node.name] = before.name
            into[node.name] = before.name
        else:
            width = node.operation.channels
            own = Conv(in_channels=width, out_channels=width, groups=width)
            nodes.append(replace(node, operation=own))
            into[node.name] = node.name

    def fold(parameters: Float64Parameters) -> Float64Parameters:
        result = dict(parameters)
        for norm, conv in into.items():
            mean, var, weight, bias, eps = (
                result.pop(f"{norm}.{part}")
                for part in ("running_mean", "running_var", "weight", "bias", "eps")
            )
            factor = weight / np.sqrt(var + eps)
            old_weight = result.get(f"{conv}.weight", np.ones((len(factor), 1, 1)))
            old_bias = result.get(f"{conv}.bias", np.zeros(len(factor)))
            result[f"{conv}.weight"] = old_weight * factor[:, None, None]
            result[f"{conv}.bias"] = (old_bias - mean) * factor + bias
        return result

    return Rewrite(retarget(graph, nodes, renamed), fold)
