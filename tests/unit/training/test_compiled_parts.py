"""Networks of several parts train as in torch: every operation, any graph around it."""

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torch import Tensor

from triode.compiler import find_compiler
from triode.compiler.passes.remove_dead import remove_dead
from triode.errors import GraphError
from triode.graph import Graph, Lstm, parse_graph, receptive_field
from triode.graph.torch_mapping import TorchGraph
from triode.training.compiled_parts import CompiledParts
from unit.graph.single import random_parameters
from unit.graph.strategies import graphs

pytestmark = pytest.mark.skipif(find_compiler() is None, reason="there is no C compiler")

# Float32 rounding beside float64, relative in the norm over a tensor. Running through eight
# batchnorms, each of which divides by what it measured, takes most of it.
TOLERANCE = 2e-5

GRAPHS = {
    "lstm": """
        input = input() channels=1
        cell = lstm(input) input_size=1 hidden_size=5
        head = conv(cell) in_channels=5 out_channels=1
        return head
    """,
    "stacked lstm": """
        input = input() channels=2
        first = lstm(input) input_size=2 hidden_size=4
        second = lstm(first) input_size=4 hidden_size=3
        third = lstm(second) input_size=3 hidden_size=6
        head = conv(third) in_channels=6 out_channels=2 bias=False
        return head
    """,
    "lstm without a head": """
        input = input() channels=1
        cell = lstm(input) input_size=1 hidden_size=3
        return cell
    """,
    "lstm that is read twice": """
        input = input() channels=1
        cell = lstm(input) input_size=1 hidden_size=3
        again = lstm(cell) input_size=3 hidden_size=3
        sum = add(cell, again)
        head = conv(sum) in_channels=3 out_channels=1
        return head
    """,
    "lstm inside convolutions": """
        input = input() channels=1
        before = conv(input) in_channels=1 out_channels=3 kernel_size=3 dilation=2
        bent = activation(before) kind='Tanh'
        cell = lstm(bent) input_size=3 hidden_size=4
        after = conv(cell) in_channels=4 out_channels=2 kernel_size=2 dilation=5
        straight = conv(input) in_channels=1 out_channels=2
        sum = add(after, straight)
        return sum
    """,
    "convnet": """
        input = input() channels=1
        a = conv(input) in_channels=1 out_channels=4 kernel_size=2 bias=False
        a.norm = batchnorm(a) channels=4
        a.bent = activation(a.norm) kind='Tanh'
        b = conv(a.bent) in_channels=4 out_channels=4 kernel_size=2 dilation=2 bias=False
        b.norm = batchnorm(b) channels=4
        b.bent = activation(b.norm) kind='ReLU'
        head = conv(b.bent) in_channels=4 out_channels=1
        return head
    """,
    "batchnorm of the signal, twice": """
        input = input() channels=2
        one = batchnorm(input) channels=2
        other = batchnorm(input) channels=2
        product = mul(one, other)
        cell = lstm(product) input_size=2 hidden_size=2
        last = batchnorm(cell) channels=2
        return last
    """,
    "response": """
        input = input() channels=1
        fir = fir(input) taps=30 bias=True
        return fir
    """,
    "responses in a row and side by side": """
        input = input() channels=1
        first = fir(input) taps=30 bias=True
        gain = conv(first) in_channels=1 out_channels=1
        second = fir(gain) taps=7 delay=4
        sum = add(first, second)
        bent = activation(sum) kind='Softsign'
        return bent
    """,
    "branches of different reach": """
        input = input() channels=1
        far = conv(input) in_channels=1 out_channels=2 kernel_size=3 dilation=50
        norm = batchnorm(far) channels=2
        near = lstm(input) input_size=1 hidden_size=2
        sum = add(norm, near)
        low = slice(sum) start=0 stop=1
        high = slice(sum) start=1 stop=2
        swapped = concat(high, low)
        later = conv(swapped) in_channels=2 out_channels=2 kernel_size=2 dilation=9
        mixed = mul(later, near)
        return mixed
    """,
    "a piece with nothing to train": """
        input = input() channels=1
        bent = activation(input) kind='Sigmoid'
        cell = lstm(bent) input_size=1 hidden_size=2
        squashed = activation(cell) kind='SiLU'
        return squashed
    """,
}


def networks(graph: Graph, seed: int = 1) -> tuple[CompiledParts, TorchGraph]:
    """The same network twice, compiled and in torch's float64."""
    values = random_parameters(graph, seed)
    return CompiledParts(graph, values), TorchGraph(graph, values, dtype=torch.float64)


def windows(graph: Graph, batch: int, frames: int, seed: int = 0) -> Tensor:
    length = receptive_field(graph) - 1 + frames
    rng = np.random.default_rng(seed)
    return torch.tensor(0.5 * rng.standard_normal((batch, graph.input_channels, length))).float()


def differentiated(network: TorchGraph, signal: Tensor) -> dict[str, Tensor]:
    """The output, every gradient of a loss that weighs each sample differently, the buffers."""
    network.zero_grad()
    output = network(signal)
    weights = torch.linspace(-1.0, 1.5, output.numel(), dtype=output.dtype).reshape(output.shape)
    (output * weights + output.square()).sum().backward()  # type: ignore[no-untyped-call]
    found = {"output": output.detach()}
    parameters = network.named_parameters()
    found |= {name: one.grad.clone() for name, one in parameters if one.grad is not None}
    return found | {name: one.clone() for name, one in network.named_buffers()}


def distances(got: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> dict[str, float]:
    """Relative distances by name; of parameters, relative to the largest gradient's norm."""
    assert got.keys() == wanted.keys()
    largest = max(float(torch.linalg.vector_norm(one)) for one in wanted.values())
    return {
        name: float(torch.linalg.vector_norm(got[name].double() - one))
        / max(float(torch.linalg.vector_norm(one)), 1e-3 * largest)
        for name, one in wanted.items()
    }


def agree(graph: Graph, batch: int, frames: int) -> None:
    compiled, plain = networks(graph)
    signal = windows(graph, batch, frames)
    found = distances(differentiated(compiled, signal), differentiated(plain, signal.double()))
    assert max(found.values()) < TOLERANCE, found


@pytest.mark.parametrize("name", GRAPHS)
def test_it_answers_and_differentiates_as_torch_does(name: str) -> None:
    agree(parse_graph(GRAPHS[name]), batch=3, frames=77)


@pytest.mark.heavy
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck])
@given(graphs(), st.integers(1, 20), st.integers(2, 90))
def test_random_graphs_agree_with_torch(graph: Graph, batch: int, frames: int) -> None:
    graph = remove_dead(graph).graph
    fast = any(isinstance(node.operation, Lstm) and node.operation.fast for node in graph.nodes)
    assume(any(one.trainable for one in graph.parameters) and not fast)
    try:
        agree(graph, batch, frames)
    except GraphError as error:
        assume("do not add up" not in str(error))
        raise
