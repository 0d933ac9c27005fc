"""The other side of `triode.batch.process`: a process told and telling by JSON lines.

The first line on standard input is the task; "stop" after it asks for an end with the best so far;
the end of the input means that whoever asked is gone, and the process goes too, at once, for what
it does is continued from a checkpoint. Every line on standard output is an event.
"""

import io
import json
import os
import threading
import warnings
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Tell", "serve"]

Tell = Callable[[Mapping[str, Any]], None]


def serve(
    do: Callable[[Mapping[str, Any], Tell, threading.Event, list[str]], Mapping[str, Any]],
) -> None:
    """Do the task on standard input.

    Args:
        do: Takes the task, what tells an event, what is set when the task is to stop, and the list
            that warnings are put into; returns what is told with the "end".
    """
    # Whatever else prints must not be taken for an event.
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(event: Mapping[str, Any]) -> None:
        print(json.dumps(event), file=events, flush=True)

    # Unbuffered: a thread that waits in a buffered read would be in the way when Python ends.
    orders = io.FileIO(0)
    task = json.loads(orders.readline())
    stop = threading.Event()
    threading.Thread(target=_listen, args=(orders, stop), daemon=True).start()
    notices: list[str] = []
    warnings.simplefilter("always")
    warnings.showwarning = lambda message, *_, **__: notices.append(str(message))
    tell({"event": "end", **do(task, tell, stop, notices)})


def _listen(orders: io.FileIO, stop: threading.Event) -> None:
    while orders.readline():
        stop.set()
    os._exit(1)
