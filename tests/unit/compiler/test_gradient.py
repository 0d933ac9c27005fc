"""The gradient graph, interpreted in float64, against torch's autograd."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from triode.architectures import networks
from triode.compiler import gradient as module
from triode.compiler.gradient import GradientGraph, gradient_graph, gradient_parameters
from triode.compiler.passes.remove_dead import remove_dead
from triode.errors import GraphError
from triode.graph import (
    ACTIVATIONS,
    Activation,
    Add,
    BatchNorm,
    Blend,
    Concat,
    Conv,
    Fir,
    Graph,
    GraphBuilder,
    Lstm,
    Mul,
    Operation,
    Parameters,
    Scale,
    parse_graph,
)
from triode.nam import read
from unit.architectures.known import a1, a2, model, random_wavenet
from unit.compiler.differentiated import CONSTANTS, by_graph, by_torch, random_graph, window
from unit.graph.single import random_parameters

# Float64 sums of some hundred products in another order, relative to the largest of a tensor.
TOLERANCE = 1e-10

RULES: dict[str, tuple[Operation, int]] = {
    "conv": (Conv(in_channels=4, out_channels=4, kernel_size=3, dilation=5), 1),
    "conv 1x1": (Conv(in_channels=4, out_channels=3), 1),
    "conv no bias": (Conv(in_channels=4, out_channels=2, kernel_size=2, bias=False), 1),
    "conv groups": (Conv(in_channels=4, out_channels=6, kernel_size=2, groups=2), 1),
    "conv depthwise": (Conv(in_channels=4, out_channels=8, kernel_size=2, groups=4), 1),
    "add": (Add(), 2),
    "mul": (Mul(), 2),
    "blend": (Blend(), 3),
    "scale": (Scale(), 1),
    "concat": (Concat(), 2),
    "PReLU": (Activation(kind="PReLU", slope_count=1), 1),
    "PReLU per channel": (Activation(kind="PReLU", slope_count=4), 1),
    **{
        f"{kind} {constants}": (Activation(kind=kind, constants=constants), 1)
        for kind in ACTIVATIONS
        if kind != "PReLU"
        for constants in CONSTANTS.get(kind, [()])
    },
}


def around(operation: Operation, inputs: int) -> Graph:
    """The operation between convolutions, so that gradients come in and parameters want them."""
    builder = GraphBuilder()
    signal = builder.input(2)
    conv = Conv(in_channels=2, out_channels=4, kernel_size=3, dilation=2)
    parts = [builder.add(f"before{number}", conv, signal) for number in range(inputs)]
    middle = builder.add("operation", operation, *parts)
    after = Conv(in_channels=builder.build(middle).output_channels, out_channels=2, kernel_size=2)
    return builder.build(builder.add("after", after, middle))


def agree(
    graph: Graph,
    parameters: Parameters | None = None,
    change: Callable[[GradientGraph], GradientGraph] = lambda same: same,
    *,
    to_signal: bool = False,
) -> None:
    graph = remove_dead(graph).graph
    parameters = random_parameters(graph, 1) if parameters is None else parameters
    parameters = {one.name: parameters[one.name] for one in graph.parameters}
    signal, gradient = window(graph, 40)
    _, wanted = by_torch(graph, parameters, signal, gradient, to_signal=to_signal)
    got = by_graph(graph, parameters, signal, gradient, change, to_signal=to_signal)
    assert got.keys() == wanted.keys()
    for name, value in wanted.items():
        scale = float(np.max(np.abs(value))) or 1.0
        np.testing.assert_allclose(got[name], value, rtol=0, atol=TOLERANCE * scale, err_msg=name)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_what_autograd_does(name: str) -> None:
    agree(around(*RULES[name]))


@pytest.mark.parametrize("to_signal", [False, True], ids=["parameters", "and signal"])
@pytest.mark.parametrize("seed", range(60))
def test_random_graphs_agree_with_autograd(seed: int, to_signal: bool) -> None:
    agree(random_graph(seed), to_signal=to_signal)


@pytest.mark.parametrize("seed", range(25))
def test_random_wavenets_agree_with_autograd(seed: int) -> None:
    network = networks(model(random_wavenet(seed)))[-1]
    agree(network.graph, network.parameters)


@pytest.mark.parametrize("config", [a1("nano"), a2(3)], ids=["A1 nano", "A2 Lite"])
def test_the_known_architectures_agree_with_autograd(config: object) -> None:
    network = networks(model(config))[-1]  # type: ignore[arg-type]
    agree(network.graph, network.parameters)


@pytest.mark.parametrize("name", ["core-wavenet", "core-wavenet_condition_dsp"])
def test_real_captures_agree_with_autograd(shared_data, name: str) -> None:  # type: ignore[no-untyped-def]
    for network in networks(read(shared_data / "nam" / f"{name}.nam")):
        agree(network.graph, network.parameters)


SHARED = {
    "a value twice in one operation": """
        input = input() channels=1
        a = conv(input) in_channels=1 out_channels=3 kernel_size=2
        square = mul(a, a)
        same = blend(square, a, a)
        double = add(same, same)
        both = concat(double, double)
        out = conv(both) in_channels=6 out_channels=1
        return out
    """,
    "slices of which one is read twice": """
        input = input() channels=1
        a = conv(input) in_channels=1 out_channels=4 kernel_size=2
        high = slice(a) start=1 stop=4
        low = slice(a) start=0 stop=1
        bent = activation(high) kind='Tanh'
        straight = add(high, bent)
        sum = concat(straight, low)
        whole = add(sum, a)
        out = conv(whole) in_channels=4 out_channels=1
        return out
    """,
    "branches of different reach": """
        input = input() channels=1
        near = conv(input) in_channels=1 out_channels=2 kernel_size=2
        far = conv(input) in_channels=1 out_channels=2 kernel_size=3 dilation=50
        farther = conv(near) in_channels=2 out_channels=2 kernel_size=2 dilation=120
        sum = add(far, farther)
        return sum
    """,
    "learned slopes of the input itself": """
        input = input() channels=2
        bent = activation(input) kind='PReLU' slope_count=2
        return bent
    """,
    "nothing but a convolution": """
        input = input() channels=2
        conv = conv(input) in_channels=2 out_channels=2 kernel_size=3
        return conv
    """,
    "a product with what is not trained": """
        input = input() channels=1
        fixed = activation(input) kind='Tanh'
        conv = conv(fixed) in_channels=1 out_channels=1 kernel_size=4
        gated = mul(fixed, conv)
        blended = blend(conv, gated, fixed)
        return blended
    """,
}


@pytest.mark.parametrize("name", SHARED)
def test_shared_values_agree_with_autograd(name: str) -> None:
    agree(parse_graph(SHARED[name]))


@pytest.mark.parametrize(
    ("operation", "width"),
    [
        (Lstm(input_size=2, hidden_size=2), 2),
        (BatchNorm(channels=2), 2),
        (Fir(taps=4), 1),
    ],
    ids=["lstm", "batchnorm", "fir"],
)
def test_operations_without_a_rule_are_refused_by_name(operation: Operation, width: int) -> None:
    builder = GraphBuilder()
    conv = Conv(in_channels=1, out_channels=width)
    before = builder.add("before", conv, builder.input(1))
    graph = builder.build(builder.add("array3.culprit", operation, before))
    kind = type(operation).__name__
    with pytest.raises(
        GraphError, match=rf"^array3\.culprit: there is no gradient rule for {kind}"
    ):
        gradient_graph(graph)


def test_slices_that_leave_something_out_are_refused_by_name() -> None:
    text = """
        input = input() channels=1
        whole = conv(input) in_channels=1 out_channels=3
        part = slice(whole) start=0 stop=2
        return part
    """
    with pytest.raises(GraphError, match=r"^whole: the slices of this value do not add up"):
        gradient_graph(parse_graph(text))


def test_a_network_without_trained_parameters_is_refused() -> None:
    text = """
        input = input() channels=1
        scaled = scale(input)
        return scaled
    """
    with pytest.raises(GraphError, match="nothing in this network is trained"):
        gradient_graph(parse_graph(text))


def test_only_what_is_needed_is_saved() -> None:
    graph = parse_graph(
        """
        input = input() channels=1
        conv = conv(input) in_channels=1 out_channels=2
        bent = activation(conv) kind='Tanh'
        falling = activation(bent) kind='LeakyReLU' constants=(-0.1,)
        scaled = scale(falling)
        mixed = add(scaled, bent)
        return mixed
        """
    )
    made = gradient_graph(graph)
    # The convolution's input; the output of tanh, which is the input of the falling one, too.
    assert set(made.saved) == {"input", "bent"}
    assert set(made.slices) == {"", "input", "bent"}
    assert [one.node.name for one in made.reductions] == ["conv"]


def test_gradients_of_the_input_are_not_computed() -> None:
    conv = Conv(in_channels=2, out_channels=2, kernel_size=3)
    builder = GraphBuilder()
    first = builder.add("first", conv, builder.input(2))
    made = gradient_graph(builder.build(builder.add("second", conv, first)))
    names = [node.name for node in made.graph.nodes]
    assert "back.second" in names
    assert "back.first" not in names


def without_turning(conv: Conv, weight: np.ndarray) -> np.ndarray:
    return weight.reshape(conv.in_channels, -1, conv.kernel_size)


MUTATIONS: dict[str, tuple[str, Callable[[pytest.MonkeyPatch], None]]] = {
    "weights not transposed": (
        "conv",
        lambda patch: patch.setattr(module, "transposed", without_turning),
    ),
    "no minus sign": (
        "blend",
        lambda patch: patch.setattr(
            module._Differentiator, "_minus", lambda self, name: f"{name}{str(self)[:0]}"
        ),
    ),
    "the slope of another value": (
        "SiLU ()",
        lambda patch: patch.setattr(module, "derivative_from_output", lambda *_: True),
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_comparison_notices_a_wrong_rule(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rule, mutate = MUTATIONS[name]
    mutate(monkeypatch)
    with pytest.raises(AssertionError):
        agree(around(*RULES[rule]))


def test_the_comparison_notices_a_wrong_reduction() -> None:
    graph = around(*RULES["conv"])

    def swapped(made: GradientGraph) -> GradientGraph:
        first, second = (
            next(one for one in made.reductions if one.node.name == name)
            for name in ("operation", "after")
        )
        others = [one for one in made.reductions if one not in (first, second)]
        wrong = replace(first, saved=second.saved)
        return replace(made, reductions=(*others, wrong, second))

    with pytest.raises(AssertionError):
        agree(graph, change=swapped)


def test_the_gradient_graph_needs_no_other_parameters() -> None:
    for name in ("conv", "blend", "scale", "PReLU per channel"):
        graph = around(*RULES[name])
        made = gradient_graph(graph).graph
        parameters = gradient_parameters(graph, random_parameters(graph, 2))
        assert parameters.keys() == {parameter.name for parameter in made.parameters}
        for parameter in made.parameters:
            assert parameters[parameter.name].shape == parameter.shape
