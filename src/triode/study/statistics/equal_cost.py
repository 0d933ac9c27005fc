"""What an arm would reach at a given cost, from networks of several widths around it."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.errors import StudyError
from triode.study.record import Cost

__all__ = ["FEWEST_WIDTHS", "AtCost", "at_cost"]

FEWEST_WIDTHS = 3
# Quartiles of a normal distribution are 1.349 standard deviations apart.
_QUARTILES_APART = 1.349


@dataclass(frozen=True, kw_only=True)
class AtCost:
    """An arm at the target cost.

    Attributes:
        logs: (gear,), the metric's logarithm there.
        slope: Mean change of the metric's logarithm per unit of the cost's logarithm.
        cost_deviation: What the cost's own uncertainty does to all of `logs` at once.
        shape_deviation: What the choice of a straight line does to all of them at once.
    """

    logs: npt.NDArray[np.float64]
    slope: float
    cost_deviation: float
    shape_deviation: float

    @property
    def shared_variance(self) -> float:
        """Variance of the error that all pieces of gear share."""
        return self.cost_deviation**2 + self.shape_deviation**2


def at_cost(costs: list[Cost], logs: npt.NDArray[np.float64], target: float) -> AtCost:
    """Interpolate on a straight line of log metric over log cost, one per piece of gear.

    Gear by gear the line averages out what chance did to single networks; what is left of chance
    shows in the spread over gear. Two errors are common to all gear and are given apart: a cost
    that was read wrongly (its quartiles give the deviation of one reading; the target divides the
    readings' errors as the line weighs its points), and a curve that is not straight (the mean
    distance at the target between the line and the chord of the neighbouring widths, taken as the
    half-width of a rectangular distribution, JCGM 100:2008, 4.3.7).

    Args:
        costs: Measured, one per width, on one engine.
        logs: (widths, gear), the metric's logarithm.
        target: Cost, in the unit of `costs`.

    Raises:
        StudyError: Fewer than three widths, or none on one side of the target.
    """
    prices = np.log([one.ns_per_sample for one in costs])
    if len(costs) < FEWEST_WIDTHS or not prices.min() <= math.log(target) <= prices.max():
        raise StudyError(
            "the widths do not bracket the cost",
            where=costs[0].engine if costs else None,
            expected=f"at least {FEWEST_WIDTHS} widths, some cheaper and some dearer than "
            f"{target:.3g} per sample",
            got=", ".join(f"{one.ns_per_sample:.3g}" for one in costs) or "none",
            hint="Add widths to the study, or choose another target.",
        )
    order = np.argsort(prices)
    prices, logs = prices[order], logs[order]
    place = math.log(target)
    centred = prices - prices.mean()
    weights = 1.0 / len(prices) + (place - prices.mean()) * centred / np.sum(centred**2)
    slope = float(np.mean(centred @ logs / np.sum(centred**2)))
    values = weights @ logs
    chord = np.array([np.interp(place, prices, column) for column in logs.T])
    readings = np.array(
        [
            (math.log(one.quartiles[1]) - math.log(one.quartiles[0])) / _QUARTILES_APART
            for one in (costs[index] for index in order)
        ]
    )
    return AtCost(
        logs=values,
        slope=slope,
        cost_deviation=abs(slope) * float(np.sqrt(np.sum((weights * readings) ** 2))),
        shape_deviation=abs(float(np.mean(values - chord))) / math.sqrt(3.0),
    )
