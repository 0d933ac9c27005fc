"""LSTMs with windows in lanes, beside torch, for any widths, depths and batches."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from triode.architectures import lower
from triode.compiler import ISAS, Isa, find_compiler, host_isas
from triode.compiler.parts import RecurrentStack, split_in_parts
from triode.graph import Conv, Graph, GraphBuilder, Lstm
from triode.graph.torch_mapping import TorchGraph
from triode.nam import parse_config
from triode.training import load_recipe
from triode.training.recurrent import StackKernel, run_stack
from unit.graph.single import random_parameters

pytestmark = pytest.mark.skipif(find_compiler() is None, reason="there is no C compiler")

# Float32 rounding beside float64 over at most a hundred frames: 1e-6 of the norm of a tensor, and
# of the largest gradient for those that almost vanish.
TOLERANCE = 3e-6


@dataclass(frozen=True)
class Answer:
    """An output and the gradients of the signal and of all parameters."""

    output: Tensor
    gradients: dict[str, Tensor]


def stacked(inputs: int, hidden: list[int], outputs: int, *, bias: bool = True) -> Graph:
    """LSTM layers and a head of so many outputs, or none."""
    builder = GraphBuilder()
    signal, width = builder.input(inputs), inputs
    for number, size in enumerate(hidden):
        cell = Lstm(input_size=width, hidden_size=size)
        signal, width = builder.add(f"layer{number}", cell, signal), size
    if outputs:
        head = Conv(in_channels=width, out_channels=outputs, bias=bias)
        signal = builder.add("head", head, signal)
    return builder.build(signal)


def tame(graph: Graph) -> dict[str, npt.NDArray[np.float64]]:
    """Random parameters, small enough that the network does not blow rounding errors up."""
    values = random_parameters(graph, 3)
    return {name: one / np.sqrt(one[0].size + 1.0) for name, one in values.items()}


def kernel_of(graph: Graph, isa: Isa) -> StackKernel:
    compiler = find_compiler()
    assert compiler is not None
    (stack,) = split_in_parts(graph)
    assert isinstance(stack, RecurrentStack)
    return StackKernel(stack, isa, compiler)


def weighed(output: Tensor) -> Tensor:
    """A loss that weighs every sample differently."""
    weights = torch.linspace(-1.0, 1.5, output.numel(), dtype=output.dtype)
    return (output * weights.reshape(output.shape) + output.square()).sum()


def ours(graph: Graph, isa: Isa, signal: Tensor) -> Answer:
    kernel = kernel_of(graph, isa)
    values = tame(graph)
    names = kernel.stack.names
    tensors = [torch.tensor(values[name]).float().requires_grad_() for name in names]
    source = signal.clone().requires_grad_()
    output = run_stack(kernel, source, tensors)
    weighed(output).backward()  # type: ignore[no-untyped-call]
    assert source.grad is not None
    found = {"signal": source.grad}
    for name, tensor in zip(names, tensors, strict=True):
        assert tensor.grad is not None
        found[name] = tensor.grad
    return Answer(output.detach(), found)


def torchs(graph: Graph, signal: Tensor) -> Answer:
    module = TorchGraph(graph, tame(graph), dtype=torch.float64)
    source = signal.double().requires_grad_()
    output = module(source)
    weighed(output).backward()  # type: ignore[no-untyped-call]
    found = {"signal": source.grad}
    found |= {one.name: module.tensor(one.name).grad for one in graph.parameters}
    return Answer(output.detach(), {name: one for name, one in found.items() if one is not None})


def worst(got: Answer, wanted: Answer) -> float:
    """The largest distance of two tensors, relative to the norm."""
    assert got.gradients.keys() == wanted.gradients.keys()
    largest = max(float(torch.linalg.vector_norm(one)) for one in wanted.gradients.values())
    pairs = [(got.output, wanted.output, 0.0)]
    pairs += [(got.gradients[name], one, 0.01 * largest) for name, one in wanted.gradients.items()]
    return max(
        float(torch.linalg.vector_norm(one.double() - other))
        / max(float(torch.linalg.vector_norm(other)), least)
        for one, other, least in pairs
    )


def noise(batch: int, inputs: int, frames: int, seed: int = 0) -> Tensor:
    rng = np.random.default_rng(seed)
    return torch.tensor(0.5 * rng.standard_normal((batch, inputs, frames))).float()


SIZES = st.integers(1, 9)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck])
@given(
    st.integers(1, 3),
    st.lists(SIZES, min_size=1, max_size=4),
    st.integers(0, 3),
    st.booleans(),
    st.integers(1, 20),
    st.integers(1, 100),
)
def test_any_stack_is_what_autograd_does(
    inputs: int, hidden: list[int], outputs: int, bias: bool, batch: int, frames: int
) -> None:
    graph = stacked(inputs, hidden, outputs, bias=bias)
    signal = noise(batch, inputs, frames)
    assert worst(ours(graph, host_isas()[0], signal), torchs(graph, signal)) < TOLERANCE


@pytest.mark.parametrize("isa", host_isas()[1:], ids=lambda isa: isa.name)
def test_every_instruction_set_agrees(isa: Isa) -> None:
    graph = stacked(2, [5, 17], 1)
    signal = noise(5, 2, 70)
    assert worst(ours(graph, isa, signal), torchs(graph, signal)) < TOLERANCE


def test_the_comparison_notices_a_forgotten_past() -> None:
    graph = stacked(1, [4], 1)
    signal = noise(3, 1, 70)
    changed = signal.clone()
    changed[..., 0] += 0.5
    got, wanted = ours(graph, host_isas()[0], changed), torchs(graph, signal)
    assert worst(got, wanted) > 100.0 * TOLERANCE


def test_the_initial_state_is_trained() -> None:
    answer = ours(stacked(1, [4], 1), host_isas()[0], noise(3, 1, 20))
    for part in ("hidden", "cell"):
        assert float(answer.gradients[f"layer0.initial_{part}"].abs().min()) > 0.0


def test_the_number_of_threads_changes_no_bit() -> None:
    graph, signal = stacked(1, [6, 3], 1), noise(37, 1, 90)
    answers = []
    for threads in (1, 2, 4, 1):
        torch.set_num_threads(threads)
        answers.append(ours(graph, host_isas()[0], signal))
    for other in answers[1:]:
        assert torch.equal(other.output, answers[0].output)
        for name, gradient in other.gradients.items():
            assert torch.equal(gradient, answers[0].gradients[name])


def test_idle_lanes_change_nothing() -> None:
    graph, signal = stacked(1, [6], 2), noise(3, 1, 50)
    alone = ours(graph, host_isas()[0], signal)
    silent = torch.cat([signal, noise(14, 1, 50, seed=1)])
    assert torch.equal(ours(graph, host_isas()[0], silent).output[:3], alone.output)


@pytest.mark.parametrize("isa", ISAS.values(), ids=ISAS)
def test_the_recipes_windows_take_less_than_32_megabytes_a_thread(isa: Isa) -> None:
    if isa not in host_isas():
        pytest.skip("this machine does not run it")
    recipe = load_recipe("lstm-1x16")
    (size,) = recipe.sizes
    kernel = kernel_of(lower(parse_config(size.architecture, size.config, 48000.0)), isa)
    frames = recipe.windows.run_in_samples + recipe.windows.output_samples
    signal = noise(recipe.windows.batch_size, 1, frames).numpy()
    _, kept = kernel.forward(kernel.packed(zeros(kernel)), signal, keep=True)
    assert kept is not None
    assert 0 < 4 * kernel.area_floats + kept.nbytes < 32e6


def zeros(kernel: StackKernel) -> list[npt.NDArray[np.float32]]:
    """Zeros in the shapes of a stack's parameters."""
    nodes = [*kernel.stack.layers, *([kernel.stack.head] if kernel.stack.head else [])]
    return [
        np.zeros(spec.shape, np.float32)
        for node in nodes
        for spec in node.operation.parameters().values()
    ]
