"""Does an answer depend on how long was trained?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from triode.study.record import Cost, TrialRecord
from triode.study.statistics.differences import differences_of
from triode.study.statistics.effect import Effect, effect_of
from triode.study.statistics.metric import metric_of
from triode.study.statistics.question import Question
from triode.study.statistics.results import Cell, Results

__all__ = ["EffectAt", "effects_by_epochs", "validation_results"]

_SHARES = (0.25, 0.5)


@dataclass(frozen=True, kw_only=True)
class EffectAt:
    """The effect after so many epochs.

    Attributes:
        epochs: How long was trained.
        effect: What was found then.
        planned: Whether training was planned to end there; else this is the best validation ESR
            on the way to the question's own end, which learning rates that fall with time flatter
            less.
    """

    epochs: int
    effect: Effect
    planned: bool


def effects_by_epochs(
    found: Results,
    on_the_way: Mapping[int, Results],
    question: Question,
    costs: Mapping[str, Cost] | None,
) -> tuple[EffectAt, ...]:
    """The effect for every length of training that both arms have seen, ascending.

    Args:
        found: Results on the test part.
        on_the_way: Of `validation_results`, by epochs, for the question's own trials.
        question: What is asked.
        costs: As of `differences_of`.
    """
    effects = []
    names = {*question.arm.candidates, *question.against.candidates}
    planned = sorted({epochs for candidate, epochs in found.cells if candidate in names})
    for epochs in planned:
        differences = differences_of(found, question, epochs=epochs, costs=costs)
        effect = effect_of(differences, found.metric)
        if effect is not None:
            effects.append(EffectAt(epochs=epochs, effect=effect, planned=True))
    for epochs, results in on_the_way.items():
        effect = effect_of(differences_of(results, question, costs=costs), results.metric)
        if effect is not None:
            effects.append(EffectAt(epochs=epochs, effect=effect, planned=False))
    return tuple(sorted(effects, key=lambda one: (one.epochs, not one.planned)))


def validation_results(
    trials: Iterable[TrialRecord], questions: Sequence[Question], epochs: int
) -> dict[int, Results]:
    """Best validation ESR up to a quarter and a half of `epochs`, from the trials' curves.

    Args:
        trials: All of a study's.
        questions: Whose candidates are looked at.
        epochs: Planned length of the trials that are looked at.
    """
    names = {
        name
        for question in questions
        for arm in (question.arm, question.against)
        for name in arm.candidates
    }
    metric = metric_of("esr")
    ends = sorted({max(1, round(share * epochs)) for share in _SHARES})
    logs: dict[int, dict[str, dict[str, list[float]]]] = {end: {} for end in ends}
    sources: dict[str, str] = {}
    for trial in trials:
        key, outcome = trial.key, trial.outcome
        if key.epochs != epochs or key.candidate not in names or outcome.status != "finished":
            continue
        sources[key.gear] = trial.source
        for end in ends:
            seen = [esr for epoch, esr in outcome.curve if epoch <= end]
            if seen:
                by_gear = logs[end].setdefault(key.candidate, {})
                by_gear.setdefault(key.gear, []).append(metric.log(min(seen)))
    return {
        end: Results(
            metric=metric,
            sources=sources,
            cells={
                (candidate, epochs): {gear: _cell(values) for gear, values in by_gear.items()}
                for candidate, by_gear in by_candidate.items()
            },
        )
        for end, by_candidate in logs.items()
    }


def _cell(values: list[float]) -> Cell:
    return Cell(log=sum(values) / len(values), seed_logs=tuple(values), diverged=0)
