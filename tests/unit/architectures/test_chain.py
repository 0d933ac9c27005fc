"""Graphs one after the other."""

import numpy as np
import pytest

from triode.architectures import chain, chain_parameters, lower, parameters
from triode.errors import GraphError
from triode.graph import (
    Conv,
    GraphBuilder,
    check_parameters,
    counts,
    interpret,
    receptive_field,
)
from triode.nam.convolutional import LinearConfig
from triode.nam.recurrent import LstmConfig
from unit.architectures.known import a1, a2, model, noise


def test_a_chain_plays_its_parts_one_after_the_other() -> None:
    parts = [model(a1("nano"), 1), model(LinearConfig(receptive_field=30, bias=True), 2)]
    graphs = [lower(part.config) for part in parts]
    values = [parameters(part) for part in parts]
    whole = chain(graphs)
    together = chain_parameters(values)
    check_parameters(whole, together)
    signal = noise(200)
    # The second part is settled on what the first one makes of silence.
    padded = np.pad(signal, ((0, 0), (receptive_field(whole) - 1, 0)))
    between = interpret(graphs[0], values[0], padded)
    wanted = interpret(graphs[1], values[1], between)[:, -200:]
    # Float64 with FFTs of different lengths.
    np.testing.assert_allclose(interpret(whole, together, signal), wanted, rtol=0, atol=1e-12)


def test_costs_and_reach_add_up() -> None:
    graphs = [lower(a1("nano")), lower(a2(3)), lower(a1("nano"))]
    whole = counts(chain(graphs))
    each = [counts(graph) for graph in graphs]
    assert whole.macs == sum(one.macs for one in each)
    assert whole.parameters == sum(one.parameters for one in each)
    assert whole.state_samples == sum(one.state_samples for one in each)
    assert whole.receptive_field - 1 == sum(one.receptive_field - 1 for one in each)


def test_a_chain_settles_as_long_as_its_parts_together() -> None:
    lstm = lower(LstmConfig(input_size=1, hidden_size=1, num_layers=1))
    assert chain([lstm, lower(a1("nano")), lstm]).settle_seconds == 1.0


def test_a_chain_of_one_computes_the_same() -> None:
    one = model(a1("nano"), 3)
    graph = lower(one.config)
    alone = interpret(graph, parameters(one), noise(20))
    chained = interpret(chain([graph]), chain_parameters([parameters(one)]), noise(20))
    np.testing.assert_array_equal(chained, alone)


def test_chains_can_be_chained() -> None:
    nano = lower(a1("nano"))
    nested = chain([chain([nano, nano]), nano])
    assert receptive_field(nested) == receptive_field(chain([nano, nano, nano]))
    assert "part0.part1.head_scale" in nested.widths


def test_neighbours_of_different_width_are_refused() -> None:
    builder = GraphBuilder()
    conv = Conv(in_channels=2, out_channels=1)
    stereo = builder.build(builder.add("conv", conv, builder.input(2)))
    chain([stereo, lower(a1("nano"))])
    with pytest.raises(GraphError, match=r"^part1: .*neighbours.*1 input channels.*Got 2"):
        chain([lower(a1("nano")), stereo])


def test_an_empty_chain_is_refused() -> None:
    with pytest.raises(GraphError, match="at least one graph"):
        chain([])
