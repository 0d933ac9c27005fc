"""One row in a process of its own: python -m triode.batch.worker; see `triode.processes`."""

from collections.abc import Mapping
from typing import Any

from triode.batch.outcome import Outcome, SizeFigures, Status
from triode.batch.teller import Teller
from triode.errors import TriodeError
from triode.processes import Orders, Tell, serve
from triode.training import Progress, Result, train

__all__ = ["main", "train_row"]


def main() -> None:
    """Do the task on standard input; errors raised on purpose are an outcome like any other."""
    serve(train_row)


def train_row(
    task: Mapping[str, Any], tell: Tell, orders: Orders, notices: list[str]
) -> Mapping[str, Any]:
    """Train as the task says; see `triode.processes.serve` for arguments and result."""
    try:
        outcome = _train(task, Teller(tell, orders), notices)
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


if __name__ == "__main__":
    main()
