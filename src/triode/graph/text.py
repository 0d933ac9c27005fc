"""Graphs as text, one node a line, and back.

    input = input() channels=1
    conv = conv(input) in_channels=1 out_channels=8 kernel_size=3 dilation=2 groups=1 bias=True
    return conv

Fields are Python literals without spaces, so that printing and parsing share one rule.
"""

import ast
import re
from dataclasses import fields

from triode.errors import GraphError
from triode.graph import operations
from triode.graph.graph import Graph, Node
from triode.graph.operations import Operation

__all__ = ["parse_graph", "print_graph"]

_OPERATIONS: dict[str, type] = {
    getattr(operations, name).__name__.lower(): getattr(operations, name)
    for name in operations.__all__
    if name not in {"Operation", "ParameterSpec"}
}
_NUMBER = r"\d+(\.\d+)?(e[+-]?\d+)?"
_RETURN = re.compile(rf"return (?P<output>\S+)( settle_seconds=(?P<settle>{_NUMBER}))?")


def print_graph(graph: Graph) -> str:
    """The text form of `graph`, ending with a newline."""
    lines = [_line(node) for node in graph.nodes]
    settle = f" settle_seconds={graph.settle_seconds!r}" if graph.settle_seconds else ""
    return "\n".join([*lines, f"return {graph.output}{settle}", ""])


def parse_graph(text: str) -> Graph:
    """The graph that `text` describes.

    Raises:
        GraphError: A line is not of the form above, or the graph breaks a rule.
    """
    lines = [
        (line.strip(), f"line {number}")
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip()
    ]
    ending = _RETURN.fullmatch(lines[-1][0]) if lines else None
    if ending is None:
        raise GraphError("the text does not end with a return line")
    nodes = tuple(_node(line, where) for line, where in lines[:-1])
    return Graph(nodes, ending["output"], float(ending["settle"] or 0.0))


def _line(node: Node) -> str:
    operation = node.operation
    options = "".join(
        f" {entry.name}={getattr(operation, entry.name)!r}".replace(", ", ",")
        for entry in fields(operation)
    )
    name = type(operation).__name__.lower()
    return f"{node.name} = {name}({', '.join(node.inputs)}){options}"


def _node(line: str, where: str) -> Node:
    try:
        name, definition = line.split(" = ", 1)
        kind, rest = definition.split("(", 1)
        inputs, options = rest.split(")", 1)
        values = {}
        for option in options.split():
            key, value = option.split("=", 1)
            values[key] = ast.literal_eval(value)
        operation: Operation = _OPERATIONS[kind](**values)
    except (ValueError, KeyError, TypeError, SyntaxError) as error:
        raise GraphError(
            "the line is not a node",
            where=where,
            expected="name = kind(inputs) key=value",
            got=line,
        ) from error
    return Node(name, operation, tuple(inputs.replace(",", " ").split()))
