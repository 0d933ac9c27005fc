"""What one stage's function looks like, and which stages share one."""

import re

import pytest

from triode.architectures import lower
from triode.compiler import ISAS, emit_module
from triode.compiler.emit.stage import StageCode, StageEmitter
from triode.compiler.emit.tiles import TileRule, blocks, default_rule
from triode.compiler.plan import make_plan
from triode.graph import parse_graph
from unit.architectures.known import a2

RULE = TileRule(accumulators=4, widest=2)


def emitted(text: str, stage: int = 0) -> StageCode:
    plan = make_plan(parse_graph(text))
    chosen = plan.stages[stage]
    stored = [node.name for node in chosen.nodes if node.name in {*plan.rings, *plan.scratch}]
    return StageEmitter(plan, chosen, ISAS["sse2"], RULE, tuple(stored)).emit()


def test_a_whole_layer_stays_in_registers() -> None:
    code = emitted(
        """
        input = input() channels=1
        conv = conv(input) in_channels=1 out_channels=2 kernel_size=3 dilation=4
        mixin = conv(input) in_channels=1 out_channels=2 bias=False
        sum = add(conv, mixin)
        act = activation(sum) kind='Tanh'
        out = conv(act) in_channels=2 out_channels=1
        return out
        """
    )
    assert code.dilations == (4,)
    assert code.kinds == {("Tanh", ())}
    assert code.tile == 2 * 4
    assert len(re.findall(r"\bstore\(", code.body)) == 2  # two vectors of the one output
    assert [(view.value, view.ring) for view in code.views] == [
        ("input", True),
        ("input", False),
        ("out", False),
    ]


def test_a_1x1_is_summed_into_what_it_is_added_to() -> None:
    code = emitted(
        """
        input = input() channels=2
        act = activation(input) kind='ReLU'
        conv = conv(act) in_channels=2 out_channels=2
        residual = add(input, conv)
        return residual
        """
    )
    additions = [line for line in code.body.splitlines() if re.search(r" = v\d+ \+ ", line)]
    assert len(additions) == 2 * 2  # bias and addend start the sum; nothing is added afterwards
    assert all("splat(weights[" in line for line in additions)


def test_equal_layers_share_their_function() -> None:
    source = emit_module(lower(a2(8)), ISAS["avx2"]).source
    functions = re.findall(r"static NOINLINE void (stage\d+)\(", source)
    calls = re.findall(r"^        (stage\d+)\(weights", source, re.MULTILINE)
    assert len(calls) == 25  # the input is remembered, 23 layers, the head
    assert len(functions) == len(set(functions)) <= 8


@pytest.mark.parametrize("isa", sorted(ISAS))
def test_the_default_rule_fits_the_registers(isa: str) -> None:
    rule = default_rule(ISAS[isa])
    for channels in range(1, 40):
        vectors = rule.vectors(channels)
        sizes = blocks(channels, vectors, rule)
        assert sum(sizes) == channels
        assert max(sizes) - min(sizes) <= 1
        assert max(sizes) * vectors <= max(rule.accumulators, vectors) < ISAS[isa].registers
