"""Everything that a report says, worked out once from a study's records."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from triode.study.counting import Misranking, misrankings, rank_agreement
from triode.study.listening import heeded
from triode.study.pareto import Point, hypervolume, nearest, on_front, points
from triode.study.record import TrialRecord
from triode.study.report.given import StudyInput
from triode.study.statistics import (
    Answer,
    LuckShare,
    Results,
    SeedSpread,
    answer_questions,
    cost_on,
    luck_share,
    measured_engines,
    metric_of,
    results,
    seed_spread,
)

__all__ = ["Ending", "Evidence", "Front", "gather"]

# Every pair of them is looked at.
_MOST_COMPARED = 1000


@dataclass(frozen=True, kw_only=True)
class Front:
    """All candidates on one engine.

    Attributes:
        engine: Whose costs.
        unit: Of the costs.
        points: Cheapest first, of one length of training.
        on: For each whether it is on the front.
        hypervolume: What the front dominates, up to the dearest and the worst of `points`.
        agreement: Kendall's tau between multiply-adds and cost.
        misrankings: Where multiply-adds would have ranked wrongly, the worst first, among the
            thousand points nearest to the front.
    """

    engine: str
    unit: str
    points: tuple[Point, ...]
    on: tuple[bool, ...]
    hypervolume: float
    agreement: float
    misrankings: tuple[Misranking, ...]


@dataclass(frozen=True, kw_only=True)
class Ending:
    """Trials that gave no figure, of one candidate and for one reason."""

    candidate: str
    status: str
    message: str
    gear: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known.

    Attributes:
        given: What it was worked out from.
        found: Results on the plotted metric.
        epochs: The length of training that most trials have; fronts are of this one.
        answers: To every question, per engine.
        fronts: One per engine.
        seeds: Spread between seeds; None without repeats.
        luck: How much of the variance over gear that makes; None without repeats.
        statuses: How many trials ended how.
        endings: What did not finish.
        hours: Spent in training.
    """

    given: StudyInput
    found: Results
    epochs: int
    answers: tuple[Answer, ...]
    fronts: tuple[Front, ...]
    seeds: SeedSpread | None
    luck: LuckShare | None
    statuses: Mapping[str, int]
    endings: tuple[Ending, ...]
    hours: float


def gather(given: StudyInput) -> Evidence:
    """Work it all out."""
    found = results(given.trials, metric_of(given.metric))
    lengths = Counter(one.key.epochs for one in given.trials)
    epochs = max(lengths, key=lambda one: (lengths[one], one)) if lengths else 0
    answers = answer_questions(given.questions, given.trials, given.candidates)
    return Evidence(
        given=given,
        found=found,
        epochs=epochs,
        answers=answers if given.heard is None else heeded(answers, given.heard),
        fronts=tuple(
            _front(engine, found, given, epochs) for engine in measured_engines(given.candidates)
        ),
        seeds=seed_spread(found),
        luck=luck_share(answers, found),
        statuses=Counter(one.outcome.status for one in given.trials),
        endings=_endings(given.trials),
        hours=sum(one.provenance.seconds for one in given.trials) / 3600.0,
    )


def _front(engine: str, found: Results, given: StudyInput, epochs: int) -> Front:
    costs = cost_on(engine, given.candidates)
    shown = tuple(one for one in points(found, given.candidates, costs) if one.epochs == epochs)
    return Front(
        engine=engine,
        unit=next(iter(costs.values())).unit,
        points=shown,
        on=on_front(shown),
        hypervolume=hypervolume(
            shown,
            max((one.cost.ns_per_sample for one in shown), default=1.0),
            max((one.log for one in shown), default=0.0),
        ),
        agreement=rank_agreement(shown),
        misrankings=misrankings(nearest(shown, _MOST_COMPARED)),
    )


def _endings(trials: Sequence[TrialRecord]) -> tuple[Ending, ...]:
    """Grouped, the most frequent first."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for one in trials:
        if one.outcome.status != "finished":
            key = one.key.candidate, one.outcome.status, one.outcome.message
            groups.setdefault(key, []).append(one.key.gear)
    return tuple(
        Ending(candidate=candidate, status=status, message=message, gear=tuple(gear))
        for (candidate, status, message), gear in sorted(
            groups.items(), key=lambda item: (-len(item[1]), item[0])
        )
    )
