"""Turn impulse responses into what the emitter makes code for.

A short one becomes an ordinary convolution. A long one is cut in two: its first block, which has to
answer at once, becomes a convolution; the rest, which has a block of time to answer, stays a `Fir`
with that delay and is computed by Fourier transforms.
"""

from dataclasses import replace

import numpy as np

from triode.compiler.passes.rewrite import Float64Parameters, Rewrite, identity
from triode.graph import Add, Conv, Fir, Graph, Node

__all__ = ["DIRECT_TAPS", "FIR_BLOCK", "split_fir"]

FIR_BLOCK = 256
"""Frames per partition of the long part."""

DIRECT_TAPS = 768
"""Responses up to this length are convolved directly; beyond it the transforms are faster."""


def split_fir(graph: Graph) -> Rewrite:
    """Leave only `Fir` nodes with a delay of one block and without bias."""
    if not any(isinstance(node.operation, Fir) for node in graph.nodes):
        return identity(graph)
    nodes: list[Node] = []
    heads: dict[str, int] = {}
    tails: dict[str, str] = {}
    renamed: dict[str, str] = {}
    for node in graph.nodes:
        inputs = tuple(renamed.get(name, name) for name in node.inputs)
        fir = node.operation
        if not isinstance(fir, Fir) or fir.delay:
            nodes.append(replace(node, inputs=inputs))
            continue
        short = fir.taps <= DIRECT_TAPS
        heads[node.name] = fir.taps if short else FIR_BLOCK
        head = Conv(in_channels=1, out_channels=1, kernel_size=heads[node.name], bias=fir.bias)
        nodes.append(Node(node.name, head, inputs))
        if not short:
            tail, whole = f"{node.name}.tail", f"{node.name}.whole"
            rest = Fir(taps=fir.taps - FIR_BLOCK, delay=FIR_BLOCK)
            nodes.append(Node(tail, rest, inputs))
            nodes.append(Node(whole, Add(), (node.name, tail)))
            tails[node.name], renamed[node.name] = tail, whole

    def fold(parameters: Float64Parameters) -> Float64Parameters:
        result = dict(parameters)
        for name, taps in heads.items():
            response = parameters[f"{name}.weight"]
            result[f"{name}.weight"] = np.ascontiguousarray(response[None, None, taps - 1 :: -1])
            if name in tails:
                result[f"{tails[name]}.weight"] = response[taps:]
        return result

    output = renamed.get(graph.output, graph.output)
    return Rewrite(replace(graph, nodes=tuple(nodes), output=output), fold)
