"""One small picture per piece of gear: every candidate's error against its cost."""

import html
import math
from collections.abc import Mapping

import numpy as np

from triode.report.numbers import ratio
from triode.study.pareto import nearest
from triode.study.report.evidence import Evidence, Front

__all__ = ["MOST_CANDIDATES", "multiples"]

MOST_CANDIDATES = 60
"""The front and so many others are drawn, so that a page of many pictures stays small."""

_WIDTH, _HEIGHT = 220.0, 120.0
_EDGE = 9.0
# A single run that diverged must not flatten all the pictures.
_SHOWN = (0.01, 0.99)


def multiples(evidence: Evidence) -> str:
    """The pictures as a grid on one scale, relative to each piece's mean; nothing without costs."""
    if not evidence.fronts or not evidence.fronts[0].points:
        return ""
    front = evidence.fronts[0]
    prices, best = _shown(front)
    values: dict[str, dict[str, float]] = {}
    for candidate in prices:
        for gear, cell in evidence.found.of(candidate, evidence.epochs).items():
            values.setdefault(gear, {})[candidate] = cell.log
    relative = [
        log - sum(logs.values()) / len(logs) for logs in values.values() for log in logs.values()
    ]
    span = float(np.quantile(relative, _SHOWN[0])), float(np.quantile(relative, _SHOWN[1]))
    return (
        '<ul class="multiples">'
        + "".join(
            _picture(evidence, gear, values[gear], prices, best, span) for gear in sorted(values)
        )
        + "</ul>"
    )


def _shown(front: Front) -> tuple[dict[str, float], frozenset[str]]:
    """Logarithm of the cost of each candidate that is drawn, and which are on the front."""
    best = [one for one, on in zip(front.points, front.on, strict=True) if on]
    others = nearest(
        [one for one, on in zip(front.points, front.on, strict=True) if not on], MOST_CANDIDATES
    )
    prices = {one.candidate: math.log(one.cost.ns_per_sample) for one in [*best, *others]}
    return prices, frozenset(one.candidate for one in best)


def _picture(
    evidence: Evidence,
    gear: str,
    logs: Mapping[str, float],
    prices: Mapping[str, float],
    best: frozenset[str],
    span: tuple[float, float],
) -> str:
    metric = evidence.found.metric
    across = [_between(prices[name], min(prices.values()), max(prices.values())) for name in logs]
    mean = sum(logs.values()) / len(logs)
    upwards = [_between(log - mean, *span) for log in logs.values()]
    dots = [
        _dot(name, x, y, metric.unlog(log), best=name in best)
        for (name, log), x, y in zip(logs.items(), across, upwards, strict=True)
    ]
    winner = min(logs, key=lambda name: (logs[name], name))
    drawn = "".join(text for _, text in sorted(dots, key=lambda one: one[0]))
    source = evidence.found.sources.get(gear, "")
    return (
        f"<li><h4>{html.escape(gear)} <span>{html.escape(source)}</span></h4>"
        f'<svg viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" '
        f'aria-label="{html.escape(gear)}: best {html.escape(winner)}">{drawn}</svg>'
        f"<p>Best: {html.escape(winner)}, {ratio(metric.unlog(logs[winner]))}</p></li>"
    )


def _dot(name: str, x: float, y: float, value: float, *, best: bool) -> tuple[bool, str]:
    """A circle at shares of the picture's width and height, and whether it lies on top."""
    across = _EDGE + x * (_WIDTH - 2 * _EDGE)
    down = _HEIGHT - _EDGE - y * (_HEIGHT - 2 * _EDGE)
    title = f"<title>{html.escape(name)}: {value:.3g}</title>"
    kind = "best" if best else "other"
    return best, f'<circle class="{kind}" cx="{across:.1f}" cy="{down:.1f}" r="3">{title}</circle>'


def _between(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 0.5
