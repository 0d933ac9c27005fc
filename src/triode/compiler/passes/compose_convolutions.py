"""Let a convolution read past the 1x1 convolution before it where that costs less.

A WaveNet's first layer convolves 8 channels that a 1x1 made out of one: composed, it convolves the
one. Only 1x1 convolutions without bias and without groups are looked through; the 1x1 itself stays
for its other readers.
"""

from dataclasses import replace

import numpy as np

from triode.compiler.passes.rewrite import Float64Parameters, Rewrite, retarget
from triode.graph import Conv, Graph, Node

__all__ = ["compose_convolutions"]


def compose_convolutions(graph: Graph) -> Rewrite:
    """Compose W(k) after P into (W P)(k) for convolutions with a past and narrower sources."""
    by_name = {node.name: node for node in graph.nodes}
    composed: dict[str, str] = {}
    nodes: list[Node] = []
    for node in graph.nodes:
        before = by_name[node.inputs[0]] if node.inputs else node
        conv, source = node.operation, before.operation
        if isinstance(conv, Conv) and isinstance(source, Conv) and _worthwhile(conv, source):
            composed[node.name] = before.name
            narrow = replace(conv, in_channels=source.in_channels)
            nodes.append(Node(node.name, narrow, before.inputs))
        else:
            nodes.append(node)

    def fold(parameters: Float64Parameters) -> Float64Parameters:
        result = dict(parameters)
        for name, before in composed.items():
            wide, pointwise = parameters[f"{name}.weight"], parameters[f"{before}.weight"][..., 0]
            result[f"{name}.weight"] = np.einsum("omk,mi->oik", wide, pointwise)
        return result

    return Rewrite(retarget(graph, nodes, {}), fold)


def _worthwhile(conv: Conv, source: Conv) -> bool:
    return (
        conv.lookback > 0
        and conv.groups == 1
        and source.kernel_size == 1
        and source.groups == 1
        and not source.bias
        and source.in_channels < source.out_channels
    )
