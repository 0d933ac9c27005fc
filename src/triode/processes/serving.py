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


_Tasks = queue.Queue[tuple[Mapping[str, Any], Orders] | None]
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

    tasks: _Tasks = queue.Queue()
    threading.Thread(target=_listen, args=(tasks,), daemon=True).start()
    while (given := tasks.get()) is not None:
        task, orders = given
        with noted_warnings() as notices:
            result = do(task, tell, orders, notices)
        tasks.task_done()
        tell({"event": "end", **result})


@contextlib.contextmanager
def noted_warnings() -> Iterator[list[str]]:
    """Put every warning within the block into a list, instead of printing it."""
    notices: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, *_, **__: notices.append(str(message))
        yield notices


def _listen(tasks: _Tasks) -> None:
    """Hand on tasks, and orders to the latest of them; None for the end of the input."""
    # Unbuffered: a thread that waits in a buffered read would be in the way when Python ends.
    lines = io.FileIO(0)
    orders = Orders()
    while line := lines.readline().decode().strip():
        if line.startswith("{"):
            orders = Orders()
            tasks.put((json.loads(line), orders))
        else:
            orders.given = line
    # The queue's own count: a task that was handed on but is not begun yet is one of them.
    if tasks.unfinished_tasks:
        os._exit(1)
    tasks.put(None)
