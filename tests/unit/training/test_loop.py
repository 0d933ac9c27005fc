"""The loop learns, keeps the best, stops when asked, and looks at nothing outside the ranges."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from triode.errors import TrainingError
from triode.nam import parse_config
from triode.training import EpochRecord, Progress, Recipe, load_recipe
from triode.training.loop import TrainingState, fit, initial_state, torch_settings
from triode.training.material import Material, prepare_material

GOLDEN_LOSSES = (0.0122112539, 0.0090584676, 0.0056782353)


@pytest.fixture
def recipe(tiny_recipe: Callable[..., Path]) -> Recipe:
    return load_recipe(tiny_recipe(channels=(4,)))


@pytest.fixture
def material(recordings: tuple[Path, Path]) -> Material:
    (dry, rate_hz), (wet, _) = (soundfile.read(path, dtype="float32") for path in recordings)
    return prepare_material(
        dry[:18000],
        wet[:18000],
        rate_hz=rate_hz,
        training=((2000, 13000),),
        validation=(14000, 18000),
        wet_level_dbfs=-18.0,
    )


def run(
    recipe: Recipe, material: Material, progress: Progress | None = None, device: str = "cpu"
) -> tuple[TrainingState, bool]:
    configs = tuple(parse_config(one.architecture, one.config, 16000) for one in recipe.sizes)
    with torch_settings(device=device, threads=None):
        state = initial_state(configs, recipe, 16000, device)
        finished = fit(
            state,
            material,
            recipe,
            device=device,
            progress=progress or Progress(),
            save=lambda _: None,
        )
    return state, finished


def test_it_learns_a_small_amplifier(recipe: Recipe, material: Material, device: str) -> None:
    state, finished = run(
        recipe.changed(epochs=100, optimizer={"learning_rate": 0.02, "decay_per_epoch": 0.98}),
        material,
        device=device,
    )
    assert finished
    assert state.best_esr["full"] < 0.02
    assert state.history[0].esr["full"] > 0.2


def test_the_losses_are_the_known_ones(recipe: Recipe, material: Material, device: str) -> None:
    state, _ = run(recipe, material, device=device)
    losses = [record.loss["full"] for record in state.history]
    # Float32 sums in another order (other processor, device, torch) differ by about 1e-6, and each
    # step carries the difference on; a change of the method shows in the second digit.
    assert losses == pytest.approx(GOLDEN_LOSSES, rel=1e-3)
    assert [record.steps for record in state.history] == [2, 4, 6]
    assert [record.learning_rate for record in state.history] == pytest.approx(
        [0.01, 0.009, 0.0081]
    )


def test_nothing_outside_the_ranges_is_looked_at(
    recipe: Recipe, material: Material, device: str
) -> None:
    """Context of validation aside: poison everything else, and nothing changes."""
    allowed = np.zeros(len(material.dry), bool)
    for start, stop in (*material.training, (13900, 18000)):
        allowed[start:stop] = True
    poisoned = replace(
        material,
        dry=np.where(allowed, material.dry, np.float32(np.nan)),
        wet=np.where(allowed, material.wet, np.float32(np.nan)),
    )
    clean, dirty = (run(recipe, one, device=device)[0] for one in (material, poisoned))
    # On a graphics card, two runs need not add in the same order.
    rounding = 0.0 if device == "cpu" else 1e-4
    for one, other in zip(clean.history, dirty.history, strict=True):
        assert one.loss == pytest.approx(other.loss, rel=rounding, abs=0.0)
        assert one.esr == pytest.approx(other.esr, rel=rounding, abs=0.0)


def test_sizes_train_as_they_would_alone(
    tiny_recipe: Callable[..., Path], material: Material
) -> None:
    both = run(load_recipe(tiny_recipe(channels=(2, 4))), material)[0]
    # The first size of two draws the same initial weights as an only one.
    alone = run(load_recipe(tiny_recipe(channels=(2,))), material)[0]
    assert [one.esr["lite"] for one in both.history] == [one.esr["full"] for one in alone.history]


def test_a_size_has_a_learning_rate_of_its_own(
    tiny_recipe: Callable[..., Path], material: Material
) -> None:
    recipe = load_recipe(tiny_recipe(channels=(2, 4)))
    lite, full = (size.model_dump() for size in recipe.sizes)
    faster = recipe.changed(sizes=[{**lite, "rate_factor": 3.0}, full])
    rate = recipe.optimizer.learning_rate
    alone = load_recipe(tiny_recipe(channels=(2,))).changed(
        optimizer={**recipe.optimizer.model_dump(), "learning_rate": 3.0 * rate}
    )
    esr = [record.esr for record in run(faster, material)[0].history]
    assert [one["lite"] for one in esr] == [
        one.esr["full"] for one in run(alone, material)[0].history
    ]
    assert [one["full"] for one in esr] == [
        one.esr["full"] for one in run(recipe, material)[0].history
    ]


def test_each_size_keeps_its_best_and_not_its_last(recipe: Recipe, material: Material) -> None:
    wild = recipe.changed(epochs=8, optimizer={"learning_rate": 0.2, "decay_per_epoch": 1.0})
    state, _ = run(wild, material)
    figures = [record.esr["full"] for record in state.history]
    (trainee,) = state.trainees
    assert trainee.best_esr == min(figures)
    assert trainee.best_epoch == figures.index(min(figures)) + 1
    assert min(figures) < figures[-1]


class Stopper(Progress):
    """Asks to stop after some steps, and notes what it hears."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.heard: list[str] = []

    def on_start(self, **facts: object) -> None:
        self.heard.append("start")

    def on_step(self) -> None:
        self.steps -= 1
        self.heard.append("step")

    def on_epoch(self, record: EpochRecord, best_esr: dict[str, float]) -> None:
        self.heard.append("epoch")
        assert best_esr["full"] <= record.esr["full"]

    def should_stop(self) -> bool:
        return self.steps == 0


def test_stopping_amid_an_epoch_keeps_what_was_reached(recipe: Recipe, material: Material) -> None:
    stopper = Stopper(3)
    state, finished = run(recipe, material, stopper)
    assert not finished
    assert stopper.heard == ["start", "step", "step", "epoch", "step"]
    assert len(state.history) == 1
    (trainee,) = state.trainees
    assert trainee.best_epoch == 2
    assert trainee.best_esr < state.history[0].esr["full"]


def test_divergence_is_an_error(recipe: Recipe, material: Material) -> None:
    broken = replace(material, wet=np.full_like(material.wet, np.inf))
    with pytest.raises(TrainingError, match="size full diverged in epoch 1"):
        run(recipe, broken)


def test_factors_are_not_rounded_while_training_and_settings_come_back() -> None:
    def settings() -> tuple[object, ...]:
        return (
            torch.backends.cudnn.allow_tf32,
            torch.backends.cuda.matmul.allow_tf32,
            torch.are_deterministic_algorithms_enabled(),
            torch.get_num_threads(),
        )

    before = settings()
    with torch_settings(device="cuda", threads=2):
        assert settings() == (False, False, before[2], 2)
    assert settings() == before
    with torch_settings(device="cpu", threads=None):
        assert settings() == (False, False, True, before[3])
