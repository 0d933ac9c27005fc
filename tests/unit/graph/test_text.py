"""Graphs as text and back."""

import pytest
from hypothesis import given

from triode.errors import GraphError
from triode.graph import Conv, Graph, Input, Node, Scale, parse_graph, print_graph
from unit.graph.strategies import graphs

TEXT = """\
input = input() channels=1
conv = conv(input) in_channels=1 out_channels=2 kernel_size=3 dilation=4 groups=1 bias=False
leaky = activation(conv) kind='LeakyReLU' constants=(0.01,) slope_count=0
sum.of.two = add(conv, leaky)
return sum.of.two settle_seconds=0.5
"""


def test_the_form_is_the_documented_one() -> None:
    graph = parse_graph(TEXT)
    assert print_graph(graph) == TEXT
    assert graph.settle_seconds == 0.5
    assert graph.nodes[1] == Node(
        "conv",
        Conv(in_channels=1, out_channels=2, kernel_size=3, dilation=4, bias=False),
        ("input",),
    )


@given(graph=graphs())
def test_printing_and_parsing_give_the_same_graph(graph: Graph) -> None:
    text = print_graph(graph)
    assert parse_graph(text) == graph
    assert print_graph(parse_graph(text)) == text


def test_blank_lines_and_indentation_are_allowed() -> None:
    loose = "\n".join(f"   {line}\n" for line in TEXT.splitlines())
    assert parse_graph(loose) == parse_graph(TEXT)


def test_a_node_may_be_called_return() -> None:
    graph = Graph((Node("input", Input(channels=1)), Node("return", Scale(), ("input",))), "return")
    assert parse_graph(print_graph(graph)) == graph


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "does not end with a return line"),
        ("input = input() channels=1", "does not end with a return line"),
        ("input = input() channels=1\nreturn", "does not end with a return line"),
        ("input = input() channels=1\nreturn input late", "does not end with a return line"),
        (
            "input = input() channels=1\nreturn input settle_seconds=long",
            "does not end with a return line",
        ),
        ("return input\ninput = input() channels=1", "does not end with a return line"),
        ("input = input() channels=1\nreturn x", "^x: the output is not a node"),
        ("input: input() channels=1\nreturn input", "^line 1: the line is not a node"),
        ("\ninput = input channels=1\nreturn input", "^line 2: the line is not a node"),
        ("input = output() channels=1\nreturn input", "^line 1: the line is not a node"),
        ("input = operation() channels=1\nreturn input", "^line 1: the line is not a node"),
        ("input = input() width=1\nreturn input", "^line 1: the line is not a node"),
        ("input = input() channels\nreturn input", "^line 1: the line is not a node"),
        ("input = input() channels=print\nreturn input", "^line 1: the line is not a node"),
        ("input = input() channels=(\nreturn input", "^line 1: the line is not a node"),
        ("input = input()\nreturn input", "^line 1: the line is not a node"),
        ("input = input() channels=0\nreturn input", "^input: channels is below 1"),
    ],
)
def test_text_that_is_no_graph_is_refused(text: str, message: str) -> None:
    with pytest.raises(GraphError, match=message):
        parse_graph(text)
