"""Counts, worked out by hand."""

import pytest

from triode.graph import (
    Activation,
    Add,
    BatchNorm,
    Blend,
    Concat,
    Conv,
    Counts,
    Fir,
    GraphBuilder,
    Lstm,
    Mul,
    Scale,
    Slice,
    counts,
    receptive_field,
)


def test_every_operation_is_counted_at_its_own_price() -> None:
    builder = GraphBuilder()
    signal = builder.input(1)
    conv = Conv(in_channels=1, out_channels=6, kernel_size=3, dilation=4)
    wide = builder.add("conv", conv, signal)
    grouped = Conv(in_channels=6, out_channels=4, kernel_size=2, dilation=3, groups=2, bias=False)
    narrow = builder.add("grouped", grouped, wide)
    narrow = builder.add("norm", BatchNorm(channels=4), narrow)
    prelu = builder.add("prelu", Activation(kind="PReLU", slope_count=4), narrow)
    tanh = builder.add("tanh", Activation(kind="Tanh"), prelu)
    again = builder.add("tanh2", Activation(kind="Tanh"), tanh)
    mixed = builder.add("blend", Blend(), prelu, tanh, again)
    mixed = builder.add("mul", Mul(), mixed, tanh)
    mixed = builder.add("add", Add(), mixed, tanh)
    mixed = builder.add("scale", Scale(), mixed)
    part = builder.add("slice", Slice(start=0, stop=1), mixed)
    part = builder.add("fir", Fir(taps=10, bias=True), part)
    both = builder.add("concat", Concat(), part, part)
    graph = builder.build(both)
    assert counts(graph) == Counts(
        macs=6 * 3 + 4 * 3 * 2 + 10,
        elementwise={
            "batchnorm": 4,
            "PReLU": 4,
            "Tanh": 8,
            "blend": 4,
            "mul": 4,
            "add": 4,
            "scale": 4,
        },
        parameters=(18 + 6) + 24 + (4 * 4 + 1) + 4 + 1 + 11,
        state_samples=1 * 8 + 6 * 3 + 9,
        receptive_field=1 + 8 + 3 + 9,
    )


def test_an_lstm_is_one_matrix_product_and_its_gates() -> None:
    builder = GraphBuilder()
    lstm = Lstm(input_size=3, hidden_size=5)
    graph = builder.build(builder.add("lstm", lstm, builder.input(3)))
    assert counts(graph) == Counts(
        macs=20 * 8,
        elementwise={"Sigmoid": 15, "Tanh": 10, "mul": 15, "add": 5},
        parameters=20 * 8 + 20 + 5 + 5,
        state_samples=10,
        receptive_field=1,
    )


@pytest.mark.parametrize(("near", "far", "frames"), [(1, 1, 1), (3, 1, 3), (2, 5, 5), (7, 5, 7)])
def test_the_longest_branch_decides_the_receptive_field(near: int, far: int, frames: int) -> None:
    builder = GraphBuilder()
    signal = builder.input(1)
    one = builder.add("one", Conv(in_channels=1, out_channels=1, kernel_size=near), signal)
    two = builder.add("two", Conv(in_channels=1, out_channels=1, kernel_size=far), signal)
    assert receptive_field(builder.build(builder.add("sum", Add(), one, two))) == frames


def test_a_branch_that_leads_nowhere_does_not_reach_back() -> None:
    builder = GraphBuilder()
    signal = builder.input(1)
    builder.add("unused", Conv(in_channels=1, out_channels=1, kernel_size=9), signal)
    assert receptive_field(builder.build(builder.add("scale", Scale(), signal))) == 1
