"""Replace FiLMs that do not depend on their condition by what they are then: constants.

A FiLM whose weights are all zero scales and shifts by its biases, whatever the condition. That is
so in one capture and not in another of the same shape, so this rewrite comes before the compiler,
for one capture, and the artifact is that of the smaller graph. A scale of one and a shift of zero
vanish; others become diagonal convolutions, which `fold_diagonal` moves into their neighbours.
"""

import numpy as np

from triode.compiler.passes.fold_diagonal import diagonal
from triode.compiler.passes.rewrite import Float64Parameters, Rewrite, identity, retarget
from triode.graph import Add, Conv, Graph, Mul, Node, Parameters, Slice

__all__ = ["fold_constant_films"]

_Part = tuple[str, slice]
"""A FiLM's convolution, and which of its channels."""


def fold_constant_films(graph: Graph, parameters: Parameters) -> Rewrite:
    """The graph of the capture with these parameters, free of constant FiLMs.

    The result holds for all parameters with the same zero weights and the same neutral biases.
    """
    constants = _constants(graph, parameters)
    if not constants:
        return identity(graph)
    nodes: list[Node] = []
    renamed: dict[str, str] = {}
    scales: dict[str, _Part] = {}
    shifts: dict[str, _Part] = {}
    for node in graph.nodes:
        fixed = [name for name in node.inputs if name in constants]
        if not isinstance(node.operation, Mul | Add) or len(fixed) != 1:
            nodes.append(node)
            continue
        film, channels = constants[fixed[0]]
        source = next(name for name in node.inputs if name != fixed[0])
        is_shift = isinstance(node.operation, Add)
        if np.all(parameters[f"{film}.bias"][channels] == (0.0 if is_shift else 1.0)):
            renamed[node.name] = renamed.get(source, source)
        else:
            (shifts if is_shift else scales)[node.name] = (film, channels)
            operation = diagonal(graph.widths[node.name], bias=is_shift)
            nodes.append(Node(node.name, operation, (source,)))

    def fold(values: Float64Parameters) -> Float64Parameters:
        result = dict(values)
        for name, (film, channels) in scales.items():
            result[f"{name}.weight"] = values[f"{film}.bias"][channels, None, None]
        for name, (film, channels) in shifts.items():
            result[f"{name}.bias"] = values[f"{film}.bias"][channels]
            result[f"{name}.weight"] = np.ones_like(result[f"{name}.bias"])[:, None, None]
        return result

    return Rewrite(retarget(graph, nodes, renamed), fold)


def _constants(graph: Graph, parameters: Parameters) -> dict[str, _Part]:
    """Every value that is made by a FiLM's convolution and does not change."""
    parts: dict[str, _Part] = {}
    for node in graph.nodes:
        match node.operation:
            case Conv(kernel_size=1, bias=True):
                parts[node.name] = (node.name, slice(0, graph.widths[node.name]))
            case Slice(start=start, stop=stop) if node.inputs[0] in parts:
                film, whole = parts[node.inputs[0]]
                parts[node.name] = (film, slice(whole.start + start, whole.start + stop))
    factors = [node.inputs for node in graph.nodes if isinstance(node.operation, Mul)]
    films = {parts[name][0] for names in factors for name in names if name in parts}
    return {
        name: (film, channels)
        for name, (film, channels) in parts.items()
        if film in films and not np.any(parameters[f"{film}.weight"][channels])
    }
