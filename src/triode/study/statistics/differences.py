"""Paired differences between two arms, one per piece of gear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.errors import StudyError
from triode.study.record import CandidateRecord, Cost
from triode.study.statistics.equal_cost import at_cost
from triode.study.statistics.question import Arm, Question
from triode.study.statistics.results import Cell, Results

__all__ = ["Differences", "cost_on", "differences_of", "target_cost"]


@dataclass(frozen=True, kw_only=True)
class Differences:
    """What two arms differ by.

    Attributes:
        gear: The pieces on which both arms have results, sorted.
        sources: Where each piece comes from.
        logs: (gear,), mean logarithm of `arm` less that of `against`.
        missing: Pieces on which only one arm, or a part of its widths, has results.
        diverged: Diverged runs among those compared: of `arm`, of `against`.
        shared_variance: Of an error common to all pieces, which costs bring in.
    """

    gear: tuple[str, ...]
    sources: tuple[str, ...]
    logs: npt.NDArray[np.float64]
    missing: tuple[str, ...]
    diverged: tuple[int, int]
    shared_variance: float = 0.0

    def only(self, places: Sequence[int]) -> "Differences":
        """Those of some pieces of gear."""
        return Differences(
            gear=tuple(self.gear[one] for one in places),
            sources=tuple(self.sources[one] for one in places),
            logs=self.logs[list(places)],
            missing=(),
            diverged=self.diverged,
            shared_variance=self.shared_variance,
        )


def differences_of(
    found: Results,
    question: Question,
    *,
    epochs: int | None = None,
    costs: Mapping[str, Cost] | None = None,
) -> Differences:
    """Compare the two arms of a question on every piece of gear that both have played.

    Args:
        found: Results of one metric.
        question: What is asked.
        epochs: Length of training, instead of the question's.
        costs: By candidate, all on one engine; needed for a question at equal cost.

    Raises:
        StudyError: A cost was not measured, or the widths do not bracket the target.
    """
    cells, gear, missing = _paired(found, question, epochs or question.epochs)
    logs, shared_variance = [], 0.0
    for arm in (question.arm, question.against):
        values = np.array([[cells[name][one].log for one in gear] for name in arm.candidates])
        if not (question.equal_cost and gear):
            logs.append(values[0])
            continue
        target = target_cost(question, costs or {})
        prices = [_cost(costs or {}, name, question) for name in arm.candidates]
        there = at_cost(prices, values, target)
        logs.append(there.logs)
        shared_variance += there.shared_variance
    return Differences(
        gear=gear,
        sources=tuple(found.sources[one] for one in gear),
        logs=logs[0] - logs[1],
        missing=missing,
        diverged=(
            _diverged(cells, question.arm, gear),
            _diverged(cells, question.against, gear),
        ),
        shared_variance=shared_variance,
    )


def cost_on(engine: str, candidates: Sequence[CandidateRecord]) -> dict[str, Cost]:
    """Cost by candidate, where it was measured on that engine."""
    return {
        one.candidate: cost for one in candidates for cost in one.costs if cost.engine == engine
    }


def target_cost(question: Question, costs: Mapping[str, Cost]) -> float:
    """The cost that both arms of a question at equal cost are brought to, per sample.

    Raises:
        StudyError: It is that of a candidate, which was not measured.
    """
    if question.at_cost is not None:
        return question.at_cost
    return _cost(costs, question.at_cost_of or "", question).ns_per_sample


_Cells = Mapping[str, Mapping[str, Cell]]


def _paired(
    found: Results, question: Question, epochs: int
) -> tuple[_Cells, tuple[str, ...], tuple[str, ...]]:
    """Cells by candidate, the gear on which all candidates have results, and the other gear."""
    names = [*question.arm.candidates, *question.against.candidates]
    cells = {name: found.of(name, epochs) for name in names}
    seen = {gear for by_gear in cells.values() for gear in by_gear}
    shared = {gear for gear in seen if all(gear in one for one in cells.values())}
    return cells, tuple(sorted(shared)), tuple(sorted(seen - shared))


def _diverged(cells: _Cells, arm: Arm, gear: Sequence[str]) -> int:
    return sum(cells[name][one].diverged for name in arm.candidates for one in gear)


def _cost(costs: Mapping[str, Cost], candidate: str, question: Question) -> Cost:
    if candidate not in costs:
        raise StudyError(
            f"the cost of {candidate!r} was not measured on this engine",
            where=f"question {question.name!r}",
            expected="a cost for every candidate of both arms",
            hint="Measure it with: triode study cost",
        )
    return costs[candidate]
