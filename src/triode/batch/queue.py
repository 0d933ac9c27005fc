"""The queue: as many workers as there are cores, each with a row, until no row is left."""

import os
import queue
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from triode.batch.manifest import Row
from triode.batch.outcome import Outcome, RowFiles, Status
from triode.batch.settings import BatchSettings, row_identity
from triode.batch.table import write_tables
from triode.errors import OutputError, TriodeError
from triode.files import make_folder
from triode.nam import read
from triode.processes import Worker, folder_lock
from triode.training import load_recipe
from triode.training.stopping import parse_until

__all__ = ["Listener", "run_batch", "workers_for"]

_POLL_SECONDS = 0.5
Event = Mapping[str, Any]


class Listener:
    """Hears what happens; every method is empty. All calls come from `run_batch`'s own thread."""

    def on_row(self, row: Row, outcome: Outcome) -> None:
        """A row is waiting, has begun or has ended."""

    def on_event(self, row: Row, event: Event) -> None:
        """A row in training has said something; see `triode.batch.worker`."""

    def should_stop(self) -> bool:
        """Whether to stop now and keep what is there; asked twice a second."""
        return False


@dataclass(kw_only=True)
class _Running:
    row: Row
    worker: Worker
    identity: Mapping[str, Any]


def workers_for(cores: int, rows: int) -> tuple[int, int]:
    """How many rows to train at once, and with how many threads each.

    One thread for every row wastes least; threads are shared only when rows are few.
    """
    workers = max(1, min(cores, rows))
    return workers, max(1, cores // workers)


def run_batch(
    rows: Sequence[Row],
    folder: str | os.PathLike[str],
    settings: BatchSettings,
    *,
    force: bool = False,
    cores: int | None = None,
    listener: Listener | None = None,
    more: Callable[[], Sequence[Row]] | None = None,
) -> dict[Row, Outcome]:
    """Train every row and keep a table of them; see the package for what a second call does.

    Args:
        rows: What to do.
        folder: Where captures, logs and the tables go; made if it is not there.
        settings: How.
        force: Replace captures that are there, finished ones of this batch included.
        cores: How many to use; by default all that this process may.
        listener: Told what happens; may ask to stop.
        more: Asked twice a second for rows that came since; the batch then ends only when it is
            stopped.

    Returns:
        What became of each row, in order.

    Raises:
        RecipeError, TrainingError, NamFileError: The settings cannot be right.
        OutputError, BatchError: The folder cannot be written, or another batch works in it.
    """
    load_recipe(settings.recipe)
    if settings.until is not None:
        parse_until(settings.until)
    if settings.start is not None:
        read(settings.start)
    target = Path(folder)
    make_folder(target)
    with folder_lock(target, "another batch works in this folder"):
        batch = _Batch(
            target,
            settings,
            force=force,
            cores=cores or _cores(),
            listener=listener or Listener(),
        )
        batch.add(rows)
        try:
            batch.work(more)
        finally:
            batch.close()
        return batch.outcomes


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Batch:
    def __init__(
        self,
        folder: Path,
        settings: BatchSettings,
        *,
        force: bool,
        cores: int,
        listener: Listener,
    ) -> None:
        self.outcomes: dict[Row, Outcome] = {}
        self._folder, self._settings, self._force = folder, settings, force
        self._cores, self._listener = cores, listener
        self._waiting: list[Row] = []
        self._running: dict[Worker, _Running] = {}
        self._events: queue.Queue[tuple[Worker, dict[str, Any]]] = queue.Queue()

    def add(self, rows: Sequence[Row]) -> None:
        """Put rows into the queue, but for those that are done already."""
        for row in rows:
            # A file that changed while it was watched is the same row again.
            for older in [one for one in self.outcomes if one.stem == row.stem]:
                del self.outcomes[older]
            files, identity = RowFiles.of(row, self._folder), self._identity(row)
            done = None if self._force else files.finished(identity)
            self._note(row, done or Outcome(status=Status.WAITING))
            if done is None:
                self._waiting.append(row)
        if rows:
            write_tables(self.outcomes, self._folder)

    def work(self, more: Callable[[], Sequence[Row]] | None) -> None:
        """Train until no row is left, or the listener asks to stop."""
        stopping = False
        while self._running or more or self._waiting:
            if not stopping and self._listener.should_stop():
                stopping, more = True, None
                self._waiting.clear()
                for running in self._running.values():
                    running.worker.stop()
            if more:
                self.add(more())
            self._start_workers()
            self._hear()

    def close(self) -> None:
        """Write the tables; if workers are left, end them: up to their last epoch all is saved."""
        for running in self._running.values():
            running.worker.kill()
            self.outcomes[running.row] = Outcome(status=Status.STOPPED)
        write_tables(self.outcomes, self._folder)

    def _start_workers(self) -> None:
        while self._waiting:
            most, threads = workers_for(self._cores, len(self._running) + len(self._waiting))
            if len(self._running) >= most:
                return
            row = self._waiting.pop(0)
            try:
                self._start(row, threads)
            except TriodeError as error:
                self._end(row, Outcome(status=Status.FAILED, error=str(error)))

    def _start(self, row: Row, threads: int) -> None:
        files, identity = RowFiles.of(row, self._folder), self._identity(row)
        own = files.begun
        if files.model.exists() and not (own or self._force):
            raise OutputError(
                "a capture of this name is there, made of something else",
                where=files.model,
                hint="Choose another folder, or pass --force to replace it.",
            )
        resume = own and files.checkpoint.exists() and not self._force
        files.begin(identity)
        task = {
            "dry": str(row.dry),
            "wet": str(row.wet),
            "output": str(files.model),
            "metadata": dict(row.metadata),
            "settings": self._settings.to_json(),
            "threads": threads,
            "resume": resume,
            "force": own or self._force,
        }
        worker = Worker("triode.batch.worker", task, self._events)
        self._running[worker] = _Running(row=row, worker=worker, identity=identity)
        self._note(row, Outcome(status=Status.TRAINING))

    def _hear(self) -> None:
        """Take in one event, or wait a little for one."""
        try:
            worker, event = self._events.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            return
        running = self._running[worker]
        if event["event"] != "end":
            self._listener.on_event(running.row, event)
            return
        del self._running[worker]
        outcome = _outcome(event)
        if outcome.status is Status.DONE:
            try:
                files = RowFiles.of(running.row, self._folder)
                files.finish(running.identity, outcome)
            except OutputError as error:
                outcome = replace(outcome, warnings=(*outcome.warnings, str(error)))
        self._end(running.row, outcome)

    def _end(self, row: Row, outcome: Outcome) -> None:
        self._note(row, outcome)
        write_tables(self.outcomes, self._folder)

    def _note(self, row: Row, outcome: Outcome) -> None:
        self.outcomes[row] = outcome
        self._listener.on_row(row, outcome)

    def _identity(self, row: Row) -> dict[str, Any]:
        return row_identity(row, self._settings)


def _outcome(end: Event) -> Outcome:
    """What a worker says at its end, or what is said for one that died."""
    if "lost" in end:
        advice = "Run the batch again to continue from the last checkpoint."
        return Outcome(status=Status.FAILED, error=f"{end['lost']} {advice}")
    return Outcome.from_json(end["outcome"])
