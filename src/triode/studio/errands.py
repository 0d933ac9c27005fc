"""Short work in processes of its own: checks, reports, what auditions need."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from triode.processes import Worker
from triode.studio.crew import Crew, Event

__all__ = ["Errand", "Errands"]

_AT_ONCE = 2
_LOST = "The work ended without a result."


@dataclass(eq=False)
class Errand:
    """Something that is being done, or was.

    Attributes:
        key: What it is called; the same is done once at a time.
        task: What the worker reads.
        on_end: Called when it ended, from the crew's thread.
        on_event: Called with what it says before.
        state: Where it stands.
        result: What it came to.
        error: The error's parts, as `triode.web.error_document` names them.
        over: Set when it ended.
    """

    key: str
    task: Mapping[str, Any]
    on_end: Callable[["Errand"], None]
    on_event: Callable[[Event], None]
    state: Literal["running", "done", "failed"] = "running"
    result: Mapping[str, Any] = field(default_factory=dict)
    error: Mapping[str, Any] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)


class Errands:
    """Runs errands, two at a time.

    Args:
        crew: Whose workers do them.
    """

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._lock = threading.RLock()
        self._known: dict[str, Errand] = {}
        self._failed: dict[str, Errand] = {}
        self._waiting: deque[Errand] = deque()
        self._workers: dict[str, Worker] = {}

    def run(
        self,
        key: str,
        task: Mapping[str, Any],
        *,
        on_end: Callable[[Errand], None] = lambda _: None,
        on_event: Callable[[Event], None] = lambda _: None,
        at_once: bool = False,
    ) -> Errand:
        """Begin an errand, or find the one of this key that is running.

        Args:
            key: What it is called.
            task: What the worker reads.
            on_end: Called when it ended.
            on_event: Called with what it says before.
            at_once: Do not wait for others; for what is short and waited for.
        """
        with self._lock:
            if key in self._known:
                return self._known[key]
            errand = Errand(key=key, task=task, on_end=on_end, on_event=on_event)
            self._known[key] = errand
            if at_once:
                self._start(errand)
            else:
                self._waiting.append(errand)
                self._start_waiting()
            return errand

    def ask(self, key: str, task: Mapping[str, Any]) -> Errand:
        """As `run`, for who asks again and again: an errand that failed is told once."""
        with self._lock:
            failed = self._failed.pop(key, None)
            return failed or self.run(key, task, on_end=self._remember)

    def order(self, key: str, order: str) -> None:
        """Tell the one of this key something, if it is running."""
        with self._lock:
            worker = self._workers.get(key)
        if worker is not None:
            worker.stop(order)

    def _remember(self, errand: Errand) -> None:
        if errand.state == "failed":
            with self._lock:
                self._failed[errand.key] = errand

    def _start_waiting(self) -> None:
        while self._waiting and len(self._workers) < _AT_ONCE:
            self._start(self._waiting.popleft())

    def _start(self, errand: Errand) -> None:
        def hear(event: Event) -> None:
            if event["event"] == "end":
                self._end(errand, event)
            else:
                errand.on_event(event)

        self._workers[errand.key] = self._crew.start(errand.task, hear)

    def _end(self, errand: Errand, end: Event) -> None:
        if "result" in end:
            errand.state, errand.result = "done", end["result"]
        else:
            lost = {"message": _LOST, "hint": str(end.get("lost", ""))}
            errand.state, errand.error = "failed", end.get("error", lost)
        with self._lock:
            del self._known[errand.key]
            del self._workers[errand.key]
            self._start_waiting()
        try:
            errand.on_end(errand)
        finally:
            errand.over.set()
