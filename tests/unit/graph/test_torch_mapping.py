"""The torch mapping against the interpreter, operation by operation, and its gradients."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.func import functional_call

from triode.errors import GraphError
from triode.graph import (
    Add,
    BatchNorm,
    Concat,
    Conv,
    Graph,
    GraphBuilder,
    interpret,
    receptive_field,
)
from triode.graph.torch_mapping import TorchGraph
from unit.graph.single import SINGLE_OPERATIONS, random_parameters, single_graph
from unit.graph.strategies import graphs


def agree(graph: Graph, *, seed: int, frames: int) -> None:
    """Both executors, in float64, on a batch of two."""
    parameters = random_parameters(graph, seed)
    valid = receptive_field(graph) - 1
    signal = np.random.default_rng(seed).standard_normal((2, graph.input_channels, valid + frames))
    module = TorchGraph(graph, parameters, dtype=torch.float64).eval()
    with torch.no_grad():
        got = module(torch.from_numpy(signal)).numpy()
    wanted = np.stack([interpret(graph, parameters, one)[:, valid:] for one in signal])
    assert got.shape == (2, graph.output_channels, frames)
    # Another order of summation in float64; products of random numbers may have grown.
    scale = 1.0 + np.max(np.abs(wanted))
    np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-12 * scale)


@pytest.mark.parametrize("name", SINGLE_OPERATIONS)
def test_an_operation_agrees_with_the_interpreter(name: str) -> None:
    agree(single_graph(*SINGLE_OPERATIONS[name]), seed=1, frames=17)


@settings(max_examples=60)
@given(graph=graphs(lstm=False), seed=st.integers(0, 1000))
def test_random_graphs_agree_with_the_interpreter(graph: Graph, seed: int) -> None:
    agree(graph, seed=seed, frames=4)


@pytest.mark.parametrize("name", SINGLE_OPERATIONS)
def test_gradients_are_those_of_finite_differences(name: str) -> None:
    operation, widths = SINGLE_OPERATIONS[name]
    graph = single_graph(operation, widths)
    module = TorchGraph(graph, random_parameters(graph, seed=2), dtype=torch.float64).eval()
    names = [name for name, _ in module.named_parameters()]
    tensors = list(module.parameters())
    frames = receptive_field(graph) + 1
    # Away from the kinks of the piecewise activations, where no derivative exists.
    signal = torch.tensor(
        np.random.default_rng(3).choice([-2.0, -0.3, 0.2, 0.6, 1.7], (1, sum(widths), frames)),
        requires_grad=True,
    )

    def run(x: torch.Tensor, *values: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = functional_call(module, dict(zip(names, values, strict=True)), (x,))
        return result

    assert torch.autograd.gradcheck(run, (signal, *tensors))


def test_only_what_is_trainable_gets_a_gradient() -> None:
    builder = GraphBuilder()
    signal = builder.add("norm", BatchNorm(channels=1), builder.input(1))
    graph = builder.build(signal)
    module = TorchGraph(graph, random_parameters(graph, seed=4))
    assert {name for name, _ in module.named_parameters()} == {"norm__weight", "norm__bias"}
    assert {name for name, _ in module.named_buffers()} == {
        "norm__running_mean",
        "norm__running_var",
        "norm__eps",
    }


def test_batchnorm_learns_its_statistics_in_training_only() -> None:
    graph = single_graph(*SINGLE_OPERATIONS["batchnorm"])
    parameters = random_parameters(graph, seed=5)
    module = TorchGraph(graph, parameters, dtype=torch.float64)
    signal = torch.from_numpy(np.random.default_rng(6).standard_normal((2, 3, 40)))
    trained = module.train()(signal)
    weight, bias = parameters["operation.weight"], parameters["operation.bias"]
    mean, variance = signal.mean((0, 2)).numpy(), signal.var((0, 2), unbiased=False).numpy()
    eps = parameters["operation.eps"]
    wanted = (signal.numpy() - mean[:, None]) / np.sqrt(variance + eps)[:, None]
    wanted = wanted * weight[:, None] + bias[:, None]
    np.testing.assert_allclose(trained.detach().numpy(), wanted, atol=1e-12)

    learned = module.to_parameters()["operation.running_mean"]
    moved = 0.9 * parameters["operation.running_mean"] + 0.1 * mean
    np.testing.assert_allclose(learned, moved, atol=1e-6)
    module.eval()(signal)
    np.testing.assert_array_equal(module.to_parameters()["operation.running_mean"], learned)


def test_parameters_come_back_as_float32_copies() -> None:
    graph = single_graph(*SINGLE_OPERATIONS["conv"])
    parameters = random_parameters(graph, seed=7)
    module = TorchGraph(graph, parameters)
    back = module.to_parameters()
    assert back.keys() == parameters.keys()
    for name, value in back.items():
        assert value.dtype == np.float32
        np.testing.assert_array_equal(value, parameters[name].astype(np.float32))
    back["operation.weight"][:] = 0.0
    parameters["operation.bias"][:] = 0.0
    again = module.to_parameters()
    assert np.all(again["operation.weight"] != 0.0)
    assert np.all(again["operation.bias"] != 0.0)


def test_branches_of_different_reach_meet_at_the_newest_frames() -> None:
    builder = GraphBuilder()
    signal = builder.input(1)
    near = builder.add("near", Conv(in_channels=1, out_channels=1, kernel_size=2), signal)
    far = Conv(in_channels=1, out_channels=1, kernel_size=3, dilation=4)
    distant = builder.add("distant", far, signal)
    joined = builder.add("joined", Concat(), near, distant, signal)
    agree(builder.build(joined), seed=8, frames=5)
    agree(builder.build(builder.add("sum", Add(), joined, joined)), seed=9, frames=5)


def test_parameters_that_do_not_fit_are_refused() -> None:
    graph = single_graph(*SINGLE_OPERATIONS["conv"])
    with pytest.raises(GraphError, match="the parameter is missing"):
        TorchGraph(graph, {})
