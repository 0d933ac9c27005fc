"""Networks of several parts train as in torch: every operation, any graph around it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

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
from triode.nam import parse_config
from triode.training import Progress, Recipe, load_recipe, loop
from triode.training.checkpoint import Identity, restore_checkpoint, save_checkpoint
from triode.training.compiled_parts import CompiledParts
from triode.training.loop import TrainingState, fit, initial_state
from triode.training.material import Material
from unit.graph.single import random_parameters
from unit.graph.strategies import graphs
from unit.training.conftest import amplify, noise

pytestmark = pytest.mark.skipif(find_compiler() is None, reason="there is no C compiler")

# Float32 rounding beside float64, relative in the norm over a tensor. Batchnorm, which
# divides by what it measured, takes most of it.
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
    """Where a gradient is a small difference of large sums, torch in float32 is inexact as well."""
    compiled, plain = networks(graph)
    customary = TorchGraph(graph, plain.to_parameters())
    signal = windows(graph, batch, frames)
    wanted = differentiated(plain, signal.double())
    found = distances(differentiated(compiled, signal), wanted)
    theirs = distances(differentiated(customary, signal), wanted)
    excess = {name: one / max(TOLERANCE, 8.0 * theirs[name]) for name, one in found.items()}
    assert max(excess.values()) < 1.0, (found, theirs)


LIGHT = {"stacked lstm", "convnet", "response"}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in LIGHT else pytest.mark.heavy) for name in GRAPHS],
)
def test_it_answers_and_differentiates_as_torch_does(name: str) -> None:
    agree(parse_graph(GRAPHS[name]), batch=3, frames=77)


def test_the_comparison_notices_statistics_of_one_window_alone() -> None:
    compiled, plain = networks(parse_graph(GRAPHS["convnet"]))
    signal = windows(compiled.graph, 3, 77)
    wanted = differentiated(plain, signal.double())
    found = distances(differentiated(compiled, signal[:1].repeat(3, 1, 1)), wanted)
    assert max(found.values()) > 1e3 * TOLERANCE


def test_evaluation_takes_the_running_statistics_and_leaves_them() -> None:
    compiled, plain = networks(parse_graph(GRAPHS["convnet"]))
    signal = windows(compiled.graph, 4, 60)
    for network, x in ((compiled, signal), (plain, signal.double())):
        network(x)  # in training, so that they become something else than what they were
        network.eval()
    before = [one.clone() for one in compiled.buffers()]
    long = windows(compiled.graph, 1, 20_000)
    with torch.no_grad():
        got, wanted = compiled(long), plain(long.double())
    assert float(torch.linalg.vector_norm(got - wanted) / torch.linalg.vector_norm(wanted)) < 1e-6
    assert all(map(torch.equal, compiled.buffers(), before))


ALONE = """
    input = input() channels=2
    norm = batchnorm(input) channels=2
    return norm
"""


def test_one_frame_has_no_variance() -> None:
    compiled, _ = networks(parse_graph(ALONE))
    with pytest.raises(GraphError, match="norm: one frame has no variance"):
        compiled(torch.zeros(1, 2, 1))


def test_a_large_mean_takes_no_digits_from_the_variance() -> None:
    graph = parse_graph(ALONE)
    compiled, plain = networks(graph)
    signal = windows(graph, 3, 5001) + 100.0
    compiled(signal), plain(signal.double())
    ratio = compiled.tensor("norm.running_var").double() / plain.tensor("norm.running_var")
    assert float((ratio - 1.0).abs().max()) < 1e-6


RECIPE = """
description = "three sizes of several parts"
epochs = 3
seed = 0

[windows]
output_samples = 700
run_in_samples = 100
batch_size = 6

[optimizer]
learning_rate = 0.01

[[sizes]]
architecture = "Linear"
max_value = 0.3
config = { receptive_field = 40, bias = true }

[[sizes]]
architecture = "LSTM"
max_value = 0.6
config = { input_size = 1, hidden_size = 3, num_layers = 2 }

[[sizes]]
architecture = "ConvNet"
max_value = 1.0
config = { channels = 3, dilations = [1, 2], batchnorm = true, activation = "Tanh" }
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    path = tmp_path / "parts.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return load_recipe(path)


@pytest.fixture
def material() -> Material:
    dry = noise(1.0)
    return Material(
        dry=dry,
        wet=amplify(dry),
        rate_hz=16000,
        training=((500, 12000),),
        validation=(12500, 16000),
        output_gain=1.0,
        fingerprint="",
    )


def start(recipe: Recipe) -> TrainingState:
    configs = tuple(parse_config(one.architecture, one.config, 16000) for one in recipe.sizes)
    return initial_state(configs, recipe, 16000, "cpu")


def train(
    state: TrainingState,
    recipe: Recipe,
    material: Material,
    save: Callable[[TrainingState], None] = lambda _: None,
) -> TrainingState:
    fit(state, material, recipe, device="cpu", progress=Progress(), save=save)
    return state


def test_a_training_is_the_one_that_torch_does(
    recipe: Recipe, material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = train(start(recipe), recipe, material)
    assert all(type(one.module) is CompiledParts for one in compiled.trainees)
    monkeypatch.setattr(
        loop, "trainable_module", lambda graph, values, **_: TorchGraph(graph, values)
    )
    plain = train(start(recipe), recipe, material)
    for ours, theirs in zip(compiled.history, plain.history, strict=True):
        # Float32 rounding of 1e-6 a step, which Adam carries on.
        assert ours.loss == pytest.approx(theirs.loss, rel=1e-3)
        assert ours.esr == pytest.approx(theirs.esr, rel=1e-3)
    losses = compiled.history[0].loss, compiled.history[-1].loss
    assert all(losses[1][name] < losses[0][name] for name in losses[0])


def test_a_resumed_training_is_as_uninterrupted(
    recipe: Recipe, material: Material, tmp_path: Path
) -> None:
    identity = Identity(recipe="{}", seed=0, data="abc")
    path = tmp_path / "amp.checkpoint"

    def save_first(state: TrainingState) -> None:
        if len(state.history) == 1:
            save_checkpoint(path, state, identity)

    torch.set_num_threads(1)
    whole = train(start(recipe), recipe, material, save_first)
    resumed = start(recipe)
    restore_checkpoint(path, resumed, identity)
    torch.set_num_threads(2)  # even on another machine
    train(resumed, recipe, material)
    untimed = [[replace(record, seconds=0.0) for record in one.history] for one in (whole, resumed)]
    assert untimed[0] == untimed[1]
    for one, other in zip(whole.trainees, resumed.trainees, strict=True):
        for name, value in one.module.state_dict().items():
            assert torch.equal(value, other.module.state_dict()[name])


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
