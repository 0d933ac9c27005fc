"""From a storage to what a report is made of."""

from collections.abc import Callable, Mapping

from triode.study.asking import asked
from triode.study.listening import Heard
from triode.study.opened import OpenedStudy
from triode.study.plan import planned_trials
from triode.study.removal import measure_removals
from triode.study.report import StudyInput
from triode.study.statistics import Question
from triode.study.storage import Storage

__all__ = ["study_input"]

_MOST_BREAKDOWNS = 12
_REST = "the rest"


def study_input(
    storage: Storage,
    name: str,
    *,
    breakdown_seconds: float | None = None,
    heard: Heard | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> StudyInput:
    """Read a study with all its records.

    Args:
        storage: Where it is.
        name: What it is called.
        breakdown_seconds: About how long to time the candidates that questions are about without
            each kind of operation, on this machine; None leaves that out.
        heard: What a listening test found.
        told: Hears what is being done.

    Raises:
        StudyError: There is no such study, or its questions cannot be asked.
        CompileError: There is no compiler for the breakdown.
    """
    stored = storage.study(name)
    opened = OpenedStudy.of_stored(stored)
    study = opened.study
    questions = asked(study, opened.judged, opened.recipe.epochs)
    planned = len(planned_trials(study, opened.candidates, opened.recipe.epochs))
    return StudyInput(
        name=name,
        description=study.description,
        digest=stored.digest,
        questions=questions,
        trials=storage.trials(name),
        candidates=storage.candidates(name),
        metric=study.judgement.metric,
        planned=None if study.searches else planned,
        gear_hashes={one.name: one.digests for one in storage.gear(name)},
        breakdowns={}
        if breakdown_seconds is None
        else _breakdowns(opened, questions, breakdown_seconds, told),
        command=f"triode study run {name}.toml",
        heard=heard,
    )


def _breakdowns(
    opened: OpenedStudy,
    questions: tuple[Question, ...],
    seconds: float,
    told: Callable[[str], None],
) -> Mapping[str, Mapping[str, float]]:
    """By candidate, what leaving out each kind of operation saves, on the first engine."""
    names = dict.fromkeys(
        name
        for question in questions
        for arm in (question.arm, question.against)
        for name in arm.candidates
    )
    graphs = {one.name: one for one in opened.judged}
    found: dict[str, Mapping[str, float]] = {}
    for name in list(names)[:_MOST_BREAKDOWNS]:
        graph = graphs[name].graphs(opened.folder)[-1]
        whole, removals = measure_removals(graph, seconds=seconds, told=told)
        saved = {one.kind: one.ns_per_sample for one in removals}
        rest = whole.ns_per_sample - sum(max(0.0, one) for one in saved.values())
        found[name] = {**saved, _REST: max(0.0, rest)}
    return found
