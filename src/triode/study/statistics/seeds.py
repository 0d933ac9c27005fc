"""How much of what is seen is the luck of a seed."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from triode.study.statistics.answer import Answer
from triode.study.statistics.results import Cell, Results

__all__ = ["LuckShare", "SeedSpread", "luck_share", "seed_spread"]

# Fewer pieces of gear say little about how much the differences between two arms vary.
_FEWEST_PIECES = 6


@dataclass(frozen=True, kw_only=True)
class SeedSpread:
    """Spread of a metric's logarithm between seeds of the same candidate on the same gear.

    Attributes:
        deviation: Standard deviation, pooled.
        groups: How many pairs of candidate and gear have two seeds or more.
        freedom: Degrees of freedom behind `deviation`.
    """

    deviation: float
    groups: int
    freedom: int


def seed_spread(found: Results) -> SeedSpread | None:
    """Pool the variances of all cells with several seeds; None when there are none."""
    return _pooled(cell for by_gear in found.cells.values() for cell in by_gear.values())


@dataclass(frozen=True, kw_only=True)
class LuckShare:
    """How much of what differs from one piece of gear to the next is the luck of seeds.

    Attributes:
        share: Of the variance over gear of the differences between two arms; the median.
        questions: Over how many questions.
    """

    share: float
    questions: int


def luck_share(answers: Sequence[Answer], found: Results) -> LuckShare | None:
    """What seeds add to the variance over gear, in the questions in which cost plays no part.

    The variance between seeds is that of the two arms, where they were trained from several. A mean
    of n seeds varies by the n-th part of it, and a difference by the sum of both arms' parts; this,
    averaged over gear, is divided by the variance that was seen over gear. With errors read between
    several widths there is no such simple sum, so that these questions are left out, as are those
    on fewer than six pieces of gear or another metric.

    Returns:
        None without repeats, or without such a question.
    """
    shares = []
    for one in answers:
        question, effect, differences = one.question, one.effect, one.differences
        if question.equal_cost or effect is None or differences is None:
            continue
        if effect.metric != found.metric or effect.pieces < _FEWEST_PIECES or not effect.deviation:
            continue
        arms = [
            found.of(arm.candidates[0], question.epochs) for arm in (question.arm, question.against)
        ]
        spread = _pooled(cell for arm in arms for cell in arm.values())
        if spread is None:
            continue
        parts = [sum(1.0 / len(arm[gear].seed_logs) for arm in arms) for gear in differences.gear]
        by_luck = spread.deviation**2 * sum(parts) / len(parts)
        shares.append(min(1.0, by_luck / effect.deviation**2))
    if not shares:
        return None
    return LuckShare(share=statistics.median(shares), questions=len(shares))


def _pooled(cells: Iterable[Cell]) -> SeedSpread | None:
    repeated = [cell for cell in cells if len(cell.seed_logs) > 1 and not cell.diverged]
    if not repeated:
        return None
    squares = sum(float(np.sum((np.array(one.seed_logs) - one.log) ** 2)) for one in repeated)
    freedom = sum(len(one.seed_logs) - 1 for one in repeated)
    return SeedSpread(deviation=math.sqrt(squares / freedom), groups=len(repeated), freedom=freedom)
