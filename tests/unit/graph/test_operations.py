"""Every operation knows its rule: widths that fit give a width, all others an error."""

import inspect

import pytest

from triode.errors import GraphError
from triode.graph import (
    Activation,
    ActivationGradient,
    Add,
    BatchNorm,
    Blend,
    Concat,
    Conv,
    Fir,
    Graph,
    Input,
    Lstm,
    Mul,
    Node,
    Operation,
    ParameterSpec,
    Scale,
    Slice,
    operations,
)

GOOD: list[tuple[Operation, tuple[int, ...], int, int]] = [
    # operation, widths of the inputs, width of the output, lookback
    (Input(channels=2), (), 2, 0),
    (Conv(in_channels=4, out_channels=6, kernel_size=3, dilation=5, groups=2), (4,), 6, 10),
    (Conv(in_channels=1, out_channels=1), (1,), 1, 0),
    (Activation(kind="Tanh"), (5,), 5, 0),
    (Activation(kind="LeakyReLU", constants=(0.1,)), (5,), 5, 0),
    (Activation(kind="PReLU", slope_count=1), (5,), 5, 0),
    (Activation(kind="PReLU", slope_count=5), (5,), 5, 0),
    (ActivationGradient(kind="Tanh"), (5, 5), 5, 0),
    (ActivationGradient(kind="LeakyReLU", constants=(-0.1,)), (5, 5), 5, 0),
    (ActivationGradient(kind="PReLU", slope_count=5), (5, 5), 5, 0),
    (Add(), (3, 3), 3, 0),
    (Mul(), (3, 3), 3, 0),
    (Blend(), (3, 3, 3), 3, 0),
    (Scale(), (3,), 3, 0),
    (Slice(start=0, stop=3), (3,), 3, 0),
    (Slice(start=2, stop=3), (3,), 1, 0),
    (Concat(), (3, 1, 2), 6, 0),
    (Concat(), (3,), 3, 0),
    (BatchNorm(channels=3), (3,), 3, 0),
    (Lstm(input_size=3, hidden_size=7), (3,), 7, 0),
    (Fir(taps=10), (1,), 1, 9),
]

BAD: list[tuple[Operation, tuple[int, ...], str]] = [
    (Input(channels=0), (), "channels is below 1"),
    (Input(channels=1), (1,), "input got inputs of the wrong widths"),
    (Conv(in_channels=2, out_channels=2), (), "conv got inputs of the wrong widths"),
    (Conv(in_channels=2, out_channels=2), (3,), "conv got inputs of the wrong widths"),
    (Conv(in_channels=2, out_channels=2), (2, 2), "conv got inputs of the wrong widths"),
    (Conv(in_channels=0, out_channels=2), (2,), "in_channels is below 1"),
    (Conv(in_channels=2, out_channels=0), (2,), "out_channels is below 1"),
    (Conv(in_channels=2, out_channels=2, kernel_size=0), (2,), "kernel_size is below 1"),
    (Conv(in_channels=2, out_channels=2, dilation=0), (2,), "dilation is below 1"),
    (Conv(in_channels=2, out_channels=2, groups=0), (2,), "groups is below 1"),
    (Conv(in_channels=3, out_channels=2, groups=2), (3,), "groups do not divide"),
    (Conv(in_channels=2, out_channels=3, groups=2), (2,), "groups do not divide"),
    (Activation(kind="Tanh"), (), "activation needs 1 inputs"),
    (Activation(kind="Tanh"), (2, 2), "activation needs 1 inputs"),
    (Activation(kind="Swoosh"), (2,), "unknown activation"),
    (Activation(kind="tanh"), (2,), "unknown activation"),
    (Activation(kind="LeakyReLU"), (2,), "wrong number of constants"),
    (Activation(kind="Tanh", constants=(1.0,)), (2,), "wrong number of constants"),
    (Activation(kind="PReLU"), (2,), "wrong number of slopes"),
    (Activation(kind="PReLU", slope_count=3), (2,), "wrong number of slopes"),
    (ActivationGradient(kind="Tanh"), (2,), "activation gradient needs 2 inputs"),
    (ActivationGradient(kind="Tanh"), (2, 3), "activation gradient needs 2 inputs"),
    (ActivationGradient(kind="Swoosh"), (2, 2), "unknown activation"),
    (ActivationGradient(kind="LeakyReLU"), (2, 2), "wrong number of constants"),
    (ActivationGradient(kind="PReLU", slope_count=3), (2, 2), "wrong number of slopes"),
    (Add(), (2,), "add needs 2 inputs"),
    (Add(), (2, 3), "add needs 2 inputs"),
    (Add(), (2, 2, 2), "add needs 2 inputs"),
    (Mul(), (1, 2), "mul needs 2 inputs"),
    (Blend(), (2, 2), "blend needs 3 inputs"),
    (Blend(), (2, 2, 1), "blend needs 3 inputs"),
    (Scale(), (2, 2), "scale needs 1 inputs"),
    (Slice(start=0, stop=1), (2, 2), "slice needs 1 inputs"),
    (Slice(start=-1, stop=1), (2,), "slice reaches outside"),
    (Slice(start=1, stop=1), (2,), "slice reaches outside"),
    (Slice(start=0, stop=3), (2,), "slice reaches outside"),
    (Concat(), (), "concat needs an input"),
    (BatchNorm(channels=2), (3,), "batchnorm got inputs of the wrong widths"),
    (Lstm(input_size=2, hidden_size=1), (1,), "lstm got inputs of the wrong widths"),
    (Lstm(input_size=0, hidden_size=1), (1,), "input_size is below 1"),
    (Lstm(input_size=1, hidden_size=0), (1,), "hidden_size is below 1"),
    (Fir(taps=3), (2,), "fir got inputs of the wrong widths"),
    (Fir(taps=0), (1,), "taps is below 1"),
]


@pytest.mark.parametrize(("operation", "inputs", "width", "lookback"), GOOD)
def test_widths_that_fit_give_the_width_of_the_output(
    operation: Operation, inputs: tuple[int, ...], width: int, lookback: int
) -> None:
    assert operation.output_channels(inputs) == width
    assert operation.lookback == lookback


@pytest.mark.parametrize(("operation", "inputs", "problem"), BAD)
def test_a_broken_rule_is_refused_with_what_was_expected_and_what_came(
    operation: Operation, inputs: tuple[int, ...], problem: str
) -> None:
    with pytest.raises(GraphError, match=problem) as caught:
        operation.output_channels(inputs)
    assert caught.value.expected is not None
    assert caught.value.got is not None


@pytest.mark.parametrize(
    ("operation", "inputs", "problem"), [bad for bad in BAD if not isinstance(bad[0], Input)]
)
def test_a_graph_names_the_node_whose_rule_is_broken(
    operation: Operation, inputs: tuple[int, ...], problem: str
) -> None:
    nodes = [Node("source", Input(channels=8))]
    for index, width in enumerate(inputs):
        nodes.append(Node(f"part{index}", Slice(start=0, stop=width), ("source",)))
    parts = tuple(node.name for node in nodes[1:])
    nodes.append(Node("array0.layer3.culprit", operation, parts))
    with pytest.raises(GraphError, match=rf"^array0\.layer3\.culprit: .*{problem}"):
        Graph(tuple(nodes), "array0.layer3.culprit")


def test_good_and_bad_examples_cover_every_operation() -> None:
    classes = {
        value
        for name, value in vars(operations).items()
        if inspect.isclass(value) and name in operations.__all__ and value is not ParameterSpec
    }
    assert {type(good[0]) for good in GOOD} == classes
    assert {type(bad[0]) for bad in BAD} == classes


def test_parameters_have_the_shapes_of_the_file_format() -> None:
    conv = Conv(in_channels=4, out_channels=6, kernel_size=3, groups=2)
    assert conv.parameters() == {"weight": ParameterSpec((6, 2, 3)), "bias": ParameterSpec((6,))}
    assert set(Conv(in_channels=1, out_channels=1, bias=False).parameters()) == {"weight"}
    lstm = Lstm(input_size=2, hidden_size=3).parameters()
    assert {name: spec.shape for name, spec in lstm.items()} == {
        "weight": (12, 5),
        "bias": (12,),
        "initial_hidden": (3,),
        "initial_cell": (3,),
    }
    assert Activation(kind="PReLU", slope_count=4).parameters() == {"slopes": ParameterSpec((4,))}
    assert Activation(kind="Tanh").parameters() == {}
    slopes = ActivationGradient(kind="PReLU", slope_count=4).parameters()
    assert slopes == {"slopes": ParameterSpec((4,))}
    assert ActivationGradient(kind="Tanh").parameters() == {}
    assert Fir(taps=3, bias=True).parameters() == {
        "weight": ParameterSpec((3,)),
        "bias": ParameterSpec((1,)),
    }


def test_statistics_and_the_head_scale_are_not_trained() -> None:
    trainable = {
        name: spec.trainable
        for operation in (BatchNorm(channels=2), Scale())
        for name, spec in operation.parameters().items()
    }
    assert trainable == {
        "running_mean": False,
        "running_var": False,
        "weight": True,
        "bias": True,
        "eps": False,
        "value": False,
    }
