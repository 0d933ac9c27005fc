"""Effects in plain units: "8 % lower ESR, 95 % interval 3…13 %, 11 of 14 pieces of gear"."""

import math

from triode.study.statistics.effect import Effect
from triode.study.statistics.intervals import Interval
from triode.study.statistics.metric import Metric

__all__ = ["change_text", "effect_text", "interval_text", "size_text"]

_SPACE = "\N{NO-BREAK SPACE}"
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def effect_text(effect: Effect, *, cost: str = "") -> str:
    """The effect in one line.

    Args:
        effect: What was found.
        cost: "at equal CPU" or nothing.
    """
    wins = f"lower on {effect.wins} of {effect.pieces} pieces of gear"
    head = f"{change_text(effect.mean, effect.metric)} {effect.metric.title}"
    level = f"{100.0 * effect.interval.level:.0f}{_SPACE}%"
    return (
        f"{head}{' ' * bool(cost)}{cost}, {level} interval "
        f"{interval_text(effect.interval, effect.metric, effect.mean)}, {wins}"
    )


def change_text(log: float, metric: Metric) -> str:
    """A difference of logarithms as "8 % lower" or "1.2 dB higher"."""
    return f"{size_text(log, metric)} {'lower' if log < 0.0 else 'higher'}"


def size_text(log: float, metric: Metric) -> str:
    """The size of a difference without its direction."""
    return f"{_number(log, metric)}{_unit(metric)}"


def interval_text(interval: Interval, metric: Metric, mean: float) -> str:
    """The interval in the direction of the mean: "3…13 %", "2 % higher to 13 % lower"."""
    if math.isinf(interval.low) or math.isinf(interval.high):
        return "unknown, with so few pieces of gear"
    near, far = sorted(
        (interval.low, interval.high), key=lambda end: end * (1 if mean >= 0 else -1)
    )
    if near * far > 0.0:
        return f"{_number(near, metric)}{_ELLIPSIS}{_number(far, metric)}{_unit(metric)}"
    return f"{change_text(near, metric)} to {change_text(far, metric)}"


def _number(log: float, metric: Metric) -> str:
    if metric.in_db:
        return f"{abs(metric.unlog(log)):.1f}"
    percent = 100.0 * abs(math.expm1(log))
    return f"{percent:.1f}" if percent < 10.0 else f"{percent:.0f}"


def _unit(metric: Metric) -> str:
    return f"{_SPACE}dB" if metric.in_db else f"{_SPACE}%"
