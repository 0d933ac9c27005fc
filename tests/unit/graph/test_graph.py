"""A graph that exists obeys the rules."""

import numpy as np
import pytest

from triode.errors import GraphError
from triode.graph import (
    Activation,
    Add,
    Conv,
    Graph,
    GraphBuilder,
    Input,
    Lstm,
    Node,
    Scale,
    Slice,
    check_parameters,
    substitute_activations,
)

SOURCE = Node("input", Input(channels=2))


def test_widths_follow_from_the_input() -> None:
    builder = GraphBuilder()
    signal = builder.input(2)
    wide = builder.add("wide", Conv(in_channels=2, out_channels=8), signal)
    part = builder.add("part", Slice(start=1, stop=6), wide)
    graph = builder.build(part)
    assert graph.widths == {"input": 2, "wide": 8, "part": 5}
    assert (graph.input_channels, graph.output_channels) == (2, 5)
    assert graph.input.name == "input"


def test_there_is_exactly_one_input() -> None:
    with pytest.raises(GraphError, match="exactly one input"):
        Graph((), "input")
    with pytest.raises(GraphError, match="exactly one input"):
        Graph((SOURCE, Node("second", Input(channels=1))), "second")


def test_the_output_is_a_node() -> None:
    with pytest.raises(GraphError, match=r"^nowhere: the output is not a node"):
        Graph((SOURCE,), "nowhere")


def test_names_are_given_once() -> None:
    twice = Node("twice", Scale(), ("input",))
    with pytest.raises(GraphError, match=r"^twice: two nodes have the same name"):
        Graph((SOURCE, twice, twice), "twice")


def test_nodes_come_after_their_inputs() -> None:
    early = Node("early", Add(), ("input", "late"))
    late = Node("late", Scale(), ("input",))
    with pytest.raises(GraphError, match=r"^early: an input is not defined.*Got late"):
        Graph((SOURCE, early, late), "late")
    with pytest.raises(GraphError, match=r"^itself: an input is not defined.*Got itself"):
        Graph((SOURCE, Node("itself", Scale(), ("itself",))), "itself")


@pytest.mark.parametrize("name", ["", "a b", "a=b", "a(b", "a,b", ".a", "a.", "a..b", "ä", "a\n"])
def test_names_can_be_written_down(name: str) -> None:
    with pytest.raises(GraphError, match="name cannot be written down"):
        Graph((SOURCE, Node(name, Scale(), ("input",))), name)


def test_parameters_are_named_after_their_nodes_in_node_order() -> None:
    builder = GraphBuilder()
    conv = builder.add("first.conv", Conv(in_channels=1, out_channels=3), builder.input(1))
    graph = builder.build(builder.add("scale", Scale(), conv))
    assert [(one.name, one.shape, one.size, one.trainable) for one in graph.parameters] == [
        ("first.conv.weight", (3, 1, 1), 3, True),
        ("first.conv.bias", (3,), 3, True),
        ("scale.value", (1,), 1, False),
    ]


def test_parameters_that_do_not_fit_are_named() -> None:
    graph = Graph((SOURCE, Node("scale", Scale(), ("input",))), "scale")
    check_parameters(graph, {"scale.value": np.ones(1)})
    with pytest.raises(GraphError, match=r"^scale\.value: the parameter is missing"):
        check_parameters(graph, {})
    with pytest.raises(GraphError, match=r"^scale\.bias: no node owns this parameter"):
        check_parameters(graph, {"scale.value": np.ones(1), "scale.bias": np.ones(1)})
    with pytest.raises(GraphError, match=r"^scale\.value: .*wrong shape.*\(1,\).*\(2,\)"):
        check_parameters(graph, {"scale.value": np.ones(2)})


def test_inlining_renames_the_nodes_and_feeds_the_source() -> None:
    inner = GraphBuilder()
    doubled = inner.add("sum", Add(), inner.input(2), "input")
    inner_graph = inner.build(inner.add("out.scale", Scale(), doubled))

    outer = GraphBuilder()
    source = outer.add("source", Slice(start=1, stop=3), outer.input(4))
    result = outer.inline(inner_graph, "inner", source)
    graph = outer.build(result)
    assert result == "inner.out.scale"
    assert graph.nodes[2:] == (
        Node("inner.sum", Add(), ("source", "source")),
        Node("inner.out.scale", Scale(), ("inner.sum",)),
    )


def test_substitution_changes_kinds_and_lstms_only_when_asked() -> None:
    builder = GraphBuilder()
    signal = builder.add("lstm", Lstm(input_size=1, hidden_size=2), builder.input(1))
    signal = builder.add("tanh", Activation(kind="Tanh"), signal)
    signal = builder.add("leaky", Activation(kind="LeakyReLU", constants=(0.1,)), signal)
    graph = builder.build(signal, settle_seconds=0.5)

    assert substitute_activations(graph, {}) == graph
    changed = substitute_activations(graph, {"Tanh": "Fasttanh"}, fast_lstm=True)
    assert changed.settle_seconds == 0.5
    assert [node.operation for node in changed.nodes[1:]] == [
        Lstm(input_size=1, hidden_size=2, fast=True),
        Activation(kind="Fasttanh"),
        Activation(kind="LeakyReLU", constants=(0.1,)),
    ]
    assert graph.nodes[2].operation == Activation(kind="Tanh"), "the graph itself is not changed"
