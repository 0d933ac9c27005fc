"""Networks side by side answer as each does alone."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from triode.errors import GraphError
from triode.graph import Graph, receptive_field
from triode.graph.stacked_convolution import stacked_convolution
from triode.graph.torch_mapping import TorchGraph
from triode.graph.torch_stacked import StackedGraph, can_be_stacked
from unit.graph.single import SINGLE_OPERATIONS, random_parameters, single_graph
from unit.graph.strategies import graphs

NETWORKS, BATCH = 3, 2


def agree(graph: Graph, *, seed: int, frames: int) -> None:
    modules = [
        TorchGraph(graph, random_parameters(graph, seed + number), dtype=torch.float64)
        for number in range(NETWORKS)
    ]
    frames += receptive_field(graph) - 1
    shape = (NETWORKS, BATCH, graph.input_channels, frames)
    signal = torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))
    stacked = StackedGraph(modules)
    got = stacked(signal)
    wanted = torch.stack([module(one) for module, one in zip(modules, signal, strict=True)])
    scale = 1.0 + float(wanted.detach().abs().max())
    torch.testing.assert_close(got, wanted, rtol=1e-9, atol=1e-12 * scale)


STACKED = [name for name, one in SINGLE_OPERATIONS.items() if can_be_stacked(single_graph(*one))]


@pytest.mark.parametrize("name", STACKED)
def test_an_operation_does_for_each_what_it_does_alone(name: str) -> None:
    agree(single_graph(*SINGLE_OPERATIONS[name]), seed=1, frames=17)


@settings(max_examples=60)
@given(graph=graphs(lstm=False).filter(can_be_stacked), seed=st.integers(0, 1000))
def test_random_graphs_do_too(graph: Graph, seed: int) -> None:
    agree(graph, seed=seed, frames=4)


def test_what_each_has_learned_is_written_back() -> None:
    graph = single_graph(*SINGLE_OPERATIONS["conv 1x1"])
    modules = [TorchGraph(graph, random_parameters(graph, seed)) for seed in range(NETWORKS)]
    stacked = StackedGraph(modules)
    with torch.no_grad():
        for parameter in stacked.parameters.values():
            parameter += 1.0
    stacked.write_back()
    for seed, module in enumerate(modules):
        for name, before in random_parameters(graph, seed).items():
            np.testing.assert_allclose(module.to_parameters()[name], before + 1.0, rtol=1e-6)


def test_a_network_that_remembers_is_refused() -> None:
    (name,) = (one for one in SINGLE_OPERATIONS if one == "lstm")
    graph = single_graph(*SINGLE_OPERATIONS[name])
    with pytest.raises(GraphError, match="side by side"):
        StackedGraph([TorchGraph(graph, random_parameters(graph, 0))])


SHAPES = [
    # in, out, taps, dilation, frames, bias
    (3, 3, 6, 41, 9000, True),
    (1, 8, 1, 1, 300, False),
    (8, 1, 16, 1, 333, True),
    (5, 7, 15, 13, 900, True),
    (16, 3, 3, 300, 1500, True),
    (40, 20, 2, 7, 500, False),
]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device here")
@pytest.mark.parametrize("shape", SHAPES)
def test_on_a_card_it_is_the_same_convolution(shape: tuple[int, int, int, int, int, bool]) -> None:
    """Float32 there, against float64 here: answers and all gradients."""
    into, out, taps, dilation, frames, has_bias = shape
    generator = torch.Generator().manual_seed(0)

    def random(*sizes: int) -> torch.Tensor:
        return torch.randn(sizes, generator=generator, dtype=torch.float64)

    weight, bias = random(NETWORKS, out, into, taps), random(NETWORKS, out) if has_bias else None
    # Part of a longer signal, as where branches of different reach meet.
    signal, slope = random(NETWORKS, BATCH, into, frames + 7)[..., 7:], None
    results = []
    for device, dtype in (("cpu", torch.float64), ("cuda", torch.float32)):
        given = [one.to(device, dtype) for one in (signal, weight, bias) if one is not None]
        inputs = [one.detach().requires_grad_() for one in given]
        answer = stacked_convolution(
            inputs[0], inputs[1], inputs[2] if has_bias else None, dilation=dilation
        )
        slope = random(*answer.shape) if slope is None else slope
        gradients = torch.autograd.grad(answer, inputs, slope.to(device, dtype))
        results.append([one.detach().double().cpu() for one in (answer, *gradients)])
    for wanted, got in zip(*results, strict=True):
        assert float((got - wanted).norm() / wanted.norm()) < 1e-6
