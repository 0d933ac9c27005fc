"""Trials in groups of one candidate, for processes that train a group at once."""

from collections import deque
from collections.abc import Mapping
from typing import Any

from triode.batch.executor import Event, Executor, Job, LocalExecutor

__all__ = ["TogetherExecutor"]

_MOST_IN_A_GROUP = 32
_MODULE = "triode.study.together"


class TogetherExecutor(Executor):
    """See `triode.batch.executor`. Tasks are those of `triode.study.task`.

    It takes in all trials that there are, and gives a process that is free those of the same
    candidate and as many epochs. An order to prune is not followed: a group ends together.

    Args:
        device: Where to train.
        workers: How many groups at a time. What one of them computes on the processor, such as its
            tests, another one spends on the card.
    """

    def __init__(self, device: str, workers: int) -> None:
        self._device, self._workers = device, workers
        self._inner = LocalExecutor(_MODULE, workers)
        self._waiting: list[_Trial] = []
        self._groups: dict[Job, list[_Trial]] = {}
        self._heard: deque[tuple[Job, Event]] = deque()

    @property
    def slots(self) -> int:
        """As many as anybody asks for: those that wait are what groups are made of."""
        return 1_000_000

    def threads(self, jobs: int) -> int:
        """One: the card does the work."""
        del jobs
        return 1

    def start(self, task: Mapping[str, Any]) -> Job:
        """Let it wait for a free process."""
        trial = _Trial({**task, "device": self._device}, self)
        self._waiting.append(trial)
        return trial

    def hear(self, timeout_seconds: float) -> tuple[Job, Event] | None:
        """The next event of any trial."""
        while self._waiting and len(self._groups) < self._workers:
            self._start_group()
        if not self._heard:
            heard = self._inner.hear(timeout_seconds)
            if heard is not None:
                self._take(*heard)
        return self._heard.popleft() if self._heard else None

    def close(self) -> None:
        """End what runs, at once."""
        self._waiting.clear()
        self._groups.clear()
        self._inner.close()

    def stop(self, trial: "_Trial") -> None:
        """Stop a trial: at once while it waits, else with its whole group."""
        if trial in self._waiting:
            self._waiting.remove(trial)
            self._heard.append((trial, {"event": "end", "record": None}))
            return
        for job, group in self._groups.items():
            if trial in group:
                job.stop()

    def kill(self, trial: "_Trial") -> None:
        """The same, at once."""
        for job, group in self._groups.items():
            if trial in group:
                job.kill()

    def _start_group(self) -> None:
        kind = self._waiting[0].kind
        group = [one for one in self._waiting if one.kind == kind][:_MOST_IN_A_GROUP]
        self._waiting = [one for one in self._waiting if one not in group]
        job = self._inner.start({"tasks": [one.task for one in group], "device": self._device})
        self._groups[job] = group

    def _take(self, job: Job, event: Event) -> None:
        """Turn what a process tells into what its trials tell."""
        group = self._groups[job]
        if event["event"] == "trial":
            trial = group[event["number"]]
            trial.has_ended = event["told"]["event"] == "end"
            self._heard.append((trial, event["told"]))
        elif event["event"] == "end":
            del self._groups[job]
            reason = event.get("lost", "Its process ended without a word of it.")
            lost = {"event": "end", "lost": reason}
            self._heard.extend((one, lost) for one in group if not one.has_ended)


class _Trial:
    """A trial that waits or is at work."""

    def __init__(self, task: Mapping[str, Any], executor: TogetherExecutor) -> None:
        self.task, self._executor = task, executor
        self.kind = task["candidate"]["name"], task["key"]["epochs"]
        self.has_ended = False

    def stop(self, order: str = "stop") -> None:
        """Ask it to end until it is resumed."""
        if order == "stop":
            self._executor.stop(self)

    def kill(self) -> None:
        """End it at once, and its group with it."""
        self._executor.kill(self)
