"""What a study found best, as a recipe: `study:NAME/best-under-30ns`."""

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np

from triode.errors import StudyError
from triode.study.candidate import Candidate
from triode.study.costing import cost_on
from triode.study.opened import OpenedStudy
from triode.study.record import CandidateRecord, TrialRecord
from triode.study.search import searched_candidates
from triode.study.storage import Storage
from triode.training import Recipe

__all__ = ["best_candidate", "best_recipe"]

_TEXT = re.compile(r"(?P<name>[^/]+)/best(?:-under-(?P<limit>\d+(?:\.\d+)?)ns)?")
_ENGINE = "host-c"


def best_recipe(storage: Storage, text: str) -> Recipe:
    """The recipe of the most accurate candidate of a study, below a measured cost.

    Args:
        storage: Where the study is.
        text: "NAME/best", or "NAME/best-under-30ns" for at most 30 ns per sample on host code.

    Raises:
        StudyError: It is no such text, there is no such study, or nothing in it qualifies.
    """
    found = _TEXT.fullmatch(text)
    if found is None:
        raise StudyError(
            "that names nothing of a study",
            where="--recipe",
            expected="study:NAME/best or study:NAME/best-under-30ns",
            got=f"study:{text}",
        )
    opened = OpenedStudy.of_stored(storage.study(found["name"]))
    limit = math.inf if found["limit"] is None else float(found["limit"])
    records = {one.candidate: one for one in storage.candidates(opened.study.name)}
    candidates = _candidates(opened, records)
    trials = [one for one in storage.trials(opened.study.name) if one.key.candidate in candidates]
    name = best_candidate(records, trials, limit)
    epochs = max(one.key.epochs for one in trials if one.key.candidate == name)
    recipe = candidates[name].recipe(opened.recipe, epochs=epochs, seed=opened.recipe.seed)
    words = f"{name}, the most accurate of study {opened.study.name}"
    return recipe.changed(description=words + (f" under {limit:g} ns" if limit < math.inf else ""))


def best_candidate(
    records: Mapping[str, CandidateRecord], trials: Sequence[TrialRecord], limit: float
) -> str:
    """The candidate of the lowest mean log ESR among those that cost at most `limit`.

    Seeds of one piece of gear are averaged first, and at the greatest number of epochs. Only
    candidates that were trained on as many pieces of gear as any other are compared.

    Raises:
        StudyError: None was both measured and trained.
    """
    cheap = set()
    for record in records.values():
        cost = cost_on(record, _ENGINE)
        if cost is not None and cost.ns_per_sample <= limit:
            cheap.add(record.candidate)
    logs: dict[str, dict[str, dict[int, list[float]]]] = {}
    for one in trials:
        if one.key.candidate in cheap and one.outcome.status == "finished":
            by_gear = logs.setdefault(one.key.candidate, {}).setdefault(one.key.gear, {})
            by_gear.setdefault(one.key.epochs, []).append(
                math.log(max(one.outcome.metrics["esr"], 1e-12))
            )
    if not logs:
        raise StudyError(
            "no candidate of the study qualifies",
            expected=f"one that was trained and costs at most {limit:g} ns on {_ENGINE}",
            got=f"{len(records)} candidates, {len(cheap)} of them cheap enough",
            hint="See `triode study status` and `triode study cost`.",
        )
    most = max(len(gear) for gear in logs.values())
    means = {
        name: float(np.mean([np.mean(epochs[max(epochs)]) for epochs in gear.values()]))
        for name, gear in logs.items()
        if len(gear) == most
    }
    return min(means, key=lambda name: means[name])


def _candidates(
    opened: OpenedStudy, records: Mapping[str, CandidateRecord]
) -> dict[str, Candidate]:
    """Those that a `.nam` file can hold, searched ones included."""
    found = (*opened.candidates, *searched_candidates(opened, records.values()))
    return {one.name: one for one in found if one.source is None}
