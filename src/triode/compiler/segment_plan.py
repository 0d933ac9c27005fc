"""The schedule of training: a window forward, then backward, and where its values live.

A window is evaluated whole, chunk after chunk, so nothing wraps around: a value that is looked back
into, or that the backward pass needs, has a *plane* as long as the window. A value that only later
stages of the same chunk read has a row of scratch. Frames on which the output does not depend are
never computed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from triode.compiler.gradient import GradientGraph, Reduction, gradient_graph
from triode.compiler.passes.remove_dead import remove_dead
from triode.compiler.plan import Stage, make_plan
from triode.graph import Graph, Node, receptive_field

__all__ = ["Pass", "SegmentPlan", "make_segment_plan"]


@dataclass(frozen=True)
class Pass:
    """One direction.

    Attributes:
        stages: In order.
        first_frames: Per stage the first frame of a window that matters.
        planes: Number of the first channel's plane of every value that has planes; backward
            values have planes of their own, or take over those of a forward value.
        rows: Row of the first channel of every value that has scratch.
        row_count: How many scratch rows there are.
        given: Nodes that are values of the other direction, with those values' names.
        late: Values that go to scratch first and to their planes at the end of a stage, because
            those planes hold forward values that the stage still reads.
    """

    stages: tuple[Stage, ...]
    first_frames: tuple[int, ...]
    planes: dict[str, int]
    rows: dict[str, int]
    row_count: int
    given: dict[str, str]
    late: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SegmentPlan:
    """Both directions of one network.

    Attributes:
        graph: What is evaluated: the network without what its output does not need.
        gradient: Its gradient graph.
        forward, backward: The two schedules.
        plane_count: Planes of both.
        reductions: The parameter gradients that can be summed up before the first backward stage,
            then those after each stage.
        lookback: Longest look into the past of any convolution.
    """

    graph: Graph
    gradient: GradientGraph
    forward: Pass
    backward: Pass
    plane_count: int
    reductions: tuple[tuple[Reduction, ...], ...]
    lookback: int


def make_segment_plan(network: Graph, *, to_signal: bool = False) -> SegmentPlan:
    """Schedule training of `network`.

    Args:
        network: The network.
        to_signal: Whether the backward pass leaves the gradient of the input in planes, too.

    Raises:
        GraphError: It holds an operation without a gradient rule.
    """
    graph = remove_dead(network).graph
    gradient = gradient_graph(graph, to_signal=to_signal)
    needed = _needed_frames(graph)

    forward_stages = make_plan(graph).stages
    lasting = {*_looked_back(graph.nodes), *gradient.saved, graph.input.name}
    forward_planes = _number(graph, (name for name in graph.widths if name in lasting), 0)
    forward_count = sum(graph.widths[name] for name in forward_planes)
    rows, row_count = _rows(graph, forward_stages, set(forward_planes), {graph.output})
    forward = Pass(
        forward_stages,
        tuple(min(needed[node.name] for node in stage.nodes) for stage in forward_stages),
        forward_planes,
        rows,
        row_count,
        {},
    )

    turned = _without_collector(gradient.graph)
    given = {node: value for value, node in gradient.slices.items()}
    stages = tuple(
        Stage(kept)
        for stage in make_plan(turned).stages
        if (kept := tuple(node for node in stage.nodes if node.name not in given))
    )
    made = {node.name: number for number, stage in enumerate(stages) for node in stage.nodes}
    last = receptive_field(graph) - 1
    begins = _gradient_begins(turned, last)
    first_frames = tuple(min(begins[node.name] for node in stage.nodes) for stage in stages)
    sums: list[list[Reduction]] = [[] for _ in range(1 + len(stages))]
    for reduction in gradient.reductions:
        sums[1 + made.get(reduction.gradient, -1)].append(reduction)
    looked_back = [name for name in turned.widths if name in set(_looked_back(turned.nodes))]
    taken = _taken_over(looked_back, turned, stages, first_frames, sums, forward, given)
    signal = () if gradient.signal is None else (gradient.signal,)
    own_names = dict.fromkeys([*looked_back, *signal])
    own = _number(turned, (name for name in own_names if name not in taken), forward_count)
    backward_planes = own | {name: forward_planes[taken[name]] for name in taken}
    wanted = {reduction.gradient for reduction in gradient.reductions}
    output = gradient.slices[""]
    elsewhere = {*own, *given} - ({output} - set(own))
    rows, row_count = _rows(turned, stages, elsewhere, wanted | {output} | set(taken))
    backward = Pass(
        stages,
        first_frames,
        backward_planes,
        rows,
        row_count,
        given,
        frozenset(taken),
    )
    return SegmentPlan(
        graph,
        gradient,
        forward,
        backward,
        forward_count + sum(turned.widths[name] for name in own),
        tuple(tuple(some) for some in sums),
        max(node.operation.lookback for node in graph.nodes),
    )


def _taken_over(
    names: list[str],
    turned: Graph,
    stages: tuple[Stage, ...],
    first_frames: tuple[int, ...],
    sums: list[list[Reduction]],
    forward: Pass,
    given: dict[str, str],
) -> dict[str, str]:
    """Forward values whose planes gradients can be written over, by gradient.

    That is so for a value of the same width and the same first frame that nothing reads after the
    gradient's own stage, and nothing reads at other frames than its own.
    """
    last_read: dict[str, int] = {}
    fixed: set[str] = set()
    for number, reductions in enumerate(sums, start=-1):
        for node in stages[number].nodes if number >= 0 else ():
            last_read |= {given[name]: number for name in node.inputs if name in given}
        for reduction in reductions:
            last_read[reduction.saved] = number
            if reduction.node.operation.lookback:
                fixed.add(reduction.saved)
    begin = {
        node.name: first
        for stage, first in zip(forward.stages, forward.first_frames, strict=True)
        for node in stage.nodes
    }
    fixed.update(
        node.inputs[0]
        for stage in forward.stages
        for node in stage.nodes
        if node.operation.lookback
    )
    widths = {value: turned.widths[node] for node, value in given.items()}
    taken: dict[str, str] = {}
    for number, stage in enumerate(stages):
        for name in (node.name for node in stage.nodes if node.name in names):
            for value, read in last_read.items():
                if (
                    read <= number
                    and value not in fixed
                    and value not in taken.values()
                    and value in forward.planes
                    and begin.get(value) == first_frames[number]
                    and widths[value] == turned.widths[name]
                ):
                    taken[name] = value
                    break
    return taken


def _needed_frames(graph: Graph) -> dict[str, int]:
    """The first frame of every value that any output frame depends on."""
    last = receptive_field(graph) - 1
    needed = dict.fromkeys(graph.widths, last)
    for node in reversed(graph.nodes):
        for name in node.inputs:
            needed[name] = min(needed[name], needed[node.name] - node.operation.lookback)
    return needed


def _gradient_begins(turned: Graph, last: int) -> dict[str, int]:
    """The first frame at which every gradient can differ from zero."""
    begins: dict[str, int] = {}
    for node in turned.nodes:
        earliest = min((begins[name] for name in node.inputs), default=last)
        begins[node.name] = max(0, earliest - node.operation.lookback)
    return begins


def _looked_back(nodes: Iterable[Node]) -> list[str]:
    return [node.inputs[0] for node in nodes if node.operation.lookback]


def _number(graph: Graph, names: Iterable[str], first: int) -> dict[str, int]:
    places = {}
    for name in names:
        places[name] = first
        first += graph.widths[name]
    return places


def _without_collector(graph: Graph) -> Graph:
    """The gradient graph without the node that only gathers its results."""
    collector = graph.nodes[-1]
    return replace(graph, nodes=graph.nodes[:-1], output=collector.inputs[-1])


def _rows(
    graph: Graph, stages: tuple[Stage, ...], elsewhere: set[str], kept: set[str]
) -> tuple[dict[str, int], int]:
    """Scratch rows for values that later stages read at the same frames, or that are `kept`."""
    made: dict[str, int] = {}
    last_read: dict[str, int] = {}
    for number, stage in enumerate(stages):
        for node in stage.nodes:
            made[node.name] = number
            for name in node.inputs:
                if made.get(name, -1) < number:
                    last_read[name] = number
    free: dict[int, list[int]] = defaultdict(list)
    rows: dict[str, int] = {}
    total = 0
    names = [
        name
        for name in graph.widths
        if name not in elsewhere and (name in last_read or name in kept)
    ]
    ends = {name: max(last_read.get(name, -1), made.get(name, -1)) for name in names}
    if graph.output in ends:
        ends[graph.output] = len(stages)
    for number in range(-1, len(stages)):
        for name in names:
            if made.get(name, -1) != number:
                continue
            width = graph.widths[name]
            if free[width]:
                rows[name] = free[width].pop()
            else:
                rows[name] = total
                total += width
        for name in names:
            if ends[name] == number and name in rows:
                free[graph.widths[name]].append(rows[name])
    return rows, total
