"""One trial: a candidate trained on one piece of gear from one seed, and tested.

It is resumed exactly: killed at any moment, continued, it ends with the same record but for its
times. The loop is the one of `triode.training`; validation chooses the epoch, and every figure is
of the test part, which nothing has seen.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from triode.errors import DivergenceError, OutputError, TriodeError
from triode.files import make_folder, write_text_atomically
from triode.nam import DEFAULT_SAMPLE_RATE_HZ, parse_config
from triode.study.candidate import Candidate
from triode.study.custom import first_parameters
from triode.study.material import Prepared, load_prepared
from triode.study.origin import code_version, compiler_text, machine_text
from triode.study.record import Outcome, Provenance, Status, TrialKey, TrialRecord
from triode.study.trained import Trained, measured_on_test, save_trained
from triode.training import Progress, Recipe
from triode.training.material import Material, prepare_material

if TYPE_CHECKING:
    from triode.training.loop import TrainingState

__all__ = ["TrialFiles", "TrialProgress", "TrialTask", "run_trial"]


class TrialProgress(Progress):
    """A listener that also says why a trial was stopped."""

    @property
    def pruned(self) -> bool:
        """Whether a trial that was asked to stop has ended; otherwise it goes on another time."""
        return False


@dataclass(frozen=True, kw_only=True)
class TrialTask:
    """Everything that a trial needs, as plain values that travel to a worker.

    Attributes:
        study: The study's name.
        key: What the trial is.
        source: Where the gear comes from.
        candidate: What is trained.
        recipe: How, the networks left as they are.
        study_folder: Where the study file is, for modules beside it.
        work_folder: Where gear, checkpoints, results and models are kept.
        threads: CPU threads.
        device: "cpu", "cuda" or "mps".
    """

    study: str
    key: TrialKey
    source: str
    candidate: Candidate
    recipe: Recipe
    study_folder: str
    work_folder: str
    threads: int = 1
    device: str = "cpu"

    def to_json(self) -> dict[str, Any]:
        """As what `json.dumps` takes."""
        return {
            "study": self.study,
            "key": self.key.to_json(),
            "source": self.source,
            "candidate": self.candidate.to_json(),
            "recipe": self.recipe.model_dump(mode="json"),
            "study_folder": self.study_folder,
            "work_folder": self.work_folder,
            "threads": self.threads,
            "device": self.device,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The other way; KeyError or TypeError for what is none."""
        return cls(
            **{
                **document,
                "key": TrialKey.from_json(document["key"]),
                "candidate": Candidate.from_json(document["candidate"]),
                "recipe": Recipe.model_validate_json(json.dumps(document["recipe"])),
            }
        )


@dataclass(frozen=True, kw_only=True)
class TrialFiles:
    """The files of a trial in its study's folder."""

    gear: Path
    checkpoint: Path
    started: Path
    result: Path
    model: Path

    @classmethod
    def of(cls, task: TrialTask) -> Self:
        """Those of `task`."""
        folder, key = Path(task.work_folder), task.key
        stem = f"{key.candidate},{key.gear},seed{key.seed},epochs{key.epochs}"
        return cls(
            gear=folder / "gear" / key.gear,
            checkpoint=folder / "checkpoints" / f"{stem}.checkpoint",
            started=folder / "checkpoints" / f"{stem}.started",
            result=folder / "results" / f"{stem}.json",
            model=folder / "models" / f"{stem}.nam",
        )

    def remove_unfinished(self) -> None:
        """Take away what only an unfinished trial needs."""
        self.checkpoint.unlink(missing_ok=True)
        self.started.unlink(missing_ok=True)


def run_trial(task: TrialTask, progress: TrialProgress | None = None) -> TrialRecord | None:
    """Train and test; go on from the checkpoint that an earlier run left.

    Args:
        task: What to do.
        progress: Told what happens; may ask to stop.

    Returns:
        The record; None when `progress` asked to stop, and then the checkpoint stays.

    Raises:
        OutputError: The folder cannot be written. What else goes wrong is a failed outcome.
    """
    # Before torch is loaded; see `triode.training.run`.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    files = TrialFiles.of(task)
    for path in (files.checkpoint, files.result, files.model):
        make_folder(path.parent)
    known = _known(files.result)
    if known is not None:
        return known
    started = _started(files.started)
    digests: Mapping[str, str] = {}
    recipe, seconds = task.recipe, 0.0
    try:
        prepared = load_prepared(files.gear)
        digests = prepared.digests
        recipe = task.candidate.recipe(recipe, epochs=task.key.epochs, seed=task.key.seed)
        ended = _train_and_test(task, files, prepared, recipe, progress or TrialProgress())
        if ended is None:
            return None
        outcome, seconds = ended
    except OutputError:
        raise
    except TriodeError as error:
        outcome = Outcome(status="failed", message=str(error))
    record = TrialRecord(
        study=task.study,
        key=task.key,
        source=task.source,
        outcome=outcome,
        provenance=Provenance(
            code_version=code_version(),
            config=task.candidate.config(),
            recipe=recipe.model_dump(mode="json", exclude={"sizes"}),
            data_hashes=dict(digests),
            machine=machine_text(),
            compiler=compiler_text(),
            seconds=seconds,
            started=started,
        ),
    )
    # Until the driver has stored the record, this file is all there is of it.
    write_text_atomically(files.result, json.dumps(record.to_json()))
    files.remove_unfinished()
    return record


def _train_and_test(
    task: TrialTask,
    files: TrialFiles,
    prepared: Prepared,
    recipe: Recipe,
    progress: TrialProgress,
) -> tuple[Outcome, float] | None:
    """What became of it, and the seconds of training; None when it is to go on another time."""
    from triode.training.checkpoint import Identity, restore_checkpoint, save_checkpoint
    from triode.training.loop import fit, torch_settings

    parts = prepared.parts
    material = prepare_material(
        np.array(prepared.dry),
        np.array(prepared.wet),
        rate_hz=prepared.rate_hz,
        training=parts.training,
        validation=parts.validation,
        wet_level_dbfs=recipe.wet_level_dbfs,
    )
    identity = Identity.of(recipe, material)
    with torch_settings(device=task.device, threads=task.threads):
        state = _initial_state(task, recipe, material)
        if files.checkpoint.exists():
            restore_checkpoint(files.checkpoint, state, identity)
        try:
            # A training that diverges is a result, and no reason to warn on the way there.
            with np.errstate(over="ignore", invalid="ignore"):
                finished = fit(
                    state,
                    material,
                    recipe,
                    device=task.device,
                    progress=progress,
                    save=lambda now: save_checkpoint(files.checkpoint, now, identity),
                )
        except DivergenceError as error:
            return _outcome(state, "diverged", message=str(error))
        if progress.pruned:
            return _outcome(state, "pruned")
        if not finished:
            return None
        if not all(trainee.best for trainee in state.trainees):
            return _outcome(state, "diverged", message="no validation error was a number")
        networks = [Trained.of(trainee, material) for trainee in state.trainees]
    metrics = measured_on_test(networks[-1], prepared)
    for one in networks[:-1]:
        smaller = measured_on_test(one, prepared)
        metrics |= {f"{name}@{one.name}": value for name, value in smaller.items()}
    save_trained(files.model, task.candidate, networks, recipe, {"study": task.study})
    return _outcome(state, "finished", metrics=metrics)


def _initial_state(task: TrialTask, recipe: Recipe, material: Material) -> "TrainingState":
    """Random weights, from the seed of the trial."""
    from triode.training.initialise import with_offset
    from triode.training.loop import initial_state, state_of, weight_generator

    if task.candidate.source is not None:
        graph = task.candidate.source.load(Path(task.study_folder))
        drawn = first_parameters(graph, weight_generator(recipe, 0))
        start = with_offset(graph, drawn, material.wet_mean)
        return state_of([(graph, start)], recipe, material.rate_hz, task.device)
    configs = tuple(
        parse_config(size.architecture, size.config, DEFAULT_SAMPLE_RATE_HZ)
        for size in recipe.sizes
    )
    return initial_state(configs, recipe, material.rate_hz, task.device, offset=material.wet_mean)


def _outcome(
    state: "TrainingState",
    status: Status,
    *,
    metrics: Mapping[str, float] | None = None,
    message: str = "",
) -> tuple[Outcome, float]:
    largest = state.trainees[-1]
    outcome = Outcome(
        status=status,
        metrics=metrics or {},
        curve=tuple((record.epoch, record.esr[largest.name]) for record in state.history),
        best_epoch=largest.best_epoch,
        message=message,
    )
    return outcome, state.history[-1].seconds if state.history else 0.0


def _known(path: Path) -> TrialRecord | None:
    """A record that was written and perhaps never stored."""
    try:
        return TrialRecord.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _started(path: Path) -> str:
    """When the trial was first begun."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        write_text_atomically(path, now + "\n")
        return now
