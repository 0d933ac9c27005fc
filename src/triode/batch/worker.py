"""Rows, one at a time, in a process of their own: python -m triode.batch.worker."""

import json
from collections.abc import Mapping
from typing import Any

from triode.batch.outcome import Outcome, SizeFigures, Status
from triode.batch.teller import Teller
from triode.batch.workplace import Workplace, workplace
from triode.errors import TriodeError
from triode.processes import Orders, Tell, serve
from triode.training import Progress, Recipe, Result, train

__all__ = ["do", "main"]


def main() -> None:
    """Do the tasks on standard input; see `triode.processes`."""
    serve(do)


def do(
    task: Mapping[str, Any], tell: Tell, orders: Orders, notices: list[str]
) -> Mapping[str, Any]:
    """Train a row; errors raised on purpose are an outcome like any other.

    Args:
        task: `dry`, `wet`, and the `folder` and the name of the `model` in it, as paths or URLs;
            `metadata`; `settings`, further arguments of `train`, the recipe by its name or as its
            content; `threads`, `resume`, `force`; and perhaps a `device` in place of theirs.
        tell: What hears of events.
        orders: Any order ends the training with the best so far.
        notices: Warnings that came up.
    """
    try:
        with workplace(task) as place:
            outcome = _train(task, place, Teller(tell, orders, place.keep_checkpoint), notices)
            place.keep_result(finished=outcome.status is Status.DONE)
    except TriodeError as error:
        outcome = Outcome(status=Status.FAILED, error=str(error))
    return {"outcome": outcome.to_json()}


def _train(
    task: Mapping[str, Any], place: Workplace, progress: Progress, notices: list[str]
) -> Outcome:
    from triode.nam.metadata import Metadata

    settings = {**task["settings"], "start": place.start}
    if "device" in task:
        settings["device"] = task["device"]
    if isinstance(settings.get("recipe"), Mapping):
        settings["recipe"] = Recipe.model_validate_json(json.dumps(settings["recipe"]))
    result = train(
        place.dry,
        place.wet,
        place.model,
        threads=task["threads"],
        resume=task["resume"],
        force=task["force"],
        metadata=Metadata.of(**task["metadata"]),
        progress=progress,
        **settings,
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
