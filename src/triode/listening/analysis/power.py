"""How likely a difference is found, and how many more listeners or pieces of gear that takes."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy.stats import nct, t

from triode.listening.analysis.components import Components

__all__ = ["Power", "Sizes", "chance_to_find", "power_of"]

_WANTED = 0.8
_MOST = 2000


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """So many listeners and pieces of gear."""

    listeners: int
    gear: int


@dataclass(frozen=True, kw_only=True)
class Power:
    """What a test can find.

    Attributes:
        difference: The smallest difference that matters.
        now: The chance that it is found with those who have answered.
        more_listeners: How many listeners it takes with the gear there is; None when no number
            up to 2,000 is enough because gear differs too much, or when it cannot be told from
            a single one.
        more_gear: How many pieces of gear with the listeners there are; None as above.
        both: The smallest test in which both have grown by the same factor; None as above.
    """

    difference: float
    now: float
    more_listeners: int | None
    more_gear: int | None
    both: Sizes | None


def chance_to_find(components: Components, sizes: Sizes, difference: float, level: float) -> float:
    """The power of the test of `mean_test` against a true difference: its weakest part's.

    Args:
        components: The variances.
        sizes: Of the test.
        difference: In the unit of the values.
        level: Two-sided.
    """
    listeners, gear = sizes.listeners, sizes.gear
    if listeners * gear < 2:
        return 0.0
    by_listener = components.rest + gear * components.listeners
    by_gear = components.rest + listeners * components.gear
    if gear == 1 or listeners == 1:
        tests = [(max(by_listener, by_gear), listeners * gear - 1.0)]
    else:
        total = by_listener + by_gear - components.rest
        spread = (
            by_listener**2 / (listeners - 1)
            + by_gear**2 / (gear - 1)
            + components.rest**2 / ((listeners - 1) * (gear - 1))
        )
        both = max(1.0, total**2 / spread) if spread > 0.0 else 1.0
        tests = [(total, both), (by_listener, listeners - 1.0), (by_gear, gear - 1.0)]
    return min(
        _chance(difference, variance / (listeners * gear), freedom, level)
        for variance, freedom in tests
    )


def _chance(difference: float, variance: float, freedom: float, level: float) -> float:
    if variance == 0.0:
        return 1.0
    limit = float(t.ppf(1.0 - level / 2.0, freedom))
    return float(nct.sf(limit, freedom, difference / math.sqrt(variance)))


def power_of(
    components: Components, sizes: Sizes, difference: float, *, level: float = 0.05
) -> Power:
    """What the test can find, and what it would take to find it four times out of five."""

    def enough(listeners: int, gear: int) -> bool:
        grown = Sizes(listeners=listeners, gear=gear)
        return chance_to_find(components, grown, difference, level) >= _WANTED

    listeners, gear = sizes.listeners, sizes.gear
    # How much something differs cannot be told from one piece of it.
    both_told = listeners > 1 and gear > 1
    factor = _least(lambda one: enough(*_grown(sizes, one))) if both_told else None
    grown = None if factor is None else _grown(sizes, factor)
    return Power(
        difference=difference,
        now=chance_to_find(components, sizes, difference, level),
        more_listeners=_least(lambda one: enough(one, gear)) if listeners > 1 else None,
        more_gear=_least(lambda one: enough(listeners, one)) if gear > 1 else None,
        both=None if grown is None else Sizes(listeners=grown[0], gear=grown[1]),
    )


def _grown(sizes: Sizes, step: int) -> tuple[int, int]:
    """Both numbers grown by a tenth for every step."""
    factor = 1.0 + (step - 1) / 10.0
    return math.ceil(sizes.listeners * factor), math.ceil(sizes.gear * factor)


def _least(enough: Callable[[int], bool]) -> int | None:
    """The smallest number up to 2,000 that is enough, more being better; None without one."""
    if not enough(_MOST):
        return None
    low, high = 0, _MOST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
