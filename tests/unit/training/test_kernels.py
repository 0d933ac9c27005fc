"""The compiled module is the torch module, only faster, and training through it is the same."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from triode.architectures import networks
from triode.compiler import artifact, find_compiler
from triode.errors import GraphError
from triode.graph import BatchNorm, Conv, GraphBuilder, Lstm, Operation
from triode.graph.torch_mapping import TorchGraph
from triode.nam import parse_config
from triode.runtime import SlowPathWarning
from triode.training import Progress, Recipe, load_recipe, loop
from triode.training import kernels as module
from triode.training.checkpoint import Identity, restore_checkpoint, save_checkpoint
from triode.training.compiled_parts import CompiledParts
from triode.training.kernels import CompiledGraph
from triode.training.loop import TrainingState, fit, initial_state
from triode.training.loss import Target, WindowLoss, training_loss
from triode.training.material import Material
from triode.training.module import trainable_module
from triode.training.recipe import Loss
from unit.architectures.known import a1, model, random_wavenet
from unit.graph.single import random_parameters
from unit.training.conftest import amplify, noise

pytestmark = pytest.mark.skipif(find_compiler() is None, reason="there is no C compiler")

# Float32 rounding of both, relative in the norm over a tensor or all gradients.
TOLERANCE = 2e-5


def pair(seed: int | None = None) -> tuple[CompiledGraph, TorchGraph]:
    """The same network twice: A1 nano, or one drawn at random."""
    config = a1("nano") if seed is None else random_wavenet(seed)
    network = networks(model(config))[-1]
    return (
        CompiledGraph(network.graph, network.parameters),
        TorchGraph(network.graph, network.parameters),
    )


def windows(compiled: CompiledGraph, batch: int, frames: int, seed: int = 0) -> Tensor:
    rng = np.random.default_rng(seed)
    length = compiled.kernel.segment.run_in + frames
    signal = 0.4 * rng.standard_normal((batch, compiled.graph.input_channels, length))
    return torch.from_numpy(signal.astype(np.float32))


def differentiated(
    network: TorchGraph, signal: Tensor, device: str = "cpu"
) -> tuple[Tensor, dict[str, Tensor]]:
    """The output, and the gradients of a loss that weighs every sample differently."""
    network.zero_grad()
    output = network(signal.to(device))
    weights = torch.linspace(-1.0, 1.5, output.numel()).reshape(output.shape).to(device)
    (output * weights + output.square()).sum().backward()
    found = {name: one.grad for name, one in network.named_parameters() if one.grad is not None}
    return output.detach().cpu(), {name: grad.cpu().clone() for name, grad in found.items()}


def distance(got: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> float:
    assert got.keys() == wanted.keys()
    one, other = (torch.cat([some[name].ravel() for name in wanted]) for some in (got, wanted))
    return float(torch.linalg.vector_norm(one - other) / torch.linalg.vector_norm(other))


@pytest.mark.parametrize("seed", [None, 2, 5])
def test_it_answers_and_differentiates_as_torch_does(seed: int | None) -> None:
    compiled, plain = pair(seed)
    signal = windows(compiled, 3, 500)
    output, gradients = differentiated(compiled, signal)
    wanted, torchs = differentiated(plain, signal)
    assert output.shape == wanted.shape
    assert distance({"output": output}, {"output": wanted}) < TOLERANCE
    # What the output does not depend on has no gradient in either.
    assert distance(gradients, torchs) < TOLERANCE


@pytest.mark.parametrize("seed", [None, 2, 5])
def test_the_fastest_module_of_every_device_does_as_torch_does(
    seed: int | None, device: str
) -> None:
    compiled, plain = pair(seed)
    fastest = trainable_module(plain.graph, plain.to_parameters(), device=device)
    signal = windows(compiled, 3, 500)
    # What a training on that device sets, whole float32 among it.
    with loop.torch_settings(device=device, threads=None):
        output, gradients = differentiated(fastest, signal, device)
    wanted, torchs = differentiated(plain, signal)
    assert distance({"output": output}, {"output": wanted}) < TOLERANCE
    assert distance(gradients, torchs) < TOLERANCE


def test_the_comparison_notices_a_window_left_out() -> None:
    compiled, plain = pair()
    signal = windows(compiled, 3, 500)
    _, gradients = differentiated(compiled, signal)
    _, fewer = differentiated(plain, signal[:2])
    assert distance(gradients, fewer) > 1e-2


def test_its_state_is_that_of_the_torch_module() -> None:
    compiled, plain = pair()
    with torch.no_grad():
        for tensor in plain.parameters():
            tensor.mul_(1.25)
    compiled.load_state_dict(plain.state_dict())
    signal = windows(compiled, 1, 100)
    with torch.no_grad():
        got, wanted = compiled(signal), plain(signal)
    assert distance({"": got}, {"": wanted}) < TOLERANCE
    assert compiled.state_dict().keys() == plain.state_dict().keys()
    for name, value in plain.to_parameters().items():
        np.testing.assert_array_equal(compiled.to_parameters()[name], value)
    plain.load_state_dict(compiled.state_dict())


def test_the_number_of_threads_changes_no_bit() -> None:
    compiled, _ = pair(2)
    signal = windows(compiled, 5, 1100)
    target = windows(compiled, 5, 1100, seed=1)[:, 0, -1100:]
    results = []
    for threads in (1, 2, 4, 1):
        torch.set_num_threads(threads)
        compiled.zero_grad()
        output = compiled(signal)
        loss = training_loss(output[:, 0], Target.of(target, Loss()), Loss())
        loss.backward()  # type: ignore[no-untyped-call]
        gradients = [one.grad.clone() for one in compiled.parameters() if one.grad is not None]
        results.append([output.detach(), loss.detach(), *gradients])
    for others in results[1:]:
        for one, other in zip(results[0], others, strict=True):
            assert torch.equal(one, other)


BY_WINDOW = [
    (Loss(pre_emphasis_coefficient=0.85), TOLERANCE),
    # Where a magnitude nearly meets its target the sign of their difference is a matter of luck.
    (Loss(mse_weight=0.5, mrstft_weight=0.3, spectral_error="window"), 2e-4),
]


@pytest.mark.parametrize(("loss", "tolerance"), BY_WINDOW, ids=["squares", "spectral"])
def test_a_loss_taken_window_by_window_is_that_of_the_batch(loss: Loss, tolerance: float) -> None:
    compiled, plain = pair(2)
    signal = windows(compiled, 5, 1100)
    wanted = torch.linspace(0.2, 1.0, 5)[:, None] * windows(compiled, 5, 1100, seed=1)[:, 0, -1100:]
    target = Target.of(wanted, loss)
    assert WindowLoss.fits(target, loss)
    expected = training_loss(plain(signal)[:, 0], target, loss)
    expected.backward()  # type: ignore[no-untyped-call]
    found = []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        compiled.zero_grad()
        value = compiled.loss(signal, WindowLoss(target, loss))
        (2.0 * value).backward()
        assert float(value.detach()) == pytest.approx(float(expected.detach()), rel=1e-5)
        found.append(_gradients(compiled))
    assert distance(found[0], {k: 2.0 * one for k, one in _gradients(plain).items()}) < tolerance
    assert distance(found[0], {k: 2.01 * one for k, one in _gradients(plain).items()}) > tolerance
    for other in found[1:]:
        assert all(torch.equal(one, other[name]) for name, one in found[0].items())


def _gradients(network: TorchGraph) -> dict[str, Tensor]:
    return {k: p.grad.clone() for k, p in network.named_parameters() if p.grad is not None}


def test_an_error_of_the_whole_batch_is_no_sum_over_windows() -> None:
    loss = Loss(mrstft_weight=0.3)
    assert not WindowLoss.fits(Target.of(torch.rand(2, 1100), loss), loss)


def test_evaluation_without_gradients_is_the_same_in_pieces() -> None:
    compiled, plain = pair()
    signal = windows(compiled, 2, 2 * module._EVALUATED_FRAMES + 77)
    with torch.no_grad():
        got, wanted = compiled(signal), plain(signal)
    assert got.shape == wanted.shape
    assert not got.requires_grad
    assert distance({"": got}, {"": wanted}) < TOLERANCE
    for parameter in compiled.parameters():
        parameter.requires_grad_(requires_grad=False)
    assert torch.equal(compiled(signal), got)


def test_evaluation_between_two_steps_changes_no_bit() -> None:
    compiled, _ = pair()
    signal = windows(compiled, 2, 700)
    _, before = differentiated(compiled, signal)
    with torch.no_grad():
        compiled(windows(compiled, 1, 2000, seed=8))
    _, after = differentiated(compiled, signal)
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_gradient_belongs_to_the_parameters_of_its_forward_pass() -> None:
    compiled, _ = pair()
    signal = windows(compiled, 1, 200)
    _, wanted = differentiated(compiled, signal)
    output = compiled(signal)
    weights = torch.linspace(-1.0, 1.5, output.numel()).reshape(output.shape)
    with torch.no_grad():
        saved = [tensor.clone() for tensor in compiled.parameters()]
        for tensor in compiled.parameters():
            tensor.mul_(2.0)
    compiled.zero_grad()
    (output * weights + output.square()).sum().backward()  # type: ignore[no-untyped-call]
    got = {name: one.grad for name, one in compiled.named_parameters() if one.grad is not None}
    assert all(torch.equal(got[name], wanted[name]) for name in wanted)
    assert not torch.equal(saved[0], next(iter(compiled.parameters())))


@pytest.mark.parametrize(
    "change",
    [
        lambda signal: signal.double(),
        lambda signal: signal[0],
        lambda signal: signal.repeat(1, 2, 1),
        lambda signal: signal[..., -5:],
    ],
    ids=["double", "no batch", "two inputs", "too short"],
)
def test_a_signal_that_would_be_misread_is_refused(change: Callable[[Tensor], Tensor]) -> None:
    compiled, _ = pair()
    with pytest.raises(GraphError, match=r"does not fit the compiled network.*float32 on the CPU"):
        compiled(change(windows(compiled, 2, 50)))


def test_gradients_that_it_does_not_have_are_refused() -> None:
    compiled, _ = pair()
    signal = windows(compiled, 1, 50)
    with pytest.raises(GraphError, match="no gradient for the signal"):
        compiled(signal.clone().requires_grad_())
    output = compiled(signal).square().sum()
    parameters = [one for name, one in compiled.named_parameters() if name.startswith("array0")]
    first = torch.autograd.grad(output, parameters[:1], create_graph=True)[0]
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()


def test_a_signal_need_not_be_contiguous() -> None:
    compiled, _ = pair()
    signal = windows(compiled, 4, 100)
    strided = signal.repeat_interleave(2, dim=2)[::2, :, ::2]
    _, wanted = differentiated(compiled, signal[::2].contiguous())
    _, got = differentiated(compiled, strided)
    assert all(torch.equal(got[name], wanted[name]) for name in wanted)


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        (Lstm(input_size=2, hidden_size=2), CompiledParts),
        (BatchNorm(channels=2), CompiledParts),
        (Lstm(input_size=2, hidden_size=2, fast=True), TorchGraph),
    ],
    ids=["lstm", "batchnorm", "fast lstm"],
)
def test_what_has_no_compiled_gradient_trains_in_torch(operation: Operation, kind: type) -> None:
    builder = GraphBuilder()
    conv = Conv(in_channels=1, out_channels=2, kernel_size=3)
    builder.add("operation", operation, builder.add("conv", conv, builder.input(1)))
    graph = builder.build("operation")
    made = trainable_module(graph, random_parameters(graph, 1))
    assert type(made) is kind
    made(torch.zeros(1, 1, 20)).sum().backward()


def test_without_a_compiler_it_trains_in_torch_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(artifact, "find_compiler", lambda: None)
    network = networks(model(a1("nano")))[0]
    with pytest.warns(SlowPathWarning, match="no C compiler was found"):
        made = trainable_module(network.graph, network.parameters)
    assert type(made) is TorchGraph


def test_with_a_compiler_it_is_compiled() -> None:
    network = networks(model(a1("nano")))[0]
    assert type(trainable_module(network.graph, network.parameters)) is CompiledGraph


@pytest.fixture
def recipe(tiny_recipe: Callable[..., Path]) -> Recipe:
    return load_recipe(tiny_recipe(epochs=4))


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


@pytest.mark.parametrize("spectral_error", ["batch", "window"])
def test_a_training_is_the_one_that_torch_does(
    recipe: Recipe, material: Material, monkeypatch: pytest.MonkeyPatch, spectral_error: str
) -> None:
    recipe = recipe.changed(loss={"mrstft_weight": 0.001, "spectral_error": spectral_error})
    compiled = train(start(recipe), recipe, material)
    assert all(type(one.module) is CompiledGraph for one in compiled.trainees)
    monkeypatch.setattr(
        loop, "trainable_module", lambda graph, values, **_: TorchGraph(graph, values)
    )
    plain = train(start(recipe), recipe, material)
    assert all(type(one.module) is TorchGraph for one in plain.trainees)
    for ours, theirs in zip(compiled.history, plain.history, strict=True):
        # Float32 rounding of 1e-6 a step. Adam moves a weight as far for a small gradient as for a
        # large one, so one that is zero but for rounding can end a step apart.
        assert ours.loss == pytest.approx(theirs.loss, rel=5e-4)
        assert ours.esr == pytest.approx(theirs.esr, rel=5e-3)
    assert compiled.history[-1].loss["full"] < 0.8 * compiled.history[0].loss["full"]


@pytest.mark.parametrize("method", ["adam", "soap"])
def test_a_resumed_training_is_as_uninterrupted(
    recipe: Recipe, material: Material, tmp_path: Path, method: str
) -> None:
    recipe = recipe.changed(optimizer={"method": method, "learning_rate": 0.01})
    identity = Identity(recipe="{}", seed=0, data="abc")
    path = tmp_path / "amp.checkpoint"

    def save_second(state: TrainingState) -> None:
        if len(state.history) == 2:
            save_checkpoint(path, state, identity)

    whole = train(start(recipe), recipe, material, save_second)
    resumed = start(recipe)
    restore_checkpoint(path, resumed, identity)
    assert len(resumed.history) == 2
    torch.set_num_threads(2)  # even on another machine
    train(resumed, recipe, material)
    untimed = [[replace(record, seconds=0.0) for record in one.history] for one in (whole, resumed)]
    assert untimed[0] == untimed[1]
    for one, other in zip(whole.trainees, resumed.trainees, strict=True):
        assert type(one.module) is CompiledGraph
        for name, value in one.module.state_dict().items():
            assert torch.equal(value, other.module.state_dict()[name])
            assert torch.equal(one.best[name], other.best[name])
