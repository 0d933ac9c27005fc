"""The plot of error against cost."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from triode.report.figures import Figure
from triode.report.figures.style import axis, layout
from triode.study.pareto import Point, nearest
from triode.study.report.evidence import Front
from triode.study.statistics import Metric

__all__ = ["MOST_DOMINATED", "front_figure"]

MOST_DOMINATED = 1500
"""So many points off the front are drawn, those nearest to it."""
# Costs that span a larger factor have no room for a number at every digit.
_MOST_IN_DIGITS = 5.0
# Costs within a smaller one may lie between two digits.
_LEAST_IN_DIGITS = 1.5
_MARGIN_TICKS = 10


def front_figure(front: Front, metric: Metric, texts: Mapping[str, Sequence[str]]) -> Figure:
    """Points with the front as steps, both axes logarithmic; hovering tells the config.

    Args:
        front: What is drawn.
        metric: What the vertical axis shows.
        texts: By candidate, what sets it apart.
    """
    best = [one for one, on in zip(front.points, front.on, strict=True) if on]
    others = nearest(
        [one for one, on in zip(front.points, front.on, strict=True) if not on], MOST_DOMINATED
    )
    drawn = [
        _trace("dominated", others, front.unit, texts, color="@wet", size=7),
        {
            **_trace("on the front", best, front.unit, texts, color="@size1", size=10),
            "mode": "lines+markers",
            "line": {"shape": "hv", "color": "@size1", "width": 1.6},
        },
    ]
    title = metric.title[:1].upper() + metric.title[1:]
    vertical = {} if metric.in_db else {"type": "log", "exponentformat": "power"}
    return {
        "data": drawn,
        "layout": layout(
            hovermode="closest",
            xaxis=axis(f"{front.unit} per sample", type="log", **_cost_ticks(front.points)),
            yaxis=axis(f"{title}, mean over gear" + (" (dB)" if metric.in_db else ""), **vertical),
        ),
    }


def _cost_ticks(points: Sequence[Point]) -> dict[str, Any]:
    """At 1, 2 and 5 of every decade, at all digits, or even, as costs span less; written out."""
    costs = [one.cost.ns_per_sample for one in points if one.cost.ns_per_sample > 0]
    if not costs:
        return {}
    low, high = min(costs), max(costs)
    if high < _LEAST_IN_DIGITS * low:
        values = _even_ticks(low, high)
    else:
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        steps = (1, 2, 5) if high > _MOST_IN_DIGITS * low else range(1, 10)
        values = [step * 10.0**decade for decade in decades for step in steps]
    return {"tickvals": values, "ticktext": [f"{one:,.10g}" for one in values]}


def _even_ticks(low: float, high: float) -> list[float]:
    """Round numbers, three to five from `low` to `high`, and more beside for the quartiles."""
    rough = (high - low) / 4 or low / 10
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(one * unit for one in (1, 2, 5, 10) if one * unit >= rough)
    first = max(1, math.floor(low / step) - _MARGIN_TICKS)
    return [step * place for place in range(first, math.ceil(high / step) + _MARGIN_TICKS)]


def _trace(
    name: str,
    shown: Sequence[Point],
    unit: str,
    texts: Mapping[str, Sequence[str]],
    *,
    color: str,
    size: int,
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [one.cost.ns_per_sample for one in shown],
        "y": [one.value for one in shown],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [one.cost.quartiles[1] - one.cost.ns_per_sample for one in shown],
            "arrayminus": [one.cost.ns_per_sample - one.cost.quartiles[0] for one in shown],
            "thickness": 1,
            "width": 0,
            "color": color,
        },
        "marker": {"color": color, "size": size},
        "customdata": [_about(one, unit, texts.get(one.candidate, ())) for one in shown],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _about(one: Point, unit: str, lines: Sequence[str]) -> str:
    """Lines for the hover; `<br>` is plotly's line break."""
    low, high = one.cost.quartiles
    head = [
        f"<b>{_plain(one.candidate)}</b>",
        f"{one.value:.3g} over {one.gear} pieces of gear",
        f"{one.cost.ns_per_sample:.3g} {unit} per sample ({low:.3g} to {high:.3g})",
        f"{one.macs:,} multiply-adds",
    ]
    if one.diverged:
        head.append(f"{one.diverged} runs diverged")
    return "<br>".join([*head, *(_plain(line) for line in lines)])


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
