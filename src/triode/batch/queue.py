"""The queue: as many rows at work as there is room for, until no row is left."""

import os
import tempfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from triode.batch.executor import Event, Executor, Job, LocalExecutor
from triode.batch.folder import Folder, open_folder
from triode.batch.location import Url, absolute, location
from triode.batch.manifest import Row
from triode.batch.outcome import Outcome, Status
from triode.batch.row_files import RowFiles, begun, finished, record_text
from triode.batch.settings import BatchSettings, Identities
from triode.batch.table import TableWriter
from triode.batch.workplace import local_copy
from triode.errors import OutputError, TriodeError
from triode.nam import read
from triode.training import load_recipe
from triode.training.stopping import parse_until

__all__ = ["WORKER_MODULE", "Listener", "run_batch"]

WORKER_MODULE = "triode.batch.worker"
_POLL_SECONDS = 0.5


class Listener:
    """Hears what happens; every method is empty. All calls come from `run_batch`'s own thread."""

    def on_row(self, row: Row, outcome: Outcome) -> None:
        """A row is waiting, has begun or has ended."""

    def on_event(self, row: Row, event: Event) -> None:
        """A row in training has said something; see `triode.batch.worker`."""

    def on_loss(self, row: Row, reason: str) -> None:
        """A worker died; its row begins again from its last checkpoint."""

    def should_stop(self) -> bool:
        """Whether to stop now and keep what is there; asked twice a second."""
        return False


@dataclass(kw_only=True)
class _Entry:
    """A row that is not done: what it is made of, whether it was begun, and how often lost."""

    row: Row
    identity: Mapping[str, Any]
    begun: bool
    losses: int = 0


def run_batch(
    rows: Sequence[Row],
    folder: str | os.PathLike[str] | Url,
    settings: BatchSettings,
    *,
    force: bool = False,
    cores: int | None = None,
    executor: Executor | None = None,
    again: int = 0,
    listener: Listener | None = None,
    more: Callable[[], Sequence[Row]] | None = None,
) -> dict[Row, Outcome]:
    """Train every row and keep a table of them; see the package for what a second call does.

    Args:
        rows: What to do.
        folder: Where captures, logs and the tables go, a path or a URL; made if it is not there.
        settings: How.
        force: Replace captures that are there, finished ones of this batch included.
        cores: How many of this machine to use; by default all that this process may.
        executor: Where rows are trained, for tasks of `WORKER_MODULE`; by default on this machine.
            It is closed at the end.
        again: How often a row whose worker died begins again from its last checkpoint before it
            counts as failed.
        listener: Told what happens; may ask to stop.
        more: Asked twice a second for rows that came since; the batch then ends only when it is
            stopped.

    Returns:
        What became of each row, in order.

    Raises:
        RecipeError, TrainingError, NamFileError: The settings cannot be right.
        OutputError, BatchError: The folder cannot be written, or another batch works in it.
    """
    runner = executor or LocalExecutor(WORKER_MODULE, cores)
    try:
        _check(settings)
        target = open_folder(folder)
        with target.claim() as check:
            batch = _Batch(
                target,
                settings,
                runner,
                force=force,
                again=again,
                listener=listener or Listener(),
            )
            batch.add(rows)
            batch.work(more, check)
            return batch.outcomes
    finally:
        runner.close()


def _check(settings: BatchSettings) -> None:
    """Find out what is wrong before anything is written."""
    load_recipe(settings.recipe)
    if settings.until is not None:
        parse_until(settings.until)
    if settings.start is not None:
        with tempfile.TemporaryDirectory(prefix="triode-") as scratch:
            read(local_copy(location(settings.start), Path(scratch) / "start"))


class _Batch:
    def __init__(
        self,
        folder: Folder,
        settings: BatchSettings,
        executor: Executor,
        *,
        force: bool,
        again: int,
        listener: Listener,
    ) -> None:
        self.outcomes: dict[Row, Outcome] = {}
        self._folder, self._executor, self._listener = folder, executor, listener
        self._force, self._again = force, again
        self._identities = Identities(settings)
        self._settings = settings.to_json()
        self._start = None if settings.start is None else absolute(location(settings.start))
        self._recipe = load_recipe(settings.recipe).model_dump(mode="json")
        self._stopping = False
        self._waiting: deque[_Entry] = deque()
        self._running: dict[Job, _Entry] = {}
        self._by_stem: dict[str, Row] = {}
        # Nobody else writes here: the folder is asked when rows come, not again for each of them.
        self._there: set[str] = set()
        self._tables = TableWriter(folder)

    def add(self, rows: Sequence[Row]) -> None:
        """Put rows into the queue, but for those that are done already."""
        if not rows:
            return
        self._there = set(self._folder.names())
        records = self._folder.read_texts([RowFiles.of(row).record for row in rows])
        for row in rows:
            # A file that changed while it was watched is the same row again.
            older = self._by_stem.get(row.stem)
            if older is not None:
                self.outcomes.pop(older, None)
            self._by_stem[row.stem] = row
            files, identity = RowFiles.of(row), self._identities.of(row)
            record = records.get(files.record)
            done = None
            if not self._force and files.model in self._there:
                done = finished(record, identity)
            self._note(row, done or Outcome(status=Status.WAITING))
            if done is None:
                self._waiting.append(_Entry(row=row, identity=identity, begun=begun(record)))
        self._tables.write(self.outcomes, self._there)

    def work(self, more: Callable[[], Sequence[Row]] | None, check: Callable[[], None]) -> None:
        """Train until no row is left, or the listener asks to stop; then write the tables."""
        try:
            while self._running or more or self._waiting:
                check()
                if not self._stopping and self._listener.should_stop():
                    self._stopping, more = True, None
                    self._waiting.clear()
                    for job in self._running:
                        job.stop()
                if more:
                    self.add(more())
                self._start_rows()
                heard = self._executor.hear(_POLL_SECONDS)
                if heard is not None:
                    self._on_event(*heard)
                self._tables.write_when_due(self.outcomes, self._there)
        except TriodeError:
            # A folder that cannot be written is what went wrong, most likely.
            self._end_all()
            raise
        except BaseException:
            self._end_all()
            self._tables.write(self.outcomes, self._there)
            raise
        self._tables.write(self.outcomes, self._there)

    def _end_all(self) -> None:
        """End what is at work: up to its last epoch all is saved."""
        for entry in self._running.values():
            self.outcomes[entry.row] = Outcome(status=Status.STOPPED)
        self._executor.close()

    def _start_rows(self) -> None:
        while self._waiting and len(self._running) < self._executor.slots:
            threads = self._executor.threads(len(self._running) + len(self._waiting))
            entry = self._waiting.popleft()
            try:
                task = self._task(entry, threads)
            except TriodeError as error:
                self._end(entry.row, Outcome(status=Status.FAILED, error=str(error)))
                continue
            self._write_record(entry, None)
            self._running[self._executor.start(task)] = entry
            self._note(entry.row, Outcome(status=Status.TRAINING))

    def _task(self, entry: _Entry, threads: int) -> dict[str, Any]:
        """What a worker is told; also looks anew at what the row is made of."""
        row, files = entry.row, RowFiles.of(entry.row)
        entry.identity = self._identities.of(row)
        if files.model in self._there and not (entry.begun or self._force):
            raise OutputError(
                "a capture of this name is there, made of something else",
                where=self._folder.place / files.model,
                hint="Choose another folder, or pass --force to replace it.",
            )
        anew = self._force and not entry.losses
        return {
            "dry": absolute(row.dry),
            "wet": absolute(row.wet),
            "folder": absolute(self._folder.place),
            "model": files.model,
            "metadata": dict(row.metadata),
            # A recipe of one's own is a file that other machines need not have.
            "settings": {**self._settings, "recipe": self._recipe, "start": self._start},
            "device": self._settings["device"],
            "threads": threads,
            "resume": entry.begun and files.checkpoint in self._there and not anew,
            "force": entry.begun or self._force,
        }

    def _on_event(self, job: Job, event: Event) -> None:
        entry = self._running[job]
        if event["event"] != "end":
            self._listener.on_event(entry.row, event)
            return
        del self._running[job]
        if "lost" in event:
            self._look(entry.row)
            self._on_loss(entry, event["lost"])
            return
        outcome = Outcome.from_json(event["outcome"])
        if outcome.status is not Status.DONE:
            self._look(entry.row)
        else:
            files = RowFiles.of(entry.row)
            self._there.discard(files.checkpoint)
            self._there.update({files.model, files.log})
            try:
                self._write_record(entry, outcome)
            except OutputError as error:
                outcome = replace(outcome, warnings=(*outcome.warnings, str(error)))
        self._end(entry.row, outcome)

    def _on_loss(self, entry: _Entry, reason: str) -> None:
        entry.losses += 1
        entry.begun = True
        if entry.losses <= self._again and not self._stopping:
            self._listener.on_loss(entry.row, reason)
            self._note(entry.row, Outcome(status=Status.WAITING))
            self._waiting.appendleft(entry)
            return
        advice = "Run the batch again to continue from the last checkpoint."
        often = f"{entry.losses} workers died on this row. " if entry.losses > 1 else ""
        self._end(entry.row, Outcome(status=Status.FAILED, error=f"{often}{reason} {advice}"))

    def _look(self, row: Row) -> None:
        """See which files of a row its worker has left."""
        for name in RowFiles.of(row).names:
            if self._folder.exists(name):
                self._there.add(name)
            else:
                self._there.discard(name)

    def _write_record(self, entry: _Entry, outcome: Outcome | None) -> None:
        name = RowFiles.of(entry.row).record
        self._folder.write_text(name, record_text(entry.identity, outcome))
        self._there.add(name)

    def _end(self, row: Row, outcome: Outcome) -> None:
        self._note(row, outcome)
        self._tables.outdate()

    def _note(self, row: Row, outcome: Outcome) -> None:
        self.outcomes[row] = outcome
        self._listener.on_row(row, outcome)
