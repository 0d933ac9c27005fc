"""One row in a process of its own: python -m triode.batch.worker; see `triode.batch.serving`."""

import os
import threading
import time
from collections.abc import Mapping
from typing import Any

from triode.batch.outcome import Outcome, SizeFigures, Status
from triode.batch.serving import Tell, serve
from triode.errors import TriodeError
from triode.training import EpochRecord, Progress, Result, train

__all__ = ["main"]

_SECONDS_BETWEEN_STEPS = 0.5


def main() -> None:
    """Do the task on standard input; errors raised on purpose are an outcome like any other."""
    serve(_do)


def _do(
    task: Mapping[str, Any], tell: Tell, stop: threading.Event, notices: list[str]
) -> Mapping[str, Any]:
    try:
        outcome = _train(task, _Teller(tell, stop), notices)
    except TriodeError as error:
        outcome = Outcome(status=Status.FAILED, error=str(error))
    return {"outcome": outcome.to_json()}


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
