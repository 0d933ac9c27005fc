"""Networks are cut where they have to be, and nowhere else."""

import pytest

from triode.architectures import lower
from triode.compiler.parts import Part, Piece, RecurrentStack, Response, Statistics, split_in_parts
from triode.graph import Graph, parse_graph, receptive_field
from triode.nam import parse_config
from unit.architectures.known import a1, a2, random_wavenet


def kinds(graph: Graph) -> list[str]:
    return [type(part).__name__ for part in split_in_parts(graph)]


def made(part: Part) -> str:
    return "" if isinstance(part, Statistics) else part.output


@pytest.mark.parametrize("config", [a1("nano"), a2(8), *map(random_wavenet, range(5))])
def test_a_wavenet_is_one_piece(config: object) -> None:
    graph = lower(config)  # type: ignore[arg-type]
    (piece,) = split_in_parts(graph)
    assert isinstance(piece, Piece)
    assert piece.sources == (graph.input.name,)
    assert piece.reaches == (receptive_field(graph) - 1,)


@pytest.mark.parametrize("layers", [1, 3, 20])
def test_an_lstm_is_its_layers_and_its_head(layers: int) -> None:
    config = {"input_size": 1, "hidden_size": 4, "num_layers": layers}
    graph = lower(parse_config("LSTM", config, 48000.0))
    parts = split_in_parts(graph)
    assert all(isinstance(part, RecurrentStack) for part in parts)
    names = [name for part in parts if isinstance(part, RecurrentStack) for name in part.names]
    assert names == [parameter.name for parameter in graph.parameters]
    assert len(parts) == (2 if layers > 16 else 1)


def test_a_convnet_is_cut_where_statistics_are_taken() -> None:
    config = {"channels": 3, "dilations": [1, 2], "batchnorm": True, "activation": "Tanh"}
    graph = lower(parse_config("ConvNet", config, 48000.0))
    assert kinds(graph) == ["Piece", "Statistics", "Piece", "Statistics", "Piece"]
    last = split_in_parts(graph)[-1]
    assert isinstance(last, Piece)
    # The batchnorm goes with its reader, as a convolution per channel.
    assert [node.name for node in last.graph.nodes] == [
        "input",
        "block1.batchnorm",
        "block1.activation",
        "head",
    ]
    assert [one.shape for one in last.graph.parameters][:2] == [(3, 1, 1), (3,)]


def test_an_impulse_response_is_a_part() -> None:
    graph = lower(parse_config("Linear", {"receptive_field": 9, "bias": True}, 48000.0))
    (part,) = split_in_parts(graph)
    assert isinstance(part, Response)
    assert part.fir.taps == 9


def test_what_is_read_between_two_layers_ends_a_stack() -> None:
    graph = parse_graph("""
        input = input() channels=1
        first = lstm(input) input_size=1 hidden_size=2
        second = lstm(first) input_size=2 hidden_size=2
        sum = add(first, second)
        dead = batchnorm(sum) channels=2
        out = conv(sum) in_channels=2 out_channels=1
        return out
    """)
    parts = split_in_parts(graph)
    assert [made(part) for part in parts] == ["first", "second", "out"]
    piece = parts[-1]
    assert isinstance(piece, Piece)
    assert piece.sources == ("first", "second")


def test_sources_know_how_far_they_are_looked_back_into() -> None:
    graph = parse_graph("""
        input = input() channels=1
        cell = lstm(input) input_size=1 hidden_size=1
        near = conv(cell) in_channels=1 out_channels=1 kernel_size=2
        far = conv(input) in_channels=1 out_channels=1 kernel_size=3 dilation=10
        sum = add(near, far)
        out = conv(sum) in_channels=1 out_channels=1 kernel_size=5
        return out
    """)
    piece = split_in_parts(graph)[-1]
    assert isinstance(piece, Piece)
    assert dict(zip(piece.sources, piece.reaches, strict=True)) == {"input": 24, "cell": 5}
