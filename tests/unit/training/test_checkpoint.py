"""Checkpoints come back exactly, and refuse what does not belong to them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from triode.errors import TrainingError
from triode.nam import parse_config
from triode.training import EpochRecord, Recipe, load_recipe
from triode.training.checkpoint import Identity, restore_checkpoint, save_checkpoint
from triode.training.loop import TrainingState, initial_state

IDENTITY = Identity(recipe="{}", seed=3, data="abc")
RECORD = EpochRecord(
    epoch=1, steps=5, seconds=1.5, learning_rate=0.1, loss={"full": 1 / 3}, esr={"full": 0.7}
)


@pytest.fixture
def fresh(tiny_recipe: Callable[..., Path]) -> Callable[[int], TrainingState]:
    recipe: Recipe = load_recipe(tiny_recipe(channels=(4,)))
    configs = tuple(parse_config(one.architecture, one.config, 16000) for one in recipe.sizes)
    return lambda seed: initial_state(configs, recipe.changed(seed=seed), 16000, "cpu")


@pytest.fixture
def saved(fresh: Callable[[int], TrainingState], tmp_path: Path) -> tuple[Path, TrainingState]:
    """The checkpoint of a state after two steps, the first of them its best."""
    state = fresh(3)
    (trainee,) = state.trainees
    for step in range(2):
        state.optimizer.zero_grad()
        trainee.module(torch.ones(1, 1, 50)).square().mean().backward()
        state.optimizer.step()
        trainee.keep_if_best(0.5 + step, 1 + step)
    state.history.append(RECORD)
    path = tmp_path / "amp.checkpoint"
    save_checkpoint(path, state, IDENTITY)
    return path, state


def test_everything_comes_back(
    saved: tuple[Path, TrainingState], fresh: Callable[[int], TrainingState]
) -> None:
    path, before = saved
    after = fresh(4)
    restore_checkpoint(path, after, IDENTITY)
    assert after.history == [RECORD]
    (old,), (new,) = before.trainees, after.trainees
    assert (new.best_esr, new.best_epoch) == (0.5, 1)
    for name, value in old.module.state_dict().items():
        assert torch.equal(value, new.module.state_dict()[name])
        assert torch.equal(old.best[name], new.best[name])
    assert any(
        not torch.equal(value, new.best[name]) for name, value in new.module.state_dict().items()
    )
    for old_moments, new_moments in zip(
        before.optimizer.state_dict()["state"].values(),
        after.optimizer.state_dict()["state"].values(),
        strict=True,
    ):
        for key in ("step", "exp_avg", "exp_avg_sq"):
            assert torch.equal(old_moments[key], new_moments[key])


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"recipe": "{1}"}, r"in the recipe\."),
        ({"seed": 4}, r"in the seed\."),
        ({"data": "x", "seed": 4}, "in the seed and the recordings or their split"),
    ],
)
def test_another_training_is_refused(
    saved: tuple[Path, TrainingState],
    fresh: Callable[[int], TrainingState],
    change: dict[str, object],
    text: str,
) -> None:
    with pytest.raises(TrainingError, match=text):
        restore_checkpoint(saved[0], fresh(3), replace(IDENTITY, **change))


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "text", "other"])
def test_a_damaged_checkpoint_is_one_clear_error(
    saved: tuple[Path, TrainingState], fresh: Callable[[int], TrainingState], damage: str
) -> None:
    path = saved[0]
    data = path.read_bytes()
    if damage == "other":
        torch.save({"format": 0}, path)
    else:
        path.write_bytes(
            {
                "empty": b"",
                "cut": data[: len(data) // 2],
                "flipped": data[:200] + bytes(255 - byte for byte in data[200:1200]) + data[1200:],
                "text": b"not a checkpoint",
            }[damage]
        )
    with pytest.raises(TrainingError, match=r"amp\.checkpoint: the checkpoint is damaged"):
        restore_checkpoint(path, fresh(3), IDENTITY)


def test_nothing_to_resume_is_an_error(
    tmp_path: Path, fresh: Callable[[int], TrainingState]
) -> None:
    with pytest.raises(TrainingError, match="no interrupted training to resume"):
        restore_checkpoint(tmp_path / "none.checkpoint", fresh(3), IDENTITY)


def test_the_identity_ignores_the_number_of_epochs(tiny_recipe: Callable[..., Path]) -> None:
    class Recordings:
        fingerprint = "f"

    recipe = load_recipe(tiny_recipe())
    first = Identity.of(recipe, Recordings())
    assert Identity.of(recipe.changed(epochs=99), Recordings()) == first
    assert Identity.of(recipe.changed(seed=1), Recordings()) != first
    assert Identity.of(recipe.changed(wet_level_dbfs=-20.0), Recordings()).recipe != first.recipe
