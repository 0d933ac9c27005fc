"""Trainings that go together end as they would alone."""

import importlib
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile
import torch

from triode.errors import DivergenceError
from triode.graph import Graph, Parameters
from triode.graph.torch_mapping import TorchGraph
from triode.nam import parse_config
from triode.training import EpochRecord, Progress, Recipe, load_recipe
from triode.training.checkpoint import Identity, restore_checkpoint, save_checkpoint
from triode.training.loop import TrainingState, fit, initial_state, torch_settings
from triode.training.loss import Target, training_loss
from triode.training.material import Material, prepare_material
from triode.training.recipe import Loss
from triode.training.together import Member, can_train_together, fit_together

SOAP = {"method": "soap", "learning_rate": 0.01, "schedule": "cosine", "beta2": 0.95}
# The axes that SOAP begins with are arbitrary where the first gradient is 0, and so differ with its
# rounding, most on a card, where many are found in another way than few; what is computed before
# the first step does not.
TOLERANCE = {"cpu": 0.01, "cuda": 0.1}
EXACT = 1e-6


@pytest.fixture(autouse=True)
def in_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    def module(graph: Graph, parameters: Parameters, *, device: str) -> TorchGraph:
        return TorchGraph(graph, parameters, dtype=torch.float64).to(device)

    loop = importlib.import_module("triode.training.loop")
    monkeypatch.setattr(loop, "trainable_module", module)


@pytest.fixture
def recipe(tiny_recipe: Callable[..., Path]) -> Recipe:
    loss = {"mrstft_weight": 0.001, "spectral_error": "window"}
    recipe = load_recipe(tiny_recipe(channels=(4,)))
    return recipe.changed(optimizer=SOAP, loss=loss, epochs=4)


@pytest.fixture
def materials(recordings: tuple[Path, Path]) -> list[Material]:
    """Three recordings: one is shorter, one is upside down."""
    (dry, rate_hz), (wet, _) = (soundfile.read(path, dtype="float32") for path in recordings)
    materials = [
        prepare_material(
            dry[:frames],
            sign * wet[:frames],
            rate_hz=rate_hz,
            training=((2000, 13000),),
            validation=(14000, 17000),
            wet_level_dbfs=-18.0,
        )
        for frames, sign in ((18000, 1.0), (17500, 1.0), (18000, -1.0))
    ]
    return [replace(one, dry=one.dry.astype(float), wet=one.wet.astype(float)) for one in materials]


def fresh(recipe: Recipe, device: str) -> TrainingState:
    configs = tuple(parse_config(one.architecture, one.config, 16000) for one in recipe.sizes)
    return initial_state(configs, recipe, 16000, device)


def member(
    recipe: Recipe, material: Material, device: str, progress: Progress | None = None
) -> Member:
    return Member(
        state=fresh(recipe, device),
        material=material,
        recipe=recipe,
        progress=progress or Progress(),
        save=lambda _: None,
    )


def members_of(recipe: Recipe, materials: Sequence[Material], device: str) -> list[Member]:
    """A seed of its own for each."""
    return [member(recipe.changed(seed=seed), one, device) for seed, one in enumerate(materials)]


def curve(state: TrainingState) -> list[float]:
    return [record.esr["full"] for record in state.history]


def test_each_learns_what_it_learns_alone(
    recipe: Recipe, materials: list[Material], device: str
) -> None:
    with torch_settings(device=device, threads=None):
        together = members_of(recipe, materials, device)
        assert fit_together(together, device=device)
        for one in together:
            alone = fresh(one.recipe, device)
            fit(
                alone,
                one.material,
                one.recipe,
                device=device,
                progress=Progress(),
                save=lambda _: None,
            )
            assert curve(one.state) == pytest.approx(curve(alone), rel=TOLERANCE[device])
            first, wanted = one.state.history[0], alone.history[0]
            assert first.steps == 2
            assert first.loss == pytest.approx(wanted.loss, rel=EXACT)
            for got, wanted in zip(one.state.history, alone.history, strict=True):
                assert (got.steps, got.learning_rate) == (wanted.steps, wanted.learning_rate)
            assert one.state.trainees[0].best_epoch == alone.trainees[0].best_epoch
    # The three differ, so the comparison can fail.
    losses = [one.state.history[0].loss["full"] for one in together]
    assert losses[0] != pytest.approx(losses[1], rel=0.01)
    assert losses[0] != pytest.approx(losses[2], rel=0.01)


def test_what_was_saved_goes_on_alone_and_together(
    recipe: Recipe, materials: list[Material], device: str, tmp_path: Path
) -> None:
    whole = members_of(recipe, materials, device)
    paths = [tmp_path / str(number) for number in range(len(whole))]

    class StopsAfterTwo(Progress):
        epochs = 0

        def on_epoch(self, record: EpochRecord, best_esr: dict[str, float]) -> None:
            self.epochs = record.epoch

        def should_stop(self) -> bool:
            return self.epochs == 2

    with torch_settings(device=device, threads=None):
        assert fit_together(whole, device=device)
        stopped = members_of(recipe, materials, device)
        for one, path in zip(stopped, paths, strict=True):
            identity = Identity.of(one.recipe, one.material)
            one.save = lambda state, path=path, identity=identity: save_checkpoint(
                path, state, identity
            )
        stopped[1].progress = StopsAfterTwo()
        assert not fit_together(stopped, device=device)
        again = members_of(recipe, materials, device)
        for one, path in zip(again, paths, strict=True):
            restore_checkpoint(path, one.state, Identity.of(one.recipe, one.material))
            assert len(one.state.history) == 2
        assert fit_together(again[:2], device=device)
        fit(
            again[2].state,
            materials[2],
            again[2].recipe,
            device=device,
            progress=Progress(),
            save=lambda _: None,
        )
    for one, resumed in zip(whole, again, strict=True):
        assert curve(resumed.state) == pytest.approx(curve(one.state), rel=TOLERANCE[device])


def test_one_that_diverges_leaves_the_others(
    recipe: Recipe, materials: list[Material], device: str
) -> None:
    with torch_settings(device=device, threads=None):
        alone = members_of(recipe, materials, device)[::2]
        assert fit_together(alone, device=device)
        together = members_of(recipe, materials, device)
        with torch.no_grad():
            for parameter in together[1].state.trainees[0].module.parameters():
                parameter.fill_(math.nan)
        assert fit_together(together, device=device)
    assert isinstance(together[1].failure, DivergenceError)
    assert not together[1].state.history
    for one, other in zip(together[::2], alone, strict=True):
        assert one.failure is None
        assert curve(one.state) == pytest.approx(curve(other.state), rel=TOLERANCE[device])


@pytest.mark.parametrize("errors", ["batch", "window"])
def test_the_loss_of_several_networks_is_that_of_each(errors: str) -> None:
    generator = torch.Generator().manual_seed(3)
    level = torch.tensor([1.0, 0.05, 0.3])[:, None, None]
    signal = level * torch.randn(3, 2, 4096, generator=generator)
    estimate = 0.8 * signal + 0.1 * level * torch.randn(3, 2, 4096, generator=generator)
    loss = Loss.model_validate({"mrstft_weight": 0.5, "spectral_error": errors})
    variable = estimate.clone().requires_grad_()
    losses = training_loss(variable, Target.of(signal, loss), loss)
    losses.sum().backward()  # type: ignore[no-untyped-call]
    assert losses.shape == (3,)
    assert variable.grad is not None
    for number in range(3):
        one = estimate[number].clone().requires_grad_()
        wanted = training_loss(one, Target.of(signal[number], loss), loss)
        wanted.backward()  # type: ignore[no-untyped-call]
        assert float(losses[number].detach()) == pytest.approx(float(wanted.detach()), rel=1e-5)
        assert one.grad is not None
        scale = float(one.grad.abs().max())
        torch.testing.assert_close(variable.grad[number], one.grad, rtol=0.0, atol=1e-3 * scale)


def test_not_every_training_can_go_with_others(recipe: Recipe) -> None:
    def fits(changed: Recipe) -> bool:
        return can_train_together(fresh(changed, "cpu"), changed)

    assert fits(recipe)
    assert not fits(recipe.changed(optimizer={**SOAP, "clip_norm": 1.0}))
    assert not fits(recipe.changed(optimizer={"learning_rate": 0.01}))
    assert not fits(recipe.changed(fine_tuning={"epochs": 1, "tones": 1}))
    assert not fits(load_recipe("lstm-1x16"))
    assert not fits(load_recipe("a2"))
