"""The graph: nodes, each after its inputs, and the parameters they own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
import numpy.typing as npt

from triode.errors import GraphError
from triode.graph.operations import Input, Operation

__all__ = ["Graph", "Node", "Parameter", "Parameters", "check_parameters"]

_NAME = re.compile(r"\w+(\.\w+)*", re.ASCII)

Parameters = Mapping[str, npt.NDArray[np.floating]]


@dataclass(frozen=True)
class Node:
    """One value of the graph: the result of `operation` on the values of the nodes `inputs`."""

    name: str
    operation: Operation
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parameter:
    """A named tensor of the graph."""

    name: str
    shape: tuple[int, ...]
    trainable: bool = True

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)


@dataclass(frozen=True)
class Graph:
    """A network. Verified when made: every graph that exists obeys the rules of its operations.

    Attributes:
        nodes: Each after its inputs; exactly one is an `Input`.
        output: Name of the node whose value leaves the graph.
        settle_seconds: Extra silence, beyond the receptive field, after which the state counts as
            settled: 0 for everything but LSTMs, whose memory has no end.

    Raises:
        GraphError: A rule is broken; the message names the node.
    """

    nodes: tuple[Node, ...]
    output: str
    settle_seconds: float = 0.0

    def __post_init__(self) -> None:
        if sum(isinstance(node.operation, Input) for node in self.nodes) != 1:
            raise GraphError("a graph needs exactly one input node")
        if self.output not in self.widths:
            raise GraphError("the output is not a node", where=self.output)

    @cached_property
    def widths(self) -> dict[str, int]:
        """Channels of every node's value."""
        widths: dict[str, int] = {}
        for node in self.nodes:
            if not _NAME.fullmatch(node.name):
                raise GraphError(
                    "the node's name cannot be written down",
                    where=repr(node.name),
                    expected="letters, digits and underscores, in parts joined by dots",
                )
            if node.name in widths:
                raise GraphError("two nodes have the same name", where=node.name)
            for name in node.inputs:
                if name not in widths:
                    raise GraphError(
                        "an input is not defined before its use", where=node.name, got=name
                    )
            try:
                widths[node.name] = node.operation.output_channels(
                    tuple(widths[name] for name in node.inputs)
                )
            except GraphError as error:
                raise GraphError(
                    error.problem, where=node.name, expected=error.expected, got=error.got
                ) from error
        return widths

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every parameter, in node order."""
        return tuple(
            Parameter(f"{node.name}.{suffix}", spec.shape, spec.trainable)
            for node in self.nodes
            for suffix, spec in node.operation.parameters().items()
        )

    @property
    def input(self) -> Node:
        """The node through which the signal enters."""
        return next(node for node in self.nodes if isinstance(node.operation, Input))

    @property
    def input_channels(self) -> int:
        """Channels of the signal that enters."""
        return self.widths[self.input.name]

    @property
    def output_channels(self) -> int:
        """Channels of the signal that leaves."""
        return self.widths[self.output]


def check_parameters(graph: Graph, parameters: Parameters) -> None:
    """Check that `parameters` holds exactly the tensors of `graph`, in the right shapes.

    Raises:
        GraphError: One is missing, too many or misshapen; the message names it.
    """
    wanted = {parameter.name: parameter.shape for parameter in graph.parameters}
    for name in sorted(wanted.keys() ^ parameters.keys()):
        problem = "the parameter is missing" if name in wanted else "no node owns this parameter"
        raise GraphError(problem, where=name)
    for name, shape in wanted.items():
        if parameters[name].shape != shape:
            raise GraphError(
                "the parameter has the wrong shape",
                where=name,
                expected=shape,
                got=parameters[name].shape,
            )
