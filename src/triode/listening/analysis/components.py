"""How much listeners, gear and their combinations differ, and what that does to a mean.

A table of listeners by gear, one value in each cell, is a two-way layout in which both factors
are random and crossed: value = mean + listener + gear + rest. The mean squares of the analysis of
variance (Searle, Casella and McCulloch 1992, chapter 4) say how large each part is.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t

from triode.listening.analysis.tables import Table

__all__ = ["Components", "MeanTest", "components_of", "mean_test"]

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Components:
    """Variances of one value: of listeners, of gear, and of what is left; none below zero."""

    listeners: float
    gear: float
    rest: float


@dataclass(frozen=True, kw_only=True)
class MeanTest:
    """A mean over listeners and gear, as a sample of all such listeners and all such gear.

    Attributes:
        mean: The mean of the table.
        error: Its standard error; infinite where there is but one of both.
        freedom: Degrees of freedom.
        p_value: Two-sided, against zero.
    """

    mean: float
    error: float
    freedom: float
    p_value: float

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Student's interval."""
        if not math.isfinite(self.error):
            return -math.inf, math.inf
        half = float(t.ppf(0.5 + level / 2.0, self.freedom)) * self.error
        return self.mean - half, self.mean + half


def components_of(table: Table) -> Components:
    """The variances, by moments, from the listeners who judged all gear.

    With one piece of gear or one listener that factor's variance cannot be told and is zero.
    """
    values = _complete(table)
    listeners, gear = values.shape
    by_listener, by_gear, rest = _mean_squares(values)
    if listeners < 2 or gear < 2:
        spread = by_listener if gear < 2 else by_gear
        one = spread if listeners >= 2 or gear >= 2 else 0.0
        return Components(
            listeners=one if gear < 2 else 0.0, gear=0.0 if gear < 2 else one, rest=0.0
        )
    return Components(
        listeners=max(0.0, (by_listener - rest) / gear),
        gear=max(0.0, (by_gear - rest) / listeners),
        rest=rest,
    )


def mean_test(table: Table) -> MeanTest:
    """Test a mean against zero with listeners and gear both random.

    The variance of the mean is (MS listeners + MS gear - MS rest) / cells, and not less than that
    of either factor alone; its degrees of freedom are Satterthwaite's (1946). With one piece of
    gear only listeners are a sample, and the other way round.
    """
    known = table.known
    if known.values.size == 0:
        return MeanTest(mean=math.nan, error=math.inf, freedom=1.0, p_value=1.0)
    mean = float(np.nanmean(known.values))
    values = _complete(table)
    listeners, gear = values.shape
    cells = listeners * gear
    if cells < 2:
        return MeanTest(mean=mean, error=math.inf, freedom=1.0, p_value=1.0)
    by_listener, by_gear, rest = _mean_squares(values)
    if gear < 2 or listeners < 2:
        variance, freedom = max(by_listener, by_gear) / cells, float(cells - 1)
    else:
        variance, freedom = _both(by_listener, by_gear, rest, listeners, gear)
    error = math.sqrt(variance)
    if error == 0.0:
        return MeanTest(mean=mean, error=0.0, freedom=freedom, p_value=float(mean == 0.0))
    p_value = 2.0 * float(t.sf(abs(mean) / error, freedom))
    return MeanTest(mean=mean, error=error, freedom=freedom, p_value=p_value)


def _both(
    by_listener: float, by_gear: float, rest: float, listeners: int, gear: int
) -> tuple[float, float]:
    cells = listeners * gear
    total = by_listener + by_gear - rest
    larger, freedom = max((by_listener, listeners - 1.0), (by_gear, gear - 1.0))
    if total <= larger:
        return larger / cells, freedom
    spread = (
        by_listener**2 / (listeners - 1)
        + by_gear**2 / (gear - 1)
        + rest**2 / ((listeners - 1) * (gear - 1))
    )
    return total / cells, max(1.0, total**2 / spread) if spread > 0.0 else freedom


def _complete(table: Table) -> Float64Array:
    """The listeners who judged everything; all cells as one column where there are too few."""
    values = table.known.values
    whole = values[np.isfinite(values).all(axis=1)]
    if len(whole) >= min(2, len(values)) and whole.size:
        return whole
    return np.nanmean(values, axis=1, keepdims=True) if values.size else np.zeros((0, 1))


def _mean_squares(values: Float64Array) -> tuple[float, float, float]:
    """Of listeners, of gear and of the rest; zero where there is nothing to tell them by."""
    listeners, gear = values.shape
    by_row, by_column = values.mean(axis=1), values.mean(axis=0)
    first = gear * float(by_row.var(ddof=1)) if listeners > 1 else 0.0
    second = listeners * float(by_column.var(ddof=1)) if gear > 1 else 0.0
    if listeners < 2 or gear < 2:
        return first, second, 0.0
    residual = values - by_row[:, None] - by_column[None, :] + values.mean()
    rest = float(np.square(residual).sum()) / ((listeners - 1) * (gear - 1))
    return first, second, rest
