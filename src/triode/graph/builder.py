"""A small helper with which architectures write their graphs down."""

from triode.graph.graph import Graph, Node
from triode.graph.operations import Input, Operation

__all__ = ["GraphBuilder"]


class GraphBuilder:
    """Collects nodes in order; each method returns the new node's name."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []

    def input(self, channels: int) -> str:
        """Add the node through which the signal enters."""
        return self.add("input", Input(channels=channels))

    def add(self, name: str, operation: Operation, *inputs: str) -> str:
        """Add a node."""
        self._nodes.append(Node(name, operation, inputs))
        return name

    def inline(self, graph: Graph, prefix: str, source: str) -> str:
        """Add all nodes of `graph`, named `prefix`.name, fed by `source`; return its output."""
        names = {graph.input.name: source}
        for node in graph.nodes:
            if node is not graph.input:
                names[node.name] = f"{prefix}.{node.name}"
                inputs = tuple(names[name] for name in node.inputs)
                self.add(names[node.name], node.operation, *inputs)
        return names[graph.output]

    def build(self, output: str, *, settle_seconds: float = 0.0) -> Graph:
        """The verified graph whose result is the node `output`."""
        return Graph(tuple(self._nodes), output, settle_seconds)
