"""Where trials run: one small interface, and processes of this machine behind it."""

import os
import queue
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Protocol

from triode.errors import StudyError
from triode.processes import Worker

__all__ = ["Executor", "Job", "LocalExecutor", "open_executor"]

Event = Mapping[str, Any]
_WORKER_MODULE = "triode.study.worker"


class Job(Protocol):
    """A trial at work."""

    def stop(self, order: str = "stop") -> None:
        """Ask it to end: "stop" until it is resumed, "prune" for good."""

    def kill(self) -> None:
        """End it at once; what followed its last checkpoint is lost."""


class Executor(ABC):
    """Runs trials, several at a time; used by one thread.

    Whatever happens to a job, it ends with one event "end", which holds either "record" (None for
    a trial that was stopped) or "lost", a sentence about a worker that died. When the process that
    holds the executor is killed, its jobs end too.
    """

    @property
    @abstractmethod
    def slots(self) -> int:
        """How many jobs to run at a time."""

    @abstractmethod
    def start(self, task: Mapping[str, Any]) -> Job:
        """Begin a trial; `task` is that of `triode.study.trial` as JSON."""

    @abstractmethod
    def hear(self, timeout_seconds: float) -> tuple[Job, Event] | None:
        """The next event of any job; None when there is none for so long."""

    @abstractmethod
    def close(self) -> None:
        """End what still runs, at once."""


class LocalExecutor(Executor):
    """Each trial in a process of this machine.

    Args:
        slots: How many at a time; by default one for every core.
    """

    def __init__(self, slots: int | None = None) -> None:
        self._slots = slots or os.cpu_count() or 1
        self._events: queue.Queue[tuple[Worker, dict[str, Any]]] = queue.Queue()
        self._running: list[Worker] = []

    @property
    def slots(self) -> int:
        """How many jobs to run at a time."""
        return self._slots

    def start(self, task: Mapping[str, Any]) -> Job:
        """Start a process."""
        worker = Worker(_WORKER_MODULE, task, self._events)
        self._running.append(worker)
        return worker

    def hear(self, timeout_seconds: float) -> tuple[Job, Event] | None:
        """Wait for an event."""
        try:
            worker, event = self._events.get(timeout=timeout_seconds)
        except queue.Empty:
            return None
        if event["event"] == "end":
            self._running.remove(worker)
        return worker, event

    def close(self) -> None:
        """Kill what runs."""
        for worker in self._running:
            worker.kill()
        self._running.clear()


def open_executor(where: str, slots: int | None = None) -> Executor:
    """The executor that `where` means.

    Args:
        where: "local", or "ray://host:port" for a Ray cluster; "ray://" alone starts Ray here.
        slots: How many trials at a time, instead of what the executor has room for.

    Raises:
        StudyError: There is none of that kind, or the cluster cannot be reached.
    """
    if where == "local":
        return LocalExecutor(slots)
    if where.startswith("ray://"):
        from triode.study.executor_ray import RayExecutor

        return RayExecutor(where.removeprefix("ray://"), slots)
    raise StudyError(
        "trials cannot run there", where="--on", expected="local, or ray://host:port", got=where
    )
