"""A network cut into parts that train one after the other, each over a whole batch of windows.

Most networks are one part. Three operations are parts of their own: LSTMs, whose frames depend on
each other; batchnorm, which in training wants to know all windows before it changes one; and long
impulse responses. What lies between them are *pieces*: graphs that have a gradient graph.

Batchnorm is two things. `Statistics` takes mean and variance of a value over all windows and
frames; with them it is a convolution per channel, (x - mean) / sqrt(variance + eps) * weight + bias
= x * scale + shift, which joins the piece that reads it.
"""

from dataclasses import dataclass

from triode.compiler.emit.segment_recurrent import MOST_LAYERS
from triode.compiler.passes.remove_dead import remove_dead
from triode.compiler.passes.rewrite import uses
from triode.graph import BatchNorm, Conv, Fir, Graph, GraphBuilder, Lstm, Node, Operation, Slice

__all__ = ["Part", "Piece", "RecurrentStack", "Response", "Statistics", "split_in_parts"]


@dataclass(frozen=True)
class Piece:
    """Nodes that have a gradient graph.

    Attributes:
        graph: Its input is the sources' channels, one source after the other.
        sources: Values of the network.
        reaches: By source the past frames of it that one frame of the output depends on.
        output: The value of the network that it makes.
    """

    graph: Graph
    sources: tuple[str, ...]
    reaches: tuple[int, ...]
    output: str


@dataclass(frozen=True)
class RecurrentStack:
    """LSTM nodes, each reading the one before, and the 1x1 convolution of the last, if any."""

    layers: tuple[Node, ...]
    head: Node | None

    @property
    def source(self) -> str:
        """The value that it reads."""
        return self.layers[0].inputs[0]

    @property
    def sources(self) -> tuple[str, ...]:
        """The same, as other parts have it."""
        return (self.source,)

    @property
    def output(self) -> str:
        """The value that it makes."""
        return (self.head or self.layers[-1]).name

    @property
    def cells(self) -> tuple[Lstm, ...]:
        """The operations of `layers`."""
        return tuple(node.operation for node in self.layers if isinstance(node.operation, Lstm))

    @property
    def output_channels(self) -> int:
        """Width of the output."""
        if self.head is not None and isinstance(self.head.operation, Conv):
            return self.head.operation.out_channels
        return self.cells[-1].hidden_size

    @property
    def names(self) -> tuple[str, ...]:
        """Its parameters, in node order."""
        nodes = self.layers if self.head is None else (*self.layers, self.head)
        return tuple(
            f"{node.name}.{suffix}" for node in nodes for suffix in node.operation.parameters()
        )


@dataclass(frozen=True)
class Statistics:
    """Mean and variance that the batchnorm `node` needs of its input."""

    node: Node

    @property
    def source(self) -> str:
        """The value that it looks at."""
        return self.node.inputs[0]

    @property
    def sources(self) -> tuple[str, ...]:
        """The same, as other parts have it."""
        return (self.source,)


@dataclass(frozen=True)
class Response:
    """The impulse response `fir`."""

    fir: Fir
    source: str
    output: str

    @property
    def sources(self) -> tuple[str, ...]:
        """The same, as other parts have it."""
        return (self.source,)


Part = Piece | RecurrentStack | Statistics | Response


def split_in_parts(network: Graph) -> tuple[Part, ...]:
    """The parts of `network` in an order in which each finds its sources made.

    What the output does not need is left out.
    """
    graph = remove_dead(network).graph
    stacks = _stacks(graph)
    last = {stack.output: stack for stack in stacks}
    inside = {node.name for stack in stacks for node in stack.layers} | last.keys()
    borders = {graph.input.name, graph.output, *last}
    for node in graph.nodes:
        if isinstance(node.operation, BatchNorm | Fir):
            borders.add(node.inputs[0])
        if isinstance(node.operation, Fir):
            borders.add(node.name)
    borders |= {stack.source for stack in stacks}
    parts: list[Part] = []
    for node in graph.nodes:
        if isinstance(node.operation, BatchNorm):
            parts.append(Statistics(node))
        if node.name in last:
            parts.append(last[node.name])
        elif isinstance(node.operation, Fir):
            parts.append(Response(node.operation, node.inputs[0], node.name))
        elif node.name in borders - {graph.input.name} and node.name not in inside:
            parts.append(_piece(graph, node.name, borders - {node.name}))
    return tuple(parts)


def _stacks(graph: Graph) -> list[RecurrentStack]:
    """Every LSTM in one stack, with what follows it as far as nothing else reads what is between.

    The deployed player's fast functions are left to the rules of pieces, which have none for them.
    """
    readers: dict[str, list[Node]] = {name: [] for name in graph.widths}
    for node in graph.nodes:
        for name in node.inputs:
            readers[name].append(node)
    count = uses(graph)
    stacks: list[RecurrentStack] = []
    taken: set[str] = set()
    for node in graph.nodes:
        if node.name in taken or not _is_cell(node):
            continue
        layers, head = [node], None
        while count[layers[-1].name] == 1 and readers[layers[-1].name]:
            (reader,) = readers[layers[-1].name]
            operation = reader.operation
            if isinstance(operation, Conv) and operation.kernel_size == operation.groups == 1:
                head = reader
            elif _is_cell(reader) and len(layers) < MOST_LAYERS:
                layers.append(reader)
                continue
            break
        taken.update(one.name for one in layers)
        stacks.append(RecurrentStack(tuple(layers), head))
    return stacks


def _is_cell(node: Node) -> bool:
    return isinstance(node.operation, Lstm) and not node.operation.fast


def _piece(graph: Graph, output: str, borders: set[str]) -> Piece:
    """The nodes from the nearest borders to `output`."""
    by_name = {node.name: node for node in graph.nodes}
    members: set[str] = set()
    sources: set[str] = set()
    waiting = [output]
    while waiting:
        name = waiting.pop()
        if name in borders:
            sources.add(name)
        elif name not in members:
            members.add(name)
            waiting.extend(by_name[name].inputs)
    ordered = [name for name in graph.widths if name in sources]
    builder = GraphBuilder()
    signal = builder.input(sum(graph.widths[name] for name in ordered))
    renamed, start = {ordered[0]: signal}, 0
    if len(ordered) > 1:
        for number, name in enumerate(ordered):
            part = Slice(start=start, stop=start + graph.widths[name])
            renamed[name] = builder.add(f"source{number}", part, signal)
            start = part.stop
    for node in graph.nodes:
        if node.name in members:
            inputs = (renamed.get(name, name) for name in node.inputs)
            builder.add(node.name, _without_statistics(node), *inputs)
    piece = builder.build(output)
    return Piece(piece, tuple(ordered), _reaches(graph, members, ordered, output), output)


def _without_statistics(node: Node) -> Operation:
    """A batchnorm as the convolution that it is once mean and variance are known."""
    if isinstance(node.operation, BatchNorm):
        channels = node.operation.channels
        return Conv(in_channels=channels, out_channels=channels, groups=channels)
    return node.operation


def _reaches(graph: Graph, members: set[str], sources: list[str], output: str) -> tuple[int, ...]:
    """The longest sum of lookbacks from each source to the output."""
    reach = {output: 0}
    for node in reversed(graph.nodes):
        if node.name in members and node.name in reach:
            for name in node.inputs:
                through = reach[node.name] + node.operation.lookback
                reach[name] = max(reach.get(name, 0), through)
    return tuple(reach[name] for name in sources)
