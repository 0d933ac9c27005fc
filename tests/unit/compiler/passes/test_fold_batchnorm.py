"""Batchnorm goes into the convolution before it, or becomes a convolution."""

import numpy as np

from triode.compiler.passes import fold_batchnorm
from triode.graph import parse_graph
from unit.compiler.passes.before_after import check_rewrite, difference
from unit.graph.single import random_parameters


def test_it_goes_into_the_convolution_before_it() -> None:
    check_rewrite(
        fold_batchnorm,
        """
        input = input() channels=1
        conv = conv(input) in_channels=1 out_channels=3 kernel_size=2 dilation=4 bias=False
        norm = batchnorm(conv) channels=3
        act = activation(norm) kind='Tanh'
        return act
        """,
        """
        input = input() channels=1
        conv = conv(input) in_channels=1 out_channels=3 kernel_size=2 dilation=4 bias=True
        act = activation(conv) kind='Tanh'
        return act
        """,
    )


def test_a_convolution_that_others_read_keeps_its_values() -> None:
    check_rewrite(
        fold_batchnorm,
        """
        input = input() channels=2
        conv = conv(input) in_channels=2 out_channels=2
        norm = batchnorm(conv) channels=2
        sum = add(conv, norm)
        return sum
        """,
        """
        input = input() channels=2
        conv = conv(input) in_channels=2 out_channels=2
        norm = conv(conv) in_channels=2 out_channels=2 groups=2
        sum = add(conv, norm)
        return sum
        """,
    )


def test_one_after_another_and_at_both_ends() -> None:
    check_rewrite(
        fold_batchnorm,
        """
        input = input() channels=2
        first = batchnorm(input) channels=2
        second = batchnorm(first) channels=2
        conv = conv(second) in_channels=2 out_channels=2
        last = batchnorm(conv) channels=2
        return last
        """,
        """
        input = input() channels=2
        first = conv(input) in_channels=2 out_channels=2 groups=2
        second = conv(first) in_channels=2 out_channels=2 groups=2
        conv = conv(second) in_channels=2 out_channels=2
        return conv
        """,
    )


def test_the_known_formula() -> None:
    graph = parse_graph(
        """
        input = input() channels=1
        conv = conv(input) in_channels=1 out_channels=1
        norm = batchnorm(conv) channels=1
        return norm
        """
    )
    values = {"conv.weight": 2.0, "conv.bias": 5.0, "norm.running_mean": 3.0, "norm.weight": 10.0}
    values |= {"norm.running_var": 3.0, "norm.bias": 7.0, "norm.eps": 1.0}
    shaped = {one.name: np.full(one.shape, values[one.name]) for one in graph.parameters}
    folded = fold_batchnorm(graph).apply(shaped)
    assert folded["conv.weight"].item() == 2.0 * 10.0 / 2.0
    assert folded["conv.bias"].item() == (5.0 - 3.0) * 10.0 / 2.0 + 7.0


def test_the_comparison_notices_a_wrong_variance() -> None:
    graph = parse_graph(
        """
        input = input() channels=1
        norm = batchnorm(input) channels=1
        return norm
        """
    )
    parameters = random_parameters(graph, 0)
    rewrite = fold_batchnorm(graph)
    right = rewrite.apply(parameters)
    wrong = {**right, "norm.weight": right["norm.weight"] * (1.0 + 1e-6)}
    assert difference(graph, type(rewrite)(rewrite.graph, lambda _: wrong), parameters) > 1e-8
