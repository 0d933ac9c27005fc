"""Saving a training after every epoch, and going on from there exactly.

The file is written whole or not at all, so a process killed at any moment leaves the last finished
epoch behind. The order of windows and the learning rate follow from the epoch alone; together with
the networks, the optimizer and the best so far, that is everything: the continued training ends
with the same weights, bit for bit, as an uninterrupted one (same machine, same thread count).
"""

import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from triode.errors import TrainingError
from triode.files import write_bytes_atomically
from triode.training.loop import TrainingState, gentle_optimizer
from triode.training.material import Material
from triode.training.progress import EpochRecord
from triode.training.recipe import Recipe

__all__ = ["Identity", "restore_checkpoint", "save_checkpoint"]

_FORMAT = 3


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What a checkpoint belongs to.

    The number of epochs is left out, so that a training can be prolonged; but not where the whole
    schedule of the learning rate depends on it.

    Attributes:
        recipe: The recipe as JSON, without seed and epochs.
        seed: The recipe's seed.
        data: Fingerprint of the recordings and their split.
        start: SHA-256 of the capture it started from; empty for random weights.
    """

    recipe: str
    seed: int
    data: str
    start: str = ""

    @classmethod
    def of(cls, recipe: Recipe, material: Material, start: str = "") -> "Identity":
        """The identity of training `recipe` on `material` from the capture of that SHA-256."""
        settings = recipe.model_dump(mode="json", exclude={"epochs", "seed", "description"})
        if recipe.optimizer.schedule == "cosine":
            settings["epochs"] = recipe.epochs
        return cls(
            recipe=json.dumps(settings, sort_keys=True),
            seed=recipe.seed,
            data=material.fingerprint,
            start=start,
        )


def save_checkpoint(path: Path, state: TrainingState, identity: Identity) -> None:
    """Write `state` to `path` as a whole.

    Raises:
        OutputError: The file cannot be written; the one before it is still there.
    """
    content = {
        "format": _FORMAT,
        "identity": asdict(identity),
        "history": json.dumps([asdict(record) for record in state.history]),
        "fine_history": json.dumps([asdict(record) for record in state.fine_history]),
        "optimizer": state.optimizer.state_dict(),
        "sizes": [
            {
                "name": trainee.name,
                "current": trainee.module.state_dict(),
                "best": trainee.best,
                "best_esr": trainee.best_esr,
                "best_epoch": trainee.best_epoch,
            }
            for trainee in state.trainees
        ],
    }
    buffer = io.BytesIO()
    torch.save(content, buffer)
    write_bytes_atomically(path, buffer.getvalue())


def restore_checkpoint(path: Path, state: TrainingState, identity: Identity) -> None:
    """Bring the freshly initialised `state` to where the checkpoint at `path` left it.

    Raises:
        TrainingError: There is no checkpoint, it is damaged, or it belongs to another recipe,
            seed or pair of recordings.
    """
    content = _read(path)
    _refuse_another(path, content, identity)
    try:
        for trainee, saved in zip(state.trainees, content["sizes"], strict=True):
            trainee.module.load_state_dict(saved["current"])
            trainee.best = saved["best"]
            trainee.best_esr = saved["best_esr"]
            trainee.best_epoch = saved["best_epoch"]
        state.history, state.fine_history = (
            [EpochRecord(**record) for record in json.loads(content[name])]
            for name in ("history", "fine_history")
        )
        if state.fine_history:
            state.optimizer = gentle_optimizer(state)
        state.optimizer.load_state_dict(content["optimizer"])
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise _damaged(path, error) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise TrainingError(
            "there is no interrupted training to resume",
            where=path,
            expected="the checkpoint of an earlier run with the same output path",
            hint="Leave --resume away to start from the beginning.",
        ) from error
    except OSError as error:
        raise TrainingError(
            "the checkpoint cannot be read", where=path, got=error.strerror or error
        ) from error
    try:
        content = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    # What torch raises on damaged bytes is not one family: zip, pickle, struct and its own errors.
    except Exception as error:
        raise _damaged(path, error) from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise _damaged(path, "another format")
    return content


def _refuse_another(path: Path, content: dict[str, Any], identity: Identity) -> None:
    saved = content.get("identity")
    if not isinstance(saved, dict):
        raise _damaged(path, "no identity")
    names = {
        "recipe": "the recipe",
        "seed": "the seed",
        "data": "the recordings or their split",
        "start": "the capture it starts from",
    }
    wanted = asdict(identity)
    differing = [text for key, text in names.items() if saved.get(key, "") != wanted[key]]
    if differing:
        raise TrainingError(
            f"the interrupted training differs from this one in {' and '.join(differing)}",
            where=path,
            expected="the same recipe, seed, recordings and start (only its end may change)",
            hint="Resume with the same arguments, or start over with --force instead of --resume.",
        )


def _damaged(path: Path, reason: object) -> TrainingError:
    text = str(reason).splitlines()
    return TrainingError(
        "the checkpoint is damaged or not one of this version's",
        where=path,
        got=text[0][:120] if text else type(reason).__name__,
        hint="Start over with --force instead of --resume.",
    )
