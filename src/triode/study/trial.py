"""One trial: a candidate trained on one piece of gear from one seed, and tested.

It is resumed exactly: killed at any moment, continued, it ends with the same record but for its
times. The loop is the one of `triode.training`; validation chooses the epoch, and every figure is
of the test part, which nothing has seen.
"""

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from triode.errors import DivergenceError, OutputError, TriodeError
from triode.files import make_folder, write_text_atomically
from triode.nam import DEFAULT_SAMPLE_RATE_HZ, parse_config
from triode.study.custom import first_parameters
from triode.study.material import load_prepared
from triode.study.names import size_of
from triode.study.origin import code_version, compiler_text, machine_text
from triode.study.record import Outcome, Provenance, Status, TrialRecord
from triode.study.task import TrialFiles, TrialTask
from triode.study.trained import Trained, measured_on_test, save_trained
from triode.training import Progress
from triode.training.material import prepare_material

if TYPE_CHECKING:
    from triode.training.loop import TrainingState

__all__ = ["Trial", "TrialProgress", "attempt", "run_trial", "trained_alone"]

Ended = TypeVar("Ended")


class TrialProgress(Progress):
    """A listener that also says why a trial was stopped."""

    @property
    def pruned(self) -> bool:
        """Whether a trial that was asked to stop has ended; otherwise it goes on another time."""
        return False


class Trial:
    """A trial from its first step to its record.

    Used within `triode.training.loop.torch_settings` from `begin` to `ended`.

    Args:
        task: What to do.
        progress: Told what happens; may ask to stop.

    Raises:
        OutputError: The folder cannot be written.
    """

    def __init__(self, task: TrialTask, progress: TrialProgress | None = None) -> None:
        self.task, self.progress = task, progress or TrialProgress()
        self._files = TrialFiles.of(task)
        for path in (self._files.checkpoint, self._files.result, self._files.model):
            make_folder(path.parent)
        self._started = ""
        self._digests: Mapping[str, str] = {}
        self.recipe = task.recipe

    @property
    def known(self) -> TrialRecord | None:
        """A record that was written and perhaps never stored."""
        try:
            return TrialRecord.from_json(json.loads(self._files.result.read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def begin(self) -> None:
        """Make everything ready: random weights, or those of the checkpoint that is there.

        Raises:
            TriodeError: The trial is a failed one, see `failed`.
        """
        from triode.training.checkpoint import Identity, restore_checkpoint

        task = self.task
        self._started = _started(self._files.started)
        self._prepared = load_prepared(self._files.gear)
        self._digests = self._prepared.digests
        self.recipe = task.candidate.recipe(task.recipe, epochs=task.key.epochs, seed=task.key.seed)
        parts = self._prepared.parts
        self.material = prepare_material(
            np.array(self._prepared.dry),
            np.array(self._prepared.wet),
            rate_hz=self._prepared.rate_hz,
            training=parts.training,
            validation=parts.validation,
            wet_level_dbfs=self.recipe.wet_level_dbfs,
        )
        self._identity = Identity.of(self.recipe, self.material)
        self.state = self._initial_state()
        if self._files.checkpoint.exists():
            restore_checkpoint(self._files.checkpoint, self.state, self._identity)

    def save(self, state: "TrainingState") -> None:
        """Write the checkpoint."""
        from triode.training.checkpoint import save_checkpoint

        save_checkpoint(self._files.checkpoint, state, self._identity)

    def ended(
        self, *, finished: bool, failure: DivergenceError | None = None
    ) -> TrialRecord | None:
        """Test the best network and write the record.

        Args:
            finished: Whether all epochs are done.
            failure: That the training diverged.

        Returns:
            None when it was stopped and is to go on another time.
        """
        if failure is not None:
            return self._recorded(self._outcome("diverged", message=str(failure)))
        if not finished:
            return self._recorded(self._outcome("pruned")) if self.progress.pruned else None
        if not all(trainee.best for trainee in self.state.trainees):
            message = "no validation error was a number"
            return self._recorded(self._outcome("diverged", message=message))
        trainees = self.state.trainees
        networks = [Trained.of(trainee, self.material) for trainee in trainees]
        metrics = measured_on_test(networks[-1], self._prepared)
        nested = Trained.nested_of(trainees[0], self.material) if len(trainees) == 1 else ()
        for one in (*networks[:-1], *nested):
            smaller = measured_on_test(one, self._prepared)
            metrics |= {size_of(name, one.name): value for name, value in smaller.items()}
        settings = {"study": self.task.study}
        save_trained(self._files.model, self.task.candidate, networks, self.recipe, settings)
        return self._recorded(self._outcome("finished", metrics=metrics))

    def failed(self, error: TriodeError) -> TrialRecord:
        """The record of a trial that could not be run."""
        return self._recorded(Outcome(status="failed", message=str(error)))

    def _initial_state(self) -> "TrainingState":
        """Random weights, from the seed of the trial."""
        from triode.training.initialise import with_offset
        from triode.training.loop import initial_state, state_of, weight_generator

        task, recipe, material = self.task, self.recipe, self.material
        if task.candidate.source is not None:
            graph = task.candidate.source.load(Path(task.study_folder))
            drawn = first_parameters(graph, weight_generator(recipe, 0))
            start = with_offset(graph, drawn, material.wet_mean)
            return state_of([(graph, start)], recipe, material.rate_hz, task.device)
        configs = tuple(
            parse_config(size.architecture, size.config, DEFAULT_SAMPLE_RATE_HZ)
            for size in recipe.sizes
        )
        return initial_state(
            configs, recipe, material.rate_hz, task.device, offset=material.wet_mean
        )

    def _outcome(
        self, status: Status, *, metrics: Mapping[str, float] | None = None, message: str = ""
    ) -> Outcome:
        largest = self.state.trainees[-1]
        return Outcome(
            status=status,
            metrics=metrics or {},
            curve=tuple((one.epoch, one.esr[largest.name]) for one in self.state.history),
            best_epoch=largest.best_epoch,
            message=message,
        )

    def _recorded(self, outcome: Outcome) -> TrialRecord:
        history = [] if outcome.status == "failed" else self.state.history
        record = TrialRecord(
            study=self.task.study,
            key=self.task.key,
            source=self.task.source,
            outcome=outcome,
            provenance=Provenance(
                code_version=code_version(),
                config=self.task.candidate.config(),
                recipe=self.recipe.model_dump(mode="json", exclude={"sizes"}),
                data_hashes=dict(self._digests),
                machine=machine_text(self.task.device),
                compiler=compiler_text(),
                seconds=history[-1].seconds if history else 0.0,
                started=self._started,
            ),
        )
        # Until the driver has stored the record, this file is all there is of it.
        write_text_atomically(self._files.result, json.dumps(record.to_json()))
        self._files.remove_unfinished()
        return record


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
    trial = Trial(task, progress)
    known = trial.known
    if known is not None:
        return known
    from triode.training.loop import torch_settings

    with torch_settings(device=task.device, threads=task.threads):
        return attempt(trial, partial(_begun_and_trained, trial))


def attempt(trial: Trial, step: Callable[[], Ended]) -> "Ended | TrialRecord":
    """What `step` returns; the record of a failed trial when it goes wrong.

    Raises:
        OutputError: The folder cannot be written.
    """
    try:
        return step()
    except OutputError:
        raise
    except TriodeError as error:
        return trial.failed(error)


def trained_alone(trial: Trial) -> TrialRecord | None:
    """Train a trial that has begun, to its end; None when it was stopped."""
    from triode.training.loop import fit

    try:
        # A training that diverges is a result, and no reason to warn on the way there.
        with np.errstate(over="ignore", invalid="ignore"):
            finished = fit(
                trial.state,
                trial.material,
                trial.recipe,
                device=trial.task.device,
                progress=trial.progress,
                save=trial.save,
            )
    except DivergenceError as error:
        return trial.ended(finished=False, failure=error)
    return trial.ended(finished=finished)


def _begun_and_trained(trial: Trial) -> TrialRecord | None:
    trial.begin()
    return trained_alone(trial)


def _started(path: Path) -> str:
    """When the trial was first begun."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        write_text_atomically(path, now + "\n")
        return now
