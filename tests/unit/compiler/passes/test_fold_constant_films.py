"""FiLMs with zero weights turn into scales and shifts of their neighbours, or into nothing."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from conformance.strategies import random_wavenet, seeded
from triode.architectures import networks
from triode.compiler.passes import fold_constant_films, optimise, specialise
from triode.graph import Graph, Mul, parse_graph, print_graph
from unit.compiler.passes.before_after import difference, same_samples
from unit.graph.single import random_parameters

BEFORE = """
    input = input() channels=1
    conv = conv(input) in_channels=1 out_channels=2 kernel_size=3
    film = conv(input) in_channels=1 out_channels=4
    film.scale = slice(film) start=0 stop=2
    film.shift = slice(film) start=2 stop=4
    film.scaled = mul(conv, film.scale)
    film.shifted = add(film.scaled, film.shift)
    act = activation(film.shifted) kind='Tanh'
    return act
    """
WITHOUT = """
    input = input() channels=1
    conv = conv(input) in_channels=1 out_channels=2 kernel_size=3
    act = activation(conv) kind='Tanh'
    return act
    """
Tensors = dict[str, npt.NDArray[np.float64]]


def parameters_of(graph: Graph, **changes: npt.NDArray[np.float64]) -> Tensors:
    """Random parameters with zero FiLM weights, and these changes."""
    values = random_parameters(graph, 3)
    values["film.weight"][:] = 0.0
    return values | {f"film.{name}": value for name, value in changes.items()}


def text(graph: Graph) -> str:
    return print_graph(graph)


def test_a_post_film_goes_into_the_convolution_before_it() -> None:
    graph = parse_graph(BEFORE)
    values = parameters_of(graph)
    rewrite = specialise(graph, values)
    diagonals = """
        input = input() channels=1
        conv = conv(input) in_channels=1 out_channels=2 kernel_size=3
        film.scaled = conv(conv) in_channels=2 out_channels=2 groups=2 bias=False
        film.shifted = conv(film.scaled) in_channels=2 out_channels=2 groups=2 bias=True
        act = activation(film.shifted) kind='Tanh'
        return act
        """
    assert text(rewrite.graph) == text(parse_graph(diagonals))
    same_samples(graph, rewrite, values)
    whole = rewrite.then(optimise)
    assert text(whole.graph) == text(parse_graph(WITHOUT))
    same_samples(graph, whole, values)


def test_a_pre_film_goes_into_the_convolution_after_it() -> None:
    graph = parse_graph(
        """
        input = input() channels=1
        start = activation(input) kind='Tanh'
        film = conv(input) in_channels=1 out_channels=1
        film.scaled = mul(start, film)
        conv = conv(film.scaled) in_channels=1 out_channels=2 kernel_size=3
        return conv
        """
    )
    values = parameters_of(graph)
    whole = specialise(graph, values).then(optimise)
    after = """
        input = input() channels=1
        start = activation(input) kind='Tanh'
        conv = conv(start) in_channels=1 out_channels=2 kernel_size=3
        return conv
        """
    assert text(whole.graph) == text(parse_graph(after))
    same_samples(graph, whole, values)


def test_one_around_a_sum_goes_into_both_convolutions() -> None:
    graph = parse_graph(
        BEFORE.replace(
            "film.scaled = mul(conv,", "sum = add(conv, mixin)\nfilm.scaled = mul(sum,"
        ).replace("film = ", "mixin = conv(input) in_channels=1 out_channels=2\nfilm = ", 1)
    )
    values = parameters_of(graph)
    whole = specialise(graph, values).then(optimise)
    assert [node.name for node in whole.graph.nodes] == ["input", "conv", "mixin", "sum", "act"]
    same_samples(graph, whole, values)


def test_a_neutral_one_becomes_nothing() -> None:
    graph = parse_graph(BEFORE)
    values = parameters_of(graph, bias=np.array([1.0, 1.0, 0.0, 0.0]))
    rewrite = specialise(graph, values)
    assert text(rewrite.graph) == text(parse_graph(WITHOUT))
    same_samples(graph, rewrite, values)


def test_only_the_constant_half_goes() -> None:
    graph = parse_graph(BEFORE)
    weight = np.zeros((4, 1, 1))
    weight[2:] = 0.7
    values = parameters_of(graph, weight=weight)
    whole = specialise(graph, values).then(optimise)
    kinds = [type(node.operation).__name__ for node in whole.graph.nodes]
    assert "Mul" not in kinds
    assert kinds.count("Add") == 1
    same_samples(graph, whole, values)


def test_one_weight_that_is_not_zero_keeps_the_film_and_the_artifact() -> None:
    graph = parse_graph(BEFORE)
    weight = np.full((4, 1, 1), 1e-9)
    values = parameters_of(graph, weight=weight)
    assert fold_constant_films(graph, values).graph is graph
    assert specialise(graph, values).graph == graph


def test_other_convolutions_of_zeros_stay() -> None:
    graph = parse_graph(WITHOUT)
    values = random_parameters(graph, 0)
    values["conv.weight"][:] = 0.0
    assert specialise(graph, values).graph == graph


def test_the_comparison_notices_other_values() -> None:
    graph = parse_graph(BEFORE)
    rewrite = specialise(graph, parameters_of(graph))
    wrong = parameters_of(graph, weight=np.full((4, 1, 1), 1e-3))
    assert difference(graph, rewrite, wrong) > 1e-6


def with_zero_films(document: dict[str, Any], seed: int) -> tuple[Graph, Tensors, int]:
    """A random WaveNet, the weights of some of its FiLMs set to zero, and how many."""
    import json

    from triode.nam import parse

    network = networks(parse(json.dumps(document)))[-1]
    values = {name: np.array(value, np.float64) for name, value in network.parameters.items()}
    rng = np.random.default_rng(seed)
    zeroed = 0
    for name, value in values.items():
        if name.endswith("film.weight") and rng.random() < 0.7:
            value[:] = 0.0
            zeroed += 1
            if rng.random() < 0.3:
                bias = values[name.replace("weight", "bias")]
                bias[:] = 0.0
                width = network.graph.widths.get(name.replace("weight", "scale"), len(bias))
                bias[:width] = 1.0
    return network.graph, values, zeroed


@pytest.mark.parametrize("seed", range(40))
def test_random_wavenets_sound_the_same_and_lose_their_constant_films(seed: int) -> None:
    graph, values, zeroed = with_zero_films(random_wavenet(seeded(seed)), seed)
    rewrite = specialise(graph, values)

    def products(of: Graph) -> int:
        return sum(isinstance(node.operation, Mul) for node in of.nodes)

    # A FiLM of the last layer may already be dead, so its product is not counted twice.
    assert products(graph) - products(rewrite.graph) >= zeroed
    same_samples(graph, rewrite, values)
    same_samples(graph, rewrite.then(optimise), values)
