"""The driver of a study: begins trials, hears them, stores what they came to."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triode.batch.executor import Executor, Job
from triode.errors import StudyError
from triode.study.lease import DriverLease
from triode.study.material import gear_digests, prepare_gear
from triode.study.opened import OpenedStudy
from triode.study.plan import Planned
from triode.study.record import Outcome, Provenance, TrialKey, TrialRecord
from triode.study.source import TrialSource
from triode.study.storage import Storage
from triode.study.task import TrialFiles, TrialTask

__all__ = ["Ending", "StudyListener", "drive", "make_ready"]

_POLL_SECONDS = 0.5
_ASK_STORAGE_SECONDS = 3.0
_STORE_PATIENCE_SECONDS = 60.0
_MOST_LOSSES = 3


class StudyListener:
    """Hears what happens; every method is empty. All calls come from the driver's own thread."""

    def on_stage(self, text: str) -> None:
        """What is done before the trials."""

    def on_begin(self, planned: int, done: int) -> None:
        """So many trials are planned, as far as is known, and so many have ended before."""

    def on_trial(self, key: TrialKey, *, resumed: bool) -> None:
        """A trial has begun."""

    def on_event(self, key: TrialKey, event: Mapping[str, Any]) -> None:
        """A trial has said something; see `triode.batch.teller`."""

    def on_end(self, key: TrialKey, outcome: Outcome | None) -> None:
        """A trial has ended, or was stopped (None)."""

    def on_loss(self, key: TrialKey, reason: str) -> None:
        """A worker died; its trial begins again from its last checkpoint."""

    def should_stop(self) -> bool:
        """Whether to stop now; asked twice a second."""
        return False


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How driving a study ended.

    Attributes:
        reason: "finished", "stopped" or "budget".
        ended: Trials that ended in this run.
        left: Trials that are still to do, as far as is known.
    """

    reason: str
    ended: int
    left: int


@dataclass(kw_only=True)
class _Running:
    planned: Planned
    task: TrialTask


def make_ready(
    opened: OpenedStudy, storage: Storage, work_folder: Path, listener: StudyListener
) -> None:
    """See that the gear is what it was, and align and divide it once for all trials.

    Raises:
        StudyError: Gear is missing or has changed.
        AudioError, CaptureError: Recordings cannot be used.
    """
    study = opened.study
    digests = {one.name: gear_digests(one, opened.folder) for one in study.gear}
    storage.pin_gear(study.name, digests)
    for number, one in enumerate(study.gear, 1):
        listener.on_stage(f"gear {number} of {len(study.gear)}: {one.name}")
        target = work_folder / "gear" / one.name
        prepare_gear(one, opened.folder, study.training.context_samples, target)


def drive(
    opened: OpenedStudy,
    storage: Storage,
    executor: Executor,
    source: TrialSource,
    work_folder: Path,
    lease: DriverLease,
    *,
    listener: StudyListener,
    budget_seconds: float | None = None,
) -> Ending:
    """Run trials until none is left, the budget is spent, or somebody asks to stop.

    Args:
        opened: The study, registered.
        storage: Where records go.
        executor: Where trials run.
        source: Which trials.
        work_folder: Where their files are.
        lease: Held.
        listener: Told what happens.
        budget_seconds: How long at most, by the clock on the wall; trials at work are then
            stopped at their last checkpoint.

    Raises:
        StudyError: The storage failed for a minute, or the study was taken over.
    """
    driver = _Driver(opened, storage, executor, source, work_folder, lease, listener)
    return driver.run(budget_seconds)


class _Driver:
    def __init__(
        self,
        opened: OpenedStudy,
        storage: Storage,
        executor: Executor,
        source: TrialSource,
        work_folder: Path,
        lease: DriverLease,
        listener: StudyListener,
    ) -> None:
        self._opened, self._storage, self._executor = opened, storage, executor
        self._source, self._work_folder = source, work_folder
        self._lease, self._listener = lease, listener
        self._running: dict[Job, _Running] = {}
        self._again: list[Planned] = []
        self._losses: dict[TrialKey, int] = {}
        self._ended = 0
        self._asked = 0.0

    def run(self, budget_seconds: float | None) -> Ending:
        end = None if budget_seconds is None else time.monotonic() + budget_seconds
        reason = "finished"
        self._listener.on_begin(self._source.planned, self._source.done)
        try:
            while True:
                self._lease.check()
                if reason == "finished":
                    reason = self._why_stop(end) or reason
                    if reason == "finished":
                        self._start_trials()
                    else:
                        for job in self._running:
                            job.stop()
                if not self._running:
                    break
                heard = self._executor.hear(_POLL_SECONDS)
                if heard is not None:
                    self._on_event(*heard)
        finally:
            self._executor.close()
        left = self._source.planned - self._source.done
        return Ending(reason=reason, ended=self._ended, left=left)

    def _why_stop(self, end: float | None) -> str | None:
        if self._listener.should_stop() or self._stop_is_wanted():
            return "stopped"
        if end is not None and time.monotonic() >= end:
            return "budget"
        return None

    def _stop_is_wanted(self) -> bool:
        """Whether the storage says so; it is asked now and then, and may be away for a while."""
        now = time.monotonic()
        if now - self._asked < _ASK_STORAGE_SECONDS:
            return False
        self._asked = now
        try:
            return self._storage.study(self._opened.study.name).stop
        except StudyError:
            return False

    def _start_trials(self) -> None:
        while len(self._running) < self._executor.slots:
            planned = self._again.pop(0) if self._again else self._source.next()
            if planned is None:
                return
            task = TrialTask(
                study=self._opened.study.name,
                key=planned.key,
                source=planned.gear.source,
                candidate=planned.candidate,
                recipe=self._opened.recipe,
                study_folder=str(self._opened.folder),
                work_folder=str(self._work_folder),
            )
            resumed = TrialFiles.of(task).checkpoint.exists()
            job = self._executor.start(task.to_json())
            self._running[job] = _Running(planned=planned, task=task)
            self._listener.on_trial(planned.key, resumed=resumed)

    def _on_event(self, job: Job, event: Mapping[str, Any]) -> None:
        running = self._running[job]
        key = running.planned.key
        if event["event"] != "end":
            self._listener.on_event(key, event)
            if event["event"] == "epoch":
                esr = list(event["esr"].values())[-1]
                if self._source.should_prune(running.planned, event["epoch"], esr):
                    job.stop("prune")
            return
        del self._running[job]
        if "lost" in event:
            self._on_loss(running, event["lost"])
        elif event["record"] is None:
            self._listener.on_end(key, None)
        else:
            self._keep(running, TrialRecord.from_json(event["record"]))

    def _on_loss(self, running: _Running, reason: str) -> None:
        key = running.planned.key
        self._losses[key] = self._losses.get(key, 0) + 1
        self._listener.on_loss(key, reason)
        if self._losses[key] < _MOST_LOSSES:
            self._again.append(running.planned)
            return
        message = f"{_MOST_LOSSES} workers died on this trial. {reason}"
        self._keep(running, _failed(running.task, message))

    def _keep(self, running: _Running, record: TrialRecord) -> None:
        began = time.monotonic()
        while True:
            try:
                self._storage.add_trials([record])
                break
            except StudyError:
                # The record is also in a file of the trial, so that giving up loses nothing.
                if time.monotonic() - began > _STORE_PATIENCE_SECONDS:
                    raise
                time.sleep(1.0)
        TrialFiles.of(running.task).result.unlink(missing_ok=True)
        self._ended += 1
        self._source.ended(running.planned, record)
        self._listener.on_end(record.key, record.outcome)


def _failed(task: TrialTask, message: str) -> TrialRecord:
    """A record for a trial that could not be run."""
    return TrialRecord(
        study=task.study,
        key=task.key,
        source=task.source,
        outcome=Outcome(status="failed", message=message),
        provenance=Provenance(
            code_version="",
            config=task.candidate.config(),
            recipe={},
            data_hashes={},
            machine="",
            compiler="",
            seconds=0.0,
            started="",
        ),
    )
