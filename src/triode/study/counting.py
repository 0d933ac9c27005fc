"""What counting multiply-adds would have said about cost, and where it is wrong."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import kendalltau

from triode.study.pareto import Point

__all__ = ["Misranking", "misrankings", "rank_agreement"]


@dataclass(frozen=True, kw_only=True)
class Misranking:
    """Two candidates that counting multiply-adds puts in the wrong order.

    Attributes:
        fewer_macs: The one with fewer of them, which costs more.
        cheaper: The other one.
        macs_ratio: Multiply-adds of `cheaper` over those of `fewer_macs`, above 1.
        cost_ratio: Cost of `cheaper` over that of `fewer_macs`, below 1.
    """

    fewer_macs: Point
    cheaper: Point
    macs_ratio: float
    cost_ratio: float


def rank_agreement(all_points: Sequence[Point]) -> float:
    """Kendall's tau between multiply-adds and cost: 1 when counting ranks as measuring does."""
    if len({one.macs for one in all_points}) < 2:
        return math.nan
    tau = kendalltau(
        [one.macs for one in all_points], [one.cost.ns_per_sample for one in all_points]
    )
    return float(tau.statistic)


def misrankings(all_points: Sequence[Point], most: int = 10) -> tuple[Misranking, ...]:
    """The pairs in which fewer multiply-adds cost more, beyond the quartiles; the worst first.

    Each candidate comes up once on each side at most, so that one odd candidate does not fill the
    list.
    """
    unique = list({one.candidate: one for one in all_points}.values())
    macs = np.array([one.macs for one in unique], dtype=np.float64)
    low = np.array([one.cost.quartiles[0] for one in unique])
    high = np.array([one.cost.quartiles[1] for one in unique])
    cost = np.array([one.cost.ns_per_sample for one in unique])
    wrong = (macs[:, None] < macs[None, :]) & (low[:, None] > high[None, :])
    first, second = np.nonzero(wrong)
    if not len(first):
        return ()
    error = np.log(macs[second] / np.maximum(macs[first], 1.0)) + np.log(cost[first] / cost[second])
    listed: list[Misranking] = []
    used: set[tuple[str, int]] = set()
    for place in np.argsort(-error, kind="stable"):
        one, other = int(first[place]), int(second[place])
        if ("dear", one) in used or ("cheap", other) in used:
            continue
        used |= {("dear", one), ("cheap", other)}
        listed.append(
            Misranking(
                fewer_macs=unique[one],
                cheaper=unique[other],
                macs_ratio=float(macs[other] / max(macs[one], 1.0)),
                cost_ratio=float(cost[other] / cost[one]),
            )
        )
        if len(listed) == most:
            break
    return tuple(listed)
