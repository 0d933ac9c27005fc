"""The schedule keeps its promises on any graph."""

from collections import defaultdict

import pytest
from hypothesis import given, settings

from triode.architectures import lower
from triode.compiler.passes import optimise
from triode.compiler.plan import Plan, make_plan
from triode.graph import Fir, Graph, Input, Lstm, parse_graph
from unit.architectures.known import a1, a2, random_wavenet
from unit.graph.strategies import graphs


def check(plan: Plan) -> None:
    """Every rule that the emitter relies on."""
    graph = plan.graph
    stage_of = {graph.input.name: -1}
    for number, stage in enumerate(plan.stages):
        for node in stage.nodes:
            assert node.name not in stage_of, "scheduled twice"
            stage_of[node.name] = number
    assert stage_of.keys() == graph.widths.keys(), "a node is scheduled never"
    rows_read = defaultdict(set)  # by value: the stages that read its scratch rows
    looked_back = defaultdict(int)
    for number, stage in enumerate(plan.stages):
        seen: set[str] = set()
        for node in stage.nodes:
            operation = node.operation
            if isinstance(operation, Lstm | Fir):
                assert stage.sequential, "a recurrent node shares a stage"
                assert node.name in plan.scratch
            looks_back = operation.lookback > 0 and not isinstance(operation, Fir)
            if looks_back:
                (name,) = node.inputs
                looked_back[name] = max(looked_back[name], operation.lookback)
                assert stage_of[name] < number, "a past is read before it is written"
            for name in () if looks_back else node.inputs:
                if isinstance(operation, Lstm | Fir):
                    assert stage_of[name] < number
                    assert name in plan.scratch, "a recurrent node reads rows, not rings"
                if name in seen:
                    continue
                assert stage_of[name] < number, "a value is read before it is made"
                assert name in plan.scratch or name in plan.rings, "a crossing value is not kept"
                rows_read[name].add(number)
            seen.add(node.name)
    assert {name: ring.lookback for name, ring in plan.rings.items()} == looked_back
    assert all(ring.channels == graph.widths[name] for name, ring in plan.rings.items())
    assert {graph.input.name, graph.output} <= plan.scratch.keys()
    check_rows(plan, stage_of, rows_read)


def check_rows(plan: Plan, stage_of: dict[str, int], rows_read: dict[str, set[int]]) -> None:
    """No two values that live at the same time share a row.

    A stage reads all of a tile before it writes any of it, so a row read for the last time may be
    written in the same stage, but not if the stage is sequential. What a ring remembers of the
    input and of sequential stages is copied right after it was made.
    """
    last = {name: max(rows_read[name], default=stage_of[name]) for name in plan.scratch}
    last[plan.graph.output] = len(plan.stages)
    for name, row in plan.scratch.items():
        assert 0 <= row <= row + plan.graph.widths[name] <= plan.scratch_rows
        for other, start in plan.scratch.items():
            apart = (
                row + plan.graph.widths[name] <= start or start + plan.graph.widths[other] <= row
            )
            if other == name or apart or stage_of[other] < stage_of[name]:
                continue
            number = stage_of[other]
            assert number > stage_of[name], f"{other} is made beside {name} in the same rows"
            assert number >= last[name], f"{other} overwrites {name}, which is read later"
            if number == last[name]:
                assert not plan.stages[number].sequential, f"{other} overwrites what it reads"


@settings(max_examples=300)
@given(graph=graphs())
def test_any_graph(graph: Graph) -> None:
    check(make_plan(optimise(graph).graph))


@pytest.mark.parametrize("seed", range(40))
def test_random_wavenets(seed: int) -> None:
    check(make_plan(optimise(lower(random_wavenet(seed))).graph))


def names(plan: Plan) -> list[list[str]]:
    return [[node.name for node in stage.nodes] for stage in plan.stages]


def test_each_layer_of_a_wavenet_is_one_stage_and_one_ring() -> None:
    for channels in (3, 8):
        plan = make_plan(optimise(lower(a2(channels))).graph)
        check(plan)
        assert len(plan.stages) == 23 + 1  # the layers; the head looks back on their sum
        assert len(plan.rings) == 1 + 22 + 1  # what each layer reads, and the sum
        assert plan.scratch_rows <= 2 + 2 * channels
    plan = make_plan(optimise(lower(a1("standard"))).graph)
    check(plan)
    assert len(plan.stages) == 20


def test_a_long_response_and_an_lstm_are_alone() -> None:
    graph = parse_graph(
        """
        input = input() channels=1
        lstm = lstm(input) input_size=1 hidden_size=2
        head = conv(lstm) in_channels=2 out_channels=1
        rest = fir(head) taps=900 delay=256
        past = conv(head) in_channels=1 out_channels=1 kernel_size=256
        both = add(past, rest)
        return both
        """
    )
    plan = make_plan(graph)
    check(plan)
    assert names(plan) == [["lstm"], ["head"], ["rest"], ["past", "both"]]


def test_what_only_a_later_stage_reads_is_made_there_if_that_stores_less() -> None:
    graph = parse_graph(
        """
        input = input() channels=1
        mixin = conv(input) in_channels=1 out_channels=8
        film = conv(input) in_channels=1 out_channels=8
        scale = slice(film) start=0 stop=4
        shift = slice(film) start=4 stop=8
        gate = conv(input) in_channels=1 out_channels=8
        gated = mul(mixin, gate)
        first = conv(input) in_channels=1 out_channels=4 kernel_size=2
        scaled = mul(first, scale)
        shifted = add(scaled, shift)
        second = conv(shifted) in_channels=4 out_channels=8 kernel_size=2
        sum = add(second, gated)
        return sum
        """
    )
    plan = make_plan(graph)
    check(plan)
    assert names(plan) == [
        ["film", "scale", "shift", "first", "scaled", "shifted"],
        ["mixin", "gate", "gated", "second", "sum"],
    ]
    assert plan.scratch_rows == 1 + 8  # the input and the output


def test_what_is_cheap_to_keep_is_made_at_once() -> None:
    graph = parse_graph(
        """
        input = input() channels=1
        first = conv(input) in_channels=1 out_channels=8 kernel_size=2
        wide = activation(first) kind='Tanh'
        narrow = conv(wide) in_channels=8 out_channels=1
        second = conv(first) in_channels=8 out_channels=1 kernel_size=2
        last = add(second, narrow)
        return last
        """
    )
    plan = make_plan(graph)
    check(plan)
    # The ring of `first` is there anyway: reading it later stores nothing at all.
    assert names(plan) == [["first"], ["wide", "narrow", "second", "last"]]
    changed = parse_graph(
        """
        input = input() channels=1
        hidden = conv(input) in_channels=1 out_channels=8 kernel_size=2
        wide = activation(hidden) kind='Tanh'
        narrow = conv(wide) in_channels=8 out_channels=1
        other = conv(hidden) in_channels=8 out_channels=2
        second = conv(other) in_channels=2 out_channels=1 kernel_size=2
        last = add(second, narrow)
        return last
        """
    )
    plan = make_plan(changed)
    check(plan)
    assert names(plan) == [["hidden", "wide", "narrow", "other"], ["second", "last"]]


@pytest.mark.parametrize("wrong", ["order", "ring", "row"])
def test_the_checks_notice(wrong: str) -> None:
    from dataclasses import replace

    plan = make_plan(optimise(lower(a2(3))).graph)
    if wrong == "order":
        bad = replace(plan, stages=(plan.stages[1], plan.stages[0], *plan.stages[2:]))
    elif wrong == "ring":
        value, ring = next(iter(plan.rings.items()))
        bad = replace(plan, rings={**plan.rings, value: replace(ring, lookback=1)})
    else:
        bad = replace(plan, scratch=dict.fromkeys(plan.scratch, 0))
    with pytest.raises(AssertionError):
        check(bad)


def test_the_input_itself_is_no_stage() -> None:
    plan = make_plan(optimise(lower(a2(3))).graph)
    assert not any(isinstance(node.operation, Input) for s in plan.stages for node in s.nodes)
