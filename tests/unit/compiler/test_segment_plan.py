"""The schedule of training keeps its promises on any graph."""

from collections import defaultdict

import pytest

from triode.architectures import lower
from triode.compiler.segment_plan import Pass, SegmentPlan, make_segment_plan
from triode.errors import GraphError
from triode.graph import Activation, Conv, Graph, parse_graph, receptive_field
from unit.architectures.known import a1, a2, random_wavenet
from unit.compiler.differentiated import random_graph

GRAPHS = {
    "A1 nano": lower(a1("nano")),
    "A2 Lite": lower(a2(3)),
    **{f"wavenet {seed}": lower(random_wavenet(seed)) for seed in range(25)},
    **{f"graph {seed}": random_graph(seed) for seed in range(25)},
}


def made_in(side: Pass) -> dict[str, int]:
    return {node.name: number for number, stage in enumerate(side.stages) for node in stage.nodes}


def occupied(side: Pass, widths: dict[str, int], last: dict[str, int]) -> None:
    """No two values that live at the same time share a row of scratch."""
    made = made_in(side)
    for number in range(-1, len(side.stages)):
        taken: set[int] = set()
        for name, row in side.rows.items():
            begin = made.get(name, -1)
            if begin <= number <= max(begin, last.get(name, -1)):
                rows = set(range(row, row + widths[name]))
                assert not rows & taken, f"{name} lies on another value in stage {number}"
                assert max(rows) < side.row_count
                taken |= rows


def last_reads(side: Pass) -> dict[str, int]:
    return {
        name: number
        for number, stage in enumerate(side.stages)
        for node in stage.nodes
        for name in node.inputs
    }


def check_order(side: Pass, ready: set[str]) -> None:
    """Everything is made once, before it is read; a past, in an earlier stage."""
    made = made_in(side)
    assert len(made) == sum(len(stage.nodes) for stage in side.stages)
    seen = set(ready)
    for number, stage in enumerate(side.stages):
        for node in stage.nodes:
            assert set(node.inputs) <= seen
            if node.operation.lookback:
                (source,) = node.inputs
                assert made.get(source, -1) < number
                assert source in side.planes, "a past has no plane"
            for name in node.inputs:
                if made.get(name, number) != number:
                    assert name in side.planes or name in side.rows, "a crossing value is not kept"
            seen.add(node.name)


def check(plan: SegmentPlan) -> None:
    forward, backward = plan.forward, plan.backward
    turned = plan.gradient.graph
    check_order(forward, {plan.graph.input.name})
    check_order(backward, set(backward.given))
    assert set(backward.given.values()) == {"", *plan.gradient.saved}
    occupied(forward, plan.graph.widths, last_reads(forward))
    occupied(backward, turned.widths, last_reads(backward))
    kept = {plan.graph.output} - set(forward.planes)
    assert kept <= set(forward.rows), "nobody would find the output"
    assert set(plan.gradient.saved) <= set(forward.planes)
    check_planes(plan)
    check_taken_over(plan)
    check_frames(plan)
    check_reductions(plan)


def check_planes(plan: SegmentPlan) -> None:
    """Every plane belongs to one value, or to a forward value and the gradient that replaces it."""
    owner: dict[int, str] = {}
    late = plan.backward.late
    places = [(plan.forward.planes, plan.graph.widths)]
    fresh = {name: place for name, place in plan.backward.planes.items() if name not in late}
    places.append((fresh, plan.gradient.graph.widths))
    for planes, widths in places:
        for name, first in planes.items():
            for plane in range(first, first + widths[name]):
                assert owner.setdefault(plane, name) == name
    assert sorted(owner) == list(range(plan.plane_count))


def check_taken_over(plan: SegmentPlan) -> None:
    """Once a gradient has taken over a value's planes, nobody asks for the value."""
    forward, backward = plan.forward, plan.backward
    made = made_in(backward)
    by_plane = {first: name for name, first in forward.planes.items()}
    node_of = {value: node for node, value in backward.given.items()}
    for gradient in backward.late:
        value = by_plane[backward.planes[gradient]]
        assert plan.graph.widths[value] == plan.gradient.graph.widths[gradient]
        assert gradient in backward.rows, "it waits in scratch until the stage is done"
        moment = made[gradient]
        assert last_reads(backward).get(node_of[value], -1) <= moment
        for number, reductions in enumerate(plan.reductions, start=-1):
            for reduction in reductions:
                if reduction.saved == value:
                    assert number <= moment
                    assert not reduction.node.operation.lookback, "earlier frames are still asked"
        begin = forward.first_frames[made_in(forward)[value]]
        assert begin == backward.first_frames[moment], "stale frames would look like gradients"


def check_frames(plan: SegmentPlan) -> None:
    """Nothing that the output depends on is left out, in either direction."""
    run_in = receptive_field(plan.graph) - 1
    needed = {plan.graph.output: run_in}
    for node in reversed(plan.graph.nodes):
        for name in node.inputs:
            reach = needed[node.name] - node.operation.lookback
            needed[name] = min(needed.get(name, run_in), reach)
    assert needed[plan.graph.input.name] == 0
    for stage, first in zip(plan.forward.stages, plan.forward.first_frames, strict=True):
        assert 0 <= first == min(needed[node.name] for node in stage.nodes)
    begins: dict[str, int] = defaultdict(lambda: run_in)
    for stage, first in zip(plan.backward.stages, plan.backward.first_frames, strict=True):
        for node in stage.nodes:
            earliest = min(begins[name] for name in node.inputs)
            begins[node.name] = max(0, earliest - node.operation.lookback)
            assert 0 <= first <= begins[node.name]


def check_reductions(plan: SegmentPlan) -> None:
    """Every trained parameter is summed once, as soon as its gradient is there."""
    made = made_in(plan.backward)
    owners = []
    for number, reductions in enumerate(plan.reductions, start=-1):
        for reduction in reductions:
            owners.append(reduction.node.name)
            assert made.get(reduction.gradient, -1) == number
    trained = [
        node.name
        for node in plan.graph.nodes
        if any(spec.trainable for spec in node.operation.parameters().values())
    ]
    assert sorted(owners) == sorted(trained)


@pytest.mark.parametrize("name", GRAPHS)
def test_the_schedule_keeps_its_promises(name: str) -> None:
    check(make_segment_plan(GRAPHS[name]))


def test_values_without_use_are_not_scheduled() -> None:
    graph = parse_graph(
        """
        input = input() channels=1
        conv = conv(input) in_channels=1 out_channels=2
        idle = conv(conv) in_channels=2 out_channels=7 kernel_size=100
        return conv
        """
    )
    plan = make_segment_plan(graph)
    assert [node.name for node in plan.graph.nodes] == ["input", "conv"]
    assert plan.lookback == 0


def test_what_only_the_same_chunk_reads_has_no_plane() -> None:
    graph = parse_graph(
        """
        input = input() channels=1
        conv = conv(input) in_channels=1 out_channels=8 kernel_size=3
        bent = activation(conv) kind='Tanh'
        mixed = conv(bent) in_channels=8 out_channels=8
        sum = add(mixed, conv)
        out = conv(sum) in_channels=8 out_channels=1
        return out
        """
    )
    plan = make_segment_plan(graph)
    # The inputs of the convolutions, one of them the output that tells the slope of tanh.
    assert set(plan.forward.planes) == {"input", "bent", "sum"}
    assert plan.plane_count == 1 + 8 + 8
    # One convolution looks back, and no gradient of the input is wanted.
    assert not plan.backward.planes


def test_gradients_of_a_deep_network_take_over_most_planes() -> None:
    graph = lower(a2(8))
    plan = make_segment_plan(graph)
    past = [
        node
        for stage in plan.backward.stages
        for node in stage.nodes
        if isinstance(node.operation, Conv) and node.operation.lookback
    ]
    # Each of the 22 layers but the first carries a gradient back through a past.
    assert len(past) >= 22
    assert len(plan.backward.late) >= 20


def test_a_plane_that_a_later_stage_still_reads_is_not_taken_over() -> None:
    """The check itself notices: hand it a schedule in which a value is overwritten too early."""
    plan = make_segment_plan(lower(a1("nano")))
    gradient = min(plan.backward.late, key=made_in(plan.backward).__getitem__)
    # The first layer's input is looked back into until the very end.
    plan.backward.planes[gradient] = plan.forward.planes["array0.rechannel"]
    with pytest.raises(AssertionError):
        check(plan)


def test_a_network_that_cannot_be_differentiated_is_refused() -> None:
    graph = parse_graph(
        """
        input = input() channels=1
        norm = batchnorm(input) channels=1
        return norm
        """
    )
    with pytest.raises(GraphError, match=r"^norm: there is no gradient rule for BatchNorm"):
        make_segment_plan(graph)


def test_single_stages_of_every_activation_have_a_schedule() -> None:
    for kind in ("Tanh", "SiLU", "PReLU"):
        operation = Activation(kind=kind, slope_count=int(kind == "PReLU"))
        text = f"""
            input = input() channels=1
            conv = conv(input) in_channels=1 out_channels=1
            bent = activation(conv) kind='{kind}' slope_count={operation.slope_count}
            return bent
        """
        graph: Graph = parse_graph(text)
        check(make_segment_plan(graph))
