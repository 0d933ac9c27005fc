"""Which module trains a network: compiled wherever that is possible, torch elsewhere."""

import warnings

from triode.compiler.parts import Piece, split_in_parts
from triode.errors import CompileError, GraphError
from triode.graph import Graph, Parameters
from triode.graph.torch_mapping import TorchGraph
from triode.runtime import SlowPathWarning
from triode.training.compiled_parts import CompiledParts
from triode.training.kernels import CompiledGraph

__all__ = ["trainable_module"]


def trainable_module(graph: Graph, parameters: Parameters, *, device: str = "cpu") -> TorchGraph:
    """The fastest module that trains `graph` on `device`.

    That is compiled code on the CPU, and torch on other devices or for a graph without a compiled
    gradient. Without a working C compiler it is torch too, with a `SlowPathWarning`.
    """
    if device == "cpu":
        try:
            whole = all(isinstance(part, Piece) for part in split_in_parts(graph))
            return (CompiledGraph if whole else CompiledParts)(graph, parameters)
        except GraphError:
            pass
        except CompileError as error:
            warnings.warn(f"Training takes several times longer: {error}", SlowPathWarning, 2)
    return TorchGraph(graph, parameters).to(device)
