"""A question and all that a study's trials say about it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from triode.errors import StudyError
from triode.study.names import whole_and_size
from triode.study.record import CandidateRecord, TrialRecord
from triode.study.statistics.budget import EffectAt, effects_by_epochs, validation_results
from triode.study.statistics.differences import (
    Differences,
    cost_on,
    differences_of,
    target_cost,
)
from triode.study.statistics.effect import Effect, SourceEffect, by_source, effect_of
from triode.study.statistics.holm import holm
from triode.study.statistics.metric import METRICS, Metric, metric_of
from triode.study.statistics.power import detectable_effect
from triode.study.statistics.question import Question
from triode.study.statistics.results import Results, results
from triode.study.statistics.sign_flip import sign_flip_p
from triode.study.statistics.verdict import Verdict, adopted_arm, verdict_of

__all__ = ["Answer", "answer_questions", "measured_engines"]

_LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is known about a question, at the cost of one engine.

    Attributes:
        question: What was asked.
        engine: Whose costs were made equal; None where costs play no part.
        target: The cost, per sample, to which both arms were brought.
        differences: One per piece of gear.
        effect: On the deciding metric; None before any piece of gear has been played by both.
        p_value: Of the sign-flip test against the claim's threshold.
        adjusted_p: The same after Holm, over the study's questions on this engine.
        verdict: What follows.
        adopted: Name of the arm to take.
        detectable: Size of an effect that had been found four times out of five.
        others: Effects on the other metrics.
        sources: Effects by source of gear.
        budgets: Effects by length of training.
        problem: Why there is no effect.
        heard: What listeners say about the two arms; empty when they were not asked.
    """

    question: Question
    engine: str | None
    target: float | None
    differences: Differences | None
    effect: Effect | None
    p_value: float
    adjusted_p: float
    verdict: Verdict
    adopted: str
    detectable: float
    others: tuple[Effect, ...]
    sources: tuple[SourceEffect, ...]
    budgets: tuple[EffectAt, ...]
    problem: str = ""
    heard: str = ""


def answer_questions(
    questions: Sequence[Question],
    trials: Sequence[TrialRecord],
    candidates: Sequence[CandidateRecord],
    *,
    engines: Sequence[str] = (),
) -> tuple[Answer, ...]:
    """Answer every question; those at equal cost once per engine.

    Holm's adjustment is over all questions with the equal-cost ones taken on one engine; a
    question in which cost plays no part is adjusted with those of the first engine.

    Args:
        questions: Fixed before the first trial.
        trials: All that have ended; those of candidates that no question is about are left alone.
        candidates: With their costs.
        engines: In the order in which they are reported; all that were measured when empty.
    """
    chosen = tuple(engines) or measured_engines(candidates)
    asked = {
        name
        for question in questions
        for arm in (question.arm, question.against)
        for name in arm.candidates
    }
    trained = {whole_and_size(name)[0] for name in asked}
    telling = [one for one in trials if one.key.candidate in trained]
    tables = {one.key: results(telling, one) for one in _metrics(questions, telling)}
    on_the_way = {
        epochs: validation_results(telling, questions, epochs)
        for epochs in {question.epochs for question in questions}
    }
    answers: list[Answer] = []
    for place, engine in enumerate(chosen or (None,)):
        family = [
            _answer(
                question,
                engine if question.equal_cost else None,
                candidates,
                tables,
                on_the_way[question.epochs],
            )
            for question in questions
        ]
        adjusted = _adjusted(family)
        answers += [one for one in adjusted if place == 0 or one.question.equal_cost]
    return tuple(answers)


def measured_engines(candidates: Sequence[CandidateRecord]) -> tuple[str, ...]:
    """The engines on which anything was measured, in the order of the records."""
    return tuple(dict.fromkeys(cost.engine for one in candidates for cost in one.costs))


def _metrics(questions: Sequence[Question], trials: Sequence[TrialRecord]) -> list[Metric]:
    """The deciding ones, and the known ones that any trial has."""
    seen = {key for trial in trials for key in trial.outcome.metrics}
    deciding = {question.metric for question in questions}
    known = [one for one in METRICS if one.key in seen | deciding]
    others = [metric_of(key) for key in sorted(deciding - {one.key for one in known})]
    return known + others


def _answer(
    question: Question,
    engine: str | None,
    candidates: Sequence[CandidateRecord],
    tables: Mapping[str, Results],
    on_the_way: Mapping[int, Results],
) -> Answer:
    empty = Answer(
        question=question,
        engine=engine,
        target=None,
        differences=None,
        effect=None,
        p_value=1.0,
        adjusted_p=1.0,
        verdict="undecided",
        adopted=question.simpler,
        detectable=math.inf,
        others=(),
        sources=(),
        budgets=(),
    )
    costs = cost_on(engine, candidates) if engine and question.equal_cost else None
    found = tables[question.metric]
    try:
        differences = differences_of(found, question, costs=costs)
        effect = effect_of(differences, found.metric, bootstrap=True)
        if effect is None:
            return replace(empty, problem="No piece of gear has been played by both arms yet.")
        others = [
            effect_of(differences_of(table, question, costs=costs), table.metric)
            for key, table in tables.items()
            if key != question.metric
        ]
        budgets = effects_by_epochs(found, on_the_way, question, costs)
    except StudyError as error:
        return replace(empty, problem=str(error))
    return replace(
        empty,
        target=None if costs is None else target_cost(question, costs),
        differences=differences,
        effect=effect,
        p_value=sign_flip_p(differences.logs, question.threshold),
        others=tuple(one for one in others if one is not None),
        sources=by_source(differences, found.metric),
        budgets=budgets,
    )


def _adjusted(family: Sequence[Answer]) -> list[Answer]:
    """The same answers with adjusted p-values, verdicts, adopted arms and detectable effects."""
    done = []
    for answer, adjusted_p in zip(family, holm([one.p_value for one in family]), strict=True):
        if answer.effect is None:
            done.append(answer)
            continue
        effect = answer.effect
        done.append(
            replace(
                answer,
                adjusted_p=adjusted_p,
                verdict=verdict_of(answer.question, effect.interval, adjusted_p, level=_LEVEL),
                adopted=adopted_arm(answer.question, effect.interval),
                detectable=detectable_effect(
                    effect.deviation, effect.pieces, level=_LEVEL / len(family)
                ),
            )
        )
    return done
