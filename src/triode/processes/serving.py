"""The other side of `triode.processes.worker`: a process told and telling by JSON lines.

The first line on standard input is the task; a line after it is an order, such as to stop. The end
of the input means that whoever asked is gone, and the process goes too, at once, for what it does
is continued from a checkpoint. Every line on standard output is an event.
"""

import contextlib
import io
import json
import os
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
    """Do the task on standard input."""
    # Whatever else prints must not be taken for an event.
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(event: Mapping[str, Any]) -> None:
        print(json.dumps(event), file=events, flush=True)

    # Unbuffered: a thread that waits in a buffered read would be in the way when Python ends.
    lines = io.FileIO(0)
    task = json.loads(lines.readline())
    orders = Orders()
    threading.Thread(target=_listen, args=(lines, orders), daemon=True).start()
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


def _listen(lines: io.FileIO, orders: Orders) -> None:
    while line := lines.readline():
        orders.given = line.decode().strip()
    os._exit(1)
