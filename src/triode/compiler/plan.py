"""The schedule: which nodes run together, which values live in memory, and where.

Work is done in stages. A stage walks over a chunk of frames tile by tile and evaluates its nodes
with everything in registers. Values leave a stage in one of two ways:

- a *ring* keeps the past of a value that a convolution looks back into;
- a *scratch* row keeps one chunk of a value that a later stage reads at the same frames.

A convolution with a past starts a new stage after the one that makes its input. Other nodes run in
the stage of their inputs, or later, beside their reader, where that leaves fewer values to store.
"""

from collections import defaultdict
from dataclasses import dataclass

from triode.graph import Fir, Graph, Input, Lstm, Node, Slice

__all__ = ["Plan", "Ring", "Stage", "make_plan"]


@dataclass(frozen=True)
class Ring:
    """The remembered past of one value: `lookback` frames of `channels` rows."""

    value: str
    channels: int
    lookback: int


@dataclass(frozen=True)
class Stage:
    """Nodes evaluated together, in order; a stage with an LSTM or a long FIR holds only that."""

    nodes: tuple[Node, ...]

    @property
    def sequential(self) -> bool:
        """Whether the stage is one recurrent or long-convolution node with a loop of its own."""
        return len(self.nodes) == 1 and isinstance(self.nodes[0].operation, Lstm | Fir)


@dataclass(frozen=True)
class Plan:
    """The whole schedule.

    Attributes:
        graph: The graph it was made for.
        stages: In order of execution; the input itself is no stage.
        rings: By value name, in the order in which they are written.
        scratch: Row of the first channel of each value that crosses stages without a ring.
        scratch_rows: How many rows of one chunk the scratch takes.
    """

    graph: Graph
    stages: tuple[Stage, ...]
    rings: dict[str, Ring]
    scratch: dict[str, int]
    scratch_rows: int


def make_plan(graph: Graph) -> Plan:
    """Schedule `graph`."""
    position = _positions(graph)
    stages = _stages(graph, position)
    rings = {
        name: Ring(name, graph.widths[name], max(lookbacks))
        for name, lookbacks in _lookbacks(graph).items()
    }
    scratch, rows = _scratch(graph, stages, rings)
    return Plan(graph, stages, rings, scratch, rows)


def _lookbacks(graph: Graph) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for node in graph.nodes:
        if node.operation.lookback and not isinstance(node.operation, Fir):
            found[node.inputs[0]].append(node.operation.lookback)
    return found


def _starts_stage(node: Node) -> bool:
    return node.operation.lookback > 0 or isinstance(node.operation, Lstm | Fir)


def _ends_stage(node: Node) -> bool:
    return isinstance(node.operation, Lstm | Fir)


def _positions(graph: Graph) -> dict[str, int]:
    """The stage number of every node: as early as possible, then later where that stores less."""
    position: dict[str, int] = {}
    readers: dict[str, list[Node]] = defaultdict(list)
    by_name = {node.name: node for node in graph.nodes}
    for node in graph.nodes:
        earliest = max(
            (position[name] + _ends_stage(by_name[name]) for name in node.inputs), default=0
        )
        position[node.name] = earliest + (1 if _starts_stage(node) else 0)
        for name in node.inputs:
            readers[name].append(node)
    free = {*_lookbacks(graph), graph.input.name}
    for node in reversed(graph.nodes):
        if isinstance(node.operation, Input) or not readers[node.name]:
            continue
        latest = min(
            position[reader.name] - _starts_stage(reader) for reader in readers[node.name]
        ) - _ends_stage(node)
        if latest <= position[node.name]:
            continue
        cone = _cone(node, by_name, readers)
        gained = 0 if node.name in free else graph.widths[node.name]
        paid = sum(
            graph.widths[name]
            for name in {name for member in cone for name in by_name[member].inputs} - cone - free
            if all(
                reader.name in cone or position[reader.name] <= position[name]
                for reader in readers[name]
            )
        )
        # A slice holds nothing that its source does not; gone late, it lets its source follow.
        if isinstance(node.operation, Slice) or paid < gained:
            position.update(dict.fromkeys(cone, latest))
    return position


def _cone(node: Node, by_name: dict[str, Node], readers: dict[str, list[Node]]) -> set[str]:
    """`node` and all that is computed for it alone and could move with it; a slice moves alone."""
    cone = {node.name}
    waiting = [] if _starts_stage(node) or isinstance(node.operation, Slice) else [node]
    while waiting:
        for name in waiting.pop().inputs:
            before = by_name[name]
            alone = all(reader.name in cone for reader in readers[name])
            if alone and not (_starts_stage(before) or isinstance(before.operation, Input)):
                cone.add(name)
                waiting.append(before)
    return cone


def _stages(graph: Graph, position: dict[str, int]) -> tuple[Stage, ...]:
    grouped: dict[int, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        if not isinstance(node.operation, Input):
            grouped[position[node.name]].append(node)
    stages: list[Stage] = []
    for number in sorted(grouped):
        alone = [node for node in grouped[number] if _ends_stage(node)]
        together = [node for node in grouped[number] if not _ends_stage(node)]
        stages.extend(Stage((node,)) for node in alone)
        if together:
            stages.append(Stage(tuple(together)))
    return tuple(stages)


def _scratch(
    graph: Graph, stages: tuple[Stage, ...], rings: dict[str, Ring]
) -> tuple[dict[str, int], int]:
    """Rows for crossing values; a row is free again in the stage that reads it last."""
    made = {graph.input.name: -1}
    last_read: dict[str, int] = {}
    sequential_reads: set[str] = set()
    sequential = {stage.nodes[0].name for stage in stages if stage.sequential}
    for number, stage in enumerate(stages):
        for node in stage.nodes:
            made[node.name] = number
            for name in node.inputs:
                direct = node.operation.lookback == 0 or isinstance(node.operation, Fir)
                if direct and made[name] < number:
                    last_read[name] = number
                    if stage.sequential:
                        sequential_reads.add(name)
    last_read[graph.output] = len(stages)
    last_read.setdefault(graph.input.name, 0)
    crossing = [
        name
        for name in made
        if (name in last_read or name in sequential)
        and (
            name not in rings
            or name in sequential_reads
            or name in sequential
            or name in {graph.input.name, graph.output}
        )
    ]
    rows: dict[str, int] = {}
    free: dict[int, list[int]] = defaultdict(list)
    total = 0
    for number in range(-1, len(stages)):
        for name in crossing:
            if (
                last_read.get(name) == number
                and name in rows
                and not _in_sequential(stages, number)
            ):
                free[graph.widths[name]].append(rows[name])
        for name in crossing:
            if made[name] == number:
                width = graph.widths[name]
                if free[width]:
                    rows[name] = free[width].pop()
                else:
                    rows[name] = total
                    total += width
    return rows, total


def _in_sequential(stages: tuple[Stage, ...], number: int) -> bool:
    return 0 <= number < len(stages) and stages[number].sequential
