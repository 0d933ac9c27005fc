"""One idea: a network is a graph, defined once.

The operations, the verified `Graph`, its interpreter (the definition of what each operation
computes), its counts and its text form. Training, playing and compiling are derived from it.
`triode.graph.torch_mapping` is kept out of this namespace so that importing it stays light.
"""

from triode.graph.activations import (
    ACTIVATIONS,
    apply_activation,
    apply_derivative,
    derivative_from_output,
)
from triode.graph.builder import GraphBuilder
from triode.graph.counts import Counts, counts, receptive_field, settle_samples
from triode.graph.graph import Graph, Node, Parameter, Parameters, check_parameters
from triode.graph.interpreter import interpret
from triode.graph.operations import (
    Activation,
    ActivationGradient,
    Add,
    BatchNorm,
    Blend,
    Concat,
    Conv,
    Fir,
    Input,
    Lstm,
    Mul,
    Operation,
    ParameterSpec,
    Scale,
    Slice,
)
from triode.graph.substitute import substitute_activations
from triode.graph.text import parse_graph, print_graph

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "ActivationGradient",
    "Add",
    "BatchNorm",
    "Blend",
    "Concat",
    "Conv",
    "Counts",
    "Fir",
    "Graph",
    "GraphBuilder",
    "Input",
    "Lstm",
    "Mul",
    "Node",
    "Operation",
    "Parameter",
    "ParameterSpec",
    "Parameters",
    "Scale",
    "Slice",
    "apply_activation",
    "apply_derivative",
    "check_parameters",
    "counts",
    "derivative_from_output",
    "interpret",
    "parse_graph",
    "print_graph",
    "receptive_field",
    "settle_samples",
    "substitute_activations",
]
