"""Where work is done: one small interface, and processes of this machine behind it."""

import os
import queue
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Protocol

from triode.errors import ExecutorError
from triode.processes import Worker

__all__ = [
    "Event",
    "Executor",
    "Job",
    "LocalExecutor",
    "open_executor",
    "usable_cores",
    "workers_for",
]

Event = Mapping[str, Any]


class Job(Protocol):
    """A task at work."""

    def stop(self, order: str = "stop") -> None:
        """Ask it to end: "stop" until it is resumed; tasks may know more orders."""

    def kill(self) -> None:
        """End it at once; what followed its last checkpoint is lost."""


class Executor(ABC):
    """Runs tasks of one kind, several at a time; used by one thread.

    Whatever happens to a job, it ends with one event "end", which holds either what the task came
    to or "lost", a sentence about a worker that died. When the process that holds the executor is
    killed, its jobs end too. The kind is a module with a function `do`, as
    `triode.processes.serve` takes it, and that serves it when it is run.
    """

    @property
    @abstractmethod
    def slots(self) -> int:
        """How many jobs to run at a time."""

    @abstractmethod
    def threads(self, jobs: int) -> int:
        """How many threads each should have while so many jobs are at work or waiting."""

    @abstractmethod
    def start(self, task: Mapping[str, Any]) -> Job:
        """Begin a task, which is what `json.dumps` takes and names a "device"."""

    @abstractmethod
    def hear(self, timeout_seconds: float) -> tuple[Job, Event] | None:
        """The next event of any job; None when there is none for so long."""

    @abstractmethod
    def close(self) -> None:
        """End what still runs, at once."""


class LocalExecutor(Executor):
    """Processes of this machine, each with one task at a time.

    A process goes from task to task, since starting one takes seconds of a processor.

    Args:
        module: The kind of task.
        slots: How many at a time; by default one for every core that this process may use.
    """

    def __init__(self, module: str, slots: int | None = None) -> None:
        self._module, self._slots = module, slots or usable_cores()
        self._events: queue.Queue[tuple[Worker, dict[str, Any]]] = queue.Queue()
        self._running: list[Worker] = []
        self._idle: list[Worker] = []

    @property
    def slots(self) -> int:
        """How many jobs to run at a time."""
        return self._slots

    def threads(self, jobs: int) -> int:
        """As `workers_for` divides the slots."""
        return workers_for(self._slots, jobs)[1]

    def start(self, task: Mapping[str, Any]) -> Job:
        """Give the task to a process that has nothing to do, or to a new one."""
        worker = self._given_to_idle(task)
        if worker is None:
            worker = Worker(self._module, task, self._events, stays=True)
        self._running.append(worker)
        return worker

    def _given_to_idle(self, task: Mapping[str, Any]) -> Worker | None:
        while self._idle:
            worker = self._idle.pop()
            if worker.again(task):
                return worker
        return None

    def hear(self, timeout_seconds: float) -> tuple[Job, Event] | None:
        """Wait for an event."""
        try:
            worker, event = self._events.get(timeout=timeout_seconds)
        except queue.Empty:
            return None
        if event["event"] == "end":
            self._running.remove(worker)
            self._idle.append(worker)
        return worker, event

    def close(self) -> None:
        """Kill what runs or waits."""
        for worker in (*self._running, *self._idle):
            worker.kill()
        self._running.clear()
        self._idle.clear()


def workers_for(cores: int, rows: int) -> tuple[int, int]:
    """How many rows to train at once, and with how many threads each.

    One thread for every row wastes least; threads are shared only when rows are few.
    """
    workers = max(1, min(cores, rows))
    return workers, max(1, cores // workers)


def usable_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def open_executor(module: str, where: str, slots: int | None = None) -> Executor:
    """The executor that `where` means.

    Args:
        module: The kind of task, such as "triode.batch.worker".
        where: "local", or "ray://host:port" for a Ray cluster; "ray://" alone starts Ray here.
        slots: How many jobs at a time, instead of what the executor has room for.

    Raises:
        ExecutorError: There is none of that kind, or the cluster cannot be reached.
    """
    if where == "local":
        return LocalExecutor(module, slots)
    if where.startswith("ray://"):
        from triode.batch.executor_ray import RayExecutor

        return RayExecutor(module, where.removeprefix("ray://"), slots)
    raise ExecutorError(
        "nothing can be run there", where="--on", expected="local, or ray://host:port", got=where
    )
