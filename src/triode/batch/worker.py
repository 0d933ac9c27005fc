"""One row in a process of its own: python -m triode.batch.worker, told and telling by JSON lines.

The first line on standard input is the task; "stop" after it asks the training to end with the best
so far; the end of the input means that the batch is gone, and the worker goes too, at once, for the
next batch will continue from the checkpoint. Every line on standard output is an event.
"""

import io
import json
import os
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from triode.batch.outcome import Outcome, SizeFigures, Status
from triode.errors import TriodeError
from triode.training import EpochRecord, Progress, Result, train

__all__ = ["main"]

_SECONDS_BETWEEN_STEPS = 0.5
Tell = Callable[[Mapping[str, Any]], None]


def main() -> None:
    """Do the task on standard input; errors raised on purpose are an event like any other."""
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
    try:
        outcome = _train(task, _Teller(tell, stop), notices)
    except TriodeError as error:
        outcome = Outcome(status=Status.FAILED, error=str(error))
    tell({"event": "end", "outcome": outcome.to_json()})


def _listen(orders: io.FileIO, stop: threading.Event) -> None:
    while orders.readline():
        stop.set()
    os._exit(1)


def _train(task: Mapping[str, Any], progress: Progress, notices: list[str]) -> Outcome:
    from triode.nam.metadata import Metadata

    result = train(
        task["dry"],
        task["wet"],
        task["output"],
        threads=task["threads"],
        resume=task["resume"],
        force=task["force"],
        metadata=Metadata.of(**task["metadata"]),
        progress=progress,
        **task["settings"],
    )
    return _outcome(result, tuple(dict.fromkeys(notices)))


def _outcome(result: Result, notices: tuple[str, ...]) -> Outcome:
    return Outcome(
        status=Status.DONE if result.finished else Status.STOPPED,
        sizes=tuple(
            SizeFigures(
                name=one.name, esr=one.esr, null_depth_db=one.null_depth_db, epoch=one.epoch
            )
            for one in result.sizes
        ),
        epochs=result.epochs,
        seconds=result.seconds,
        ending=result.ending,
        replicate_floor_esr=result.facts.replicate_floor_esr,
        warnings=(*result.facts.warnings, *notices),
    )


class _Teller(Progress):
    """Turns what the training says into events."""

    def __init__(self, tell: Tell, stop: threading.Event) -> None:
        self._tell = tell
        self._stop = stop
        self._steps = 0
        self._told = 0.0

    def on_start(
        self, *, epochs: int, epochs_done: int, steps_per_epoch: int, best_esr: dict[str, float]
    ) -> None:
        del best_esr
        self._steps = epochs_done * steps_per_epoch
        self._tell(
            {
                "event": "start",
                "epochs": epochs,
                "epoch": epochs_done,
                "steps": self._steps,
                "all_steps": epochs * steps_per_epoch,
            }
        )

    def on_step(self) -> None:
        self._steps += 1
        if time.monotonic() - self._told > _SECONDS_BETWEEN_STEPS:
            self._told = time.monotonic()
            self._tell({"event": "step", "steps": self._steps})

    def on_epoch(self, record: EpochRecord, best_esr: dict[str, float]) -> None:
        self._tell(
            {
                "event": "epoch",
                "process": os.getpid(),
                "epoch": record.epoch,
                "steps": record.steps,
                "best_esr": best_esr,
            }
        )

    def should_stop(self) -> bool:
        return self._stop.is_set()


if __name__ == "__main__":
    main()
