"""How large a difference is, how surely, and on how many pieces of gear."""

from dataclasses import dataclass

import numpy as np

from triode.study.statistics.differences import Differences
from triode.study.statistics.intervals import Interval, bca_interval, t_interval
from triode.study.statistics.metric import Metric

__all__ = ["Effect", "SourceEffect", "by_source", "effect_of"]


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A mean difference of logarithms over gear; negative is in favour of the first arm.

    Attributes:
        metric: Of which figure.
        mean: Over gear.
        deviation: Standard deviation over gear; 0 for a single piece.
        interval: Student's, with what costs add to it.
        bootstrap: BCa, over gear alone, to compare with; None below four pieces.
        pieces: How many pieces of gear.
        wins: On how many of them the first arm's figure is the lower one.
    """

    metric: Metric
    mean: float
    deviation: float
    interval: Interval
    bootstrap: Interval | None
    pieces: int
    wins: int


@dataclass(frozen=True, kw_only=True)
class SourceEffect:
    """The effect on the gear of one source."""

    source: str
    effect: Effect


def effect_of(
    differences: Differences, metric: Metric, *, level: float = 0.95, bootstrap: bool = False
) -> Effect | None:
    """Sum up; None without any gear.

    Args:
        differences: One per piece of gear.
        metric: Of which figure.
        level: Of the intervals.
        bootstrap: Whether to add the bootstrap interval, which takes a while.
    """
    logs = differences.logs
    if not len(logs):
        return None
    return Effect(
        metric=metric,
        mean=float(np.mean(logs)),
        deviation=float(np.std(logs, ddof=1)) if len(logs) > 1 else 0.0,
        interval=t_interval(logs, level, differences.shared_variance),
        bootstrap=bca_interval(logs, level) if bootstrap else None,
        pieces=len(logs),
        wins=int(np.sum(logs < 0.0)),
    )


def by_source(
    differences: Differences, metric: Metric, *, level: float = 0.95
) -> tuple[SourceEffect, ...]:
    """The effect on the gear of each source alone, sources by name."""
    found = []
    for source in sorted(set(differences.sources)):
        places = [place for place, one in enumerate(differences.sources) if one == source]
        effect = effect_of(differences.only(places), metric, level=level)
        if effect is not None:
            found.append(SourceEffect(source=source, effect=effect))
    return tuple(found)
