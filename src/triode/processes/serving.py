"""The other side of `triode.processes.worker`: a process told and telling by JSON lines.

A line on standard input is a task, a JSON object, or an order to the latest task, such as to stop.
The end of the input means that whoever asked is gone or wants nothing more, and the process goes
too, at once, for what it does is continued from a checkpoint. Every line on standard output is an
event.
"""

import contextlib
import io
import json
import os
import queue
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Do", "Orders", "Tell", "noted_warnings", "serve"]

Tell = Callable[[Mapping[str, Any]], None]


@dataclass
class Orders:
    """What the task was ordered to do while at work.

    Attributes:
        given: The last order; empty for none.
    """

    given: str = ""


Do = Callable[[Mapping[str, Any], Tell, Orders, list[str]], Mapping[str, Any]]
"""Takes the task, what tells an event, the orders, and the list that warnings are put into;
returns what is told with the "end"."""


def serve(do: Do) -> None:
    """Do the tasks on standard input, one after the other, until it ends."""
    # Whatever else prints must not be taken for an event.
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(event: Mapping[str, Any]) -> None:
        print(json.dumps(event), file=events, flush=True)

    desk = _Desk()
    threading.Thread(target=desk.listen, daemon=True).start()
    while (given := desk.next()) is not None:
        task, orders = given
        with noted_warnings() as notices:
            tell({"event": "end", **do(task, tell, orders, notices)})


@contextlib.contextmanager
def noted_warnings() -> Iterator[list[str]]:
    """Put every warning within the block into a list, instead of printing it."""
    notices: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, *_, **__: notices.append(str(message))
        yield notices


class _Desk:
    """Where the lines of standard input arrive: tasks, and orders to the latest of them."""

    def __init__(self) -> None:
        self._tasks: queue.SimpleQueue[tuple[Mapping[str, Any], Orders] | None]
        self._tasks = queue.SimpleQueue()
        self._idle = False

    def next(self) -> tuple[Mapping[str, Any], Orders] | None:
        """Wait for a task and for what will hold the orders to it; None for no more."""
        self._idle = True
        given = self._tasks.get()
        self._idle = False
        return given

    def listen(self) -> None:
        """Read until the end of the input, which ends a task at work."""
        # Unbuffered: a thread that waits in a buffered read would be in the way when Python ends.
        lines = io.FileIO(0)
        orders = Orders()
        while line := lines.readline().decode().strip():
            if line.startswith("{"):
                orders = Orders()
                self._tasks.put((json.loads(line), orders))
            else:
                orders.given = line
        if not self._idle:
            os._exit(1)
        self._tasks.put(None)
