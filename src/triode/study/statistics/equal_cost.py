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
        bend_deviation: What the uncertainty of the common bend does to all of them at once.
    """

    logs: npt.NDArray[np.float64]
    slope: float
    cost_deviation: float
    bend_deviation: float

    @property
    def shared_variance(self) -> float:
        """Variance of the error that all pieces of gear share."""
        return self.cost_deviation**2 + self.bend_deviation**2


def at_cost(costs: list[Cost], logs: npt.NDArray[np.float64], target: float) -> AtCost:
    """Interpolate log metric over log cost: a line per piece of gear, and one bend for all.

    Errors fall the more slowly the wider a network is, so that a line alone is too high amid the
    widths and too low at their ends. Gear by gear the line averages out what chance did to single
    networks. The bend, the mean over gear of what parabolas add to their lines at the target, is
    common to all, so that the mean is that of parabolas and the spread over gear that of lines.

    Two errors are common to all gear and are given apart: a cost that was read wrongly (its
    quartiles give the deviation of one reading; the target divides the readings' errors as the
    curve weighs its points), and the bend's own (its standard error over gear).

    Args:
        costs: Measured, one per width, on one engine.
        logs: (widths, gear), the metric's logarithm.
        target: Cost, in the unit of `costs`.

    Raises:
        StudyError: Fewer than three costs, or none on one side of the target.
    """
    prices = np.log([one.ns_per_sample for one in costs])
    few = len(np.unique(prices)) < FEWEST_WIDTHS
    if few or not prices.min() <= math.log(target) <= prices.max():
        raise StudyError(
            "the widths do not bracket the cost",
            where=costs[0].engine if costs else None,
            expected=f"at least {FEWEST_WIDTHS} widths of different cost, some cheaper and some "
            f"dearer than {target:.3g} per sample",
            got=", ".join(f"{one.ns_per_sample:.3g}" for one in costs) or "none",
            hint="Add widths to the study, or choose another target.",
        )
    place = math.log(target) - prices.mean()
    prices -= prices.mean()
    line = 1.0 / len(prices) + place * prices / np.sum(prices**2)
    fit = np.linalg.pinv(np.vander(prices, 3))
    parabola = np.array([place**2, place, 1.0]) @ fit
    bends = (parabola - line) @ logs
    slope = float(np.mean(np.array([2.0 * place, 1.0, 0.0]) @ fit @ logs))
    readings = np.array(
        [
            (math.log(one.quartiles[1]) - math.log(one.quartiles[0])) / _QUARTILES_APART
            for one in costs
        ]
    )
    return AtCost(
        logs=line @ logs + bends.mean(),
        slope=slope,
        cost_deviation=abs(slope) * float(np.sqrt(np.sum((parabola * readings) ** 2))),
        bend_deviation=_standard_error(bends),
    )


def _standard_error(values: npt.NDArray[np.float64]) -> float:
    """Of the mean; a single value is as unsure as it is large."""
    if len(values) == 1:
        return abs(float(values[0]))
    return float(np.std(values, ddof=1)) / math.sqrt(len(values))
