"""Worker processes, and one thread that hears what they say."""

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from triode.processes import Worker

__all__ = ["Crew", "Event", "Hearer"]

Event = Mapping[str, Any]
Hearer = Callable[[Event], None]

_MODULE: Final = "triode.studio.worker"
_LOG: Final = logging.getLogger(__name__)


class Crew:
    """Starts workers and passes what they say to whoever started them, from one thread.

    Workers end when this process does, however it ends.
    """

    def __init__(self) -> None:
        self._events: queue.Queue[tuple[Worker, dict[str, Any]] | None] = queue.Queue()
        self._hearers: dict[Worker, Hearer] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._listen, name="studio-crew", daemon=True)
        self._thread.start()

    def start(self, task: Mapping[str, Any], hear: Hearer) -> Worker:
        """Start a worker on a task of `triode.studio.worker`.

        Args:
            task: What it reads.
            hear: Called with every event, the last one an "end".
        """
        # Held until the hearer is known, so that the first event finds it.
        with self._lock:
            worker = Worker(_MODULE, task, self._events)  # type: ignore[arg-type]  # ours may end
            self._hearers[worker] = hear
        return worker

    def close(self) -> None:
        """End every worker at once; no hearer is called any more."""
        self._closed = True
        with self._lock:
            workers = list(self._hearers)
        for worker in workers:
            worker.kill()
        self._events.put(None)
        self._thread.join()

    def _listen(self) -> None:
        while (item := self._events.get()) is not None:
            worker, event = item
            with self._lock:
                hear = self._hearers[worker]
                if event["event"] == "end":
                    del self._hearers[worker]
            if self._closed:
                continue
            # One that cannot deal with what it hears must not make the others deaf.
            try:
                hear(event)
            except Exception:  # noqa: BLE001 - logged with all that is known of it
                _LOG.exception("an event of a worker could not be dealt with")
