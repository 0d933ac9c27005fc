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
        freedom: Degrees of freedom of the variance in which both are random.
        errors: Standard errors with their degrees of freedom, each a test of its own; none where
            there is but one value.
        p_value: Two-sided, against zero: the largest of the tests'.
    """

    mean: float
    freedom: float
    errors: tuple[tuple[float, float], ...]
    p_value: float

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """The widest of Student's intervals; infinite where nothing is known."""
        if not self.errors:
            return -math.inf, math.inf
        half = max(
            float(t.ppf(0.5 + level / 2.0, freedom)) * error for error, freedom in self.errors
        )
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

    Three tests have to agree. With both random the variance of the mean is (MS listeners + MS gear
    - MS rest) / cells, its degrees of freedom Satterthwaite's (1946); that alone finds too much
    where gear is scarce and many pairs are tested, since it lives on chance in its tail. So the
    means of the gear have to differ from zero by themselves, as a sample of pieces, and so have
    those of the listeners. With one piece of gear only listeners are a sample, and the other way
    round.
    """
    known = table.known
    if known.values.size == 0:
        return MeanTest(mean=math.nan, freedom=1.0, errors=(), p_value=1.0)
    mean = float(np.nanmean(known.values))
    errors = _errors(_complete(table))
    if not errors:
        return MeanTest(mean=mean, freedom=1.0, errors=(), p_value=1.0)
    return MeanTest(
        mean=mean,
        freedom=errors[0][1],
        errors=errors,
        p_value=max(_p_value(mean, *one) for one in errors),
    )


def _p_value(mean: float, error: float, freedom: float) -> float:
    if error == 0.0:
        return float(mean == 0.0)
    return 2.0 * float(t.sf(abs(mean) / error, freedom))


def _errors(values: Float64Array) -> tuple[tuple[float, float], ...]:
    """Standard errors of the mean and their degrees of freedom, that of both factors first."""
    listeners, gear = values.shape
    cells = listeners * gear
    by_listener, by_gear, rest = _mean_squares(values)
    if cells < 2:
        return ()
    if gear < 2 or listeners < 2:
        return ((math.sqrt(max(by_listener, by_gear) / cells), float(cells - 1)),)
    total = by_listener + by_gear - rest
    spread = (
        by_listener**2 / (listeners - 1)
        + by_gear**2 / (gear - 1)
        + rest**2 / ((listeners - 1) * (gear - 1))
    )
    first = math.sqrt(by_listener / cells), listeners - 1.0
    second = math.sqrt(by_gear / cells), gear - 1.0
    larger = max(first, second)
    if total <= max(by_listener, by_gear) or spread == 0.0:
        return larger, first, second
    both = math.sqrt(total / cells), max(1.0, total**2 / spread)
    return both, first, second


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
