"""Where the mean over all such gear lies, given these pieces of it."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import bootstrap, t

__all__ = ["Interval", "bca_interval", "t_interval"]

_RESAMPLES = 9999
_FEWEST_FOR_BCA = 4


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A confidence interval, both ends included; infinite where the data say nothing."""

    low: float
    high: float
    level: float

    def inside(self, margin: float) -> bool:
        """Whether all of it lies strictly between -margin and margin."""
        return -margin < self.low and self.high < margin


def t_interval(
    differences: npt.NDArray[np.float64], level: float = 0.95, shared_variance: float = 0.0
) -> Interval:
    """Student's interval for the mean difference.

    Args:
        differences: (gear,).
        level: Share of such intervals that cover the mean of all gear.
        shared_variance: Variance of an error that all pieces share, such as that of a measured
            cost. It does not show in their spread, so it is added, the degrees of freedom being
            those of Welch and Satterthwaite.
    """
    count = len(differences)
    if count < 2:
        return Interval(low=-math.inf, high=math.inf, level=level)
    mean = float(np.mean(differences))
    own = float(np.var(differences, ddof=1)) / count
    total = own + shared_variance
    if total == 0.0:
        return Interval(low=mean, high=mean, level=level)
    freedom = math.inf if own == 0.0 else (count - 1) * (total / own) ** 2
    low, high = t.interval(level, freedom, loc=mean, scale=math.sqrt(total))
    return Interval(low=float(low), high=float(high), level=level)


def bca_interval(
    differences: npt.NDArray[np.float64], level: float = 0.95, seed: int = 0
) -> Interval | None:
    """Bootstrap interval, bias-corrected and accelerated (Efron 1987); None below four pieces.

    Args:
        differences: (gear,).
        level: As of `t_interval`.
        seed: Of the 9,999 resamples.
    """
    if len(differences) < _FEWEST_FOR_BCA:
        return None
    mean = float(np.mean(differences))
    if np.ptp(differences) == 0.0:
        return Interval(low=mean, high=mean, level=level)
    found = bootstrap(
        (differences,),
        np.mean,
        n_resamples=_RESAMPLES,
        batch=999,
        confidence_level=level,
        method="BCa",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Interval(low=float(found.low), high=float(found.high), level=level)
