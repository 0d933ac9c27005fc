"""One task of the studio in a process of its own; see `triode.processes`."""

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

from triode.errors import TriodeError
from triode.processes import Orders, Tell, serve
from triode.web import error_document

__all__ = ["main"]

_TASKS: Final = {
    name: f"triode.studio.tasks.{name}"
    for name in ("audition", "check", "compare", "devices", "examine", "level", "record", "report")
}
_TRAINING_NICENESS = 5

Do = Callable[[Mapping[str, Any], Tell, Orders], Mapping[str, Any]]


def main() -> None:
    """Do the task on standard input; its "kind" says which module of `tasks` knows how."""
    serve(_do)


def _do(
    task: Mapping[str, Any], tell: Tell, orders: Orders, notices: list[str]
) -> Mapping[str, Any]:
    if task["kind"] == "train":
        from triode.batch import worker

        # The page plays captures on the same machine, and sound does not wait.
        if hasattr(os, "nice"):
            os.nice(_TRAINING_NICENESS)
        return worker.do(task, tell, orders, notices)
    do: Do = import_module(_TASKS[task["kind"]]).do
    try:
        return {"result": do(task, tell, orders)}
    except TriodeError as error:
        return error_document(error)


if __name__ == "__main__":
    main()
