"""All passes together: what they promise the emitter, and that no sample changes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triode.architectures import lower
from triode.compiler.passes import optimise
from triode.graph import BatchNorm, Fir, Graph
from unit.architectures.known import random_wavenet
from unit.compiler.passes.before_after import check_rewrite, same_samples
from unit.graph.single import random_parameters
from unit.graph.strategies import graphs


def promises(graph: Graph) -> None:
    """Nothing is left that the emitter has no code for, and the parameters are exactly right."""
    for node in graph.nodes:
        assert not isinstance(node.operation, BatchNorm)
        assert not isinstance(node.operation, Fir) or (
            node.operation.delay and not node.operation.bias
        )


@settings(max_examples=150)
@given(graph=graphs(), seed=st.integers(0, 100))
def test_any_graph(graph: Graph, seed: int) -> None:
    rewrite = optimise(graph)
    promises(rewrite.graph)
    same_samples(graph, rewrite, random_parameters(graph, seed))


@pytest.mark.parametrize("seed", range(30))
def test_random_wavenets(seed: int) -> None:
    graph = lower(random_wavenet(seed))
    rewrite = optimise(graph)
    promises(rewrite.graph)
    same_samples(graph, rewrite, random_parameters(graph, seed))


def test_dead_readers_are_in_nobodys_way() -> None:
    rewrite = check_rewrite(
        optimise,
        """
        input = input() channels=1
        conv = conv(input) in_channels=1 out_channels=2
        dead = activation(conv) kind='Tanh'
        head_scale = scale(conv)
        return head_scale
        """,
        """
        input = input() channels=1
        conv = conv(input) in_channels=1 out_channels=2
        return conv
        """,
    )
    promises(rewrite.graph)
