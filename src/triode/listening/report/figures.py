"""The plots of an analysis."""

import math
from collections.abc import Sequence

from triode.listening.analysis import Analysis, Contrast, Findings
from triode.listening.analysis.power import Sizes, chance_to_find
from triode.listening.report.words import unit
from triode.report.figures import Figure
from triode.report.figures.style import axis, layout

__all__ = ["contrast_figure", "gear_figure", "mean_figure", "power_figure"]

_COLOURS = ("size1", "size2", "size3", "size4")
_SYMBOLS = ("circle", "square", "diamond", "cross", "triangle-up", "x", "star")
_SPREAD = 0.14
_REACH = 1.2


def mean_figure(analysis: Analysis) -> Figure:
    """Every system's mean with its interval: of those who were kept, and of everyone."""
    sets = [("kept", analysis.kept, "size1", "circle")]
    if analysis.screened:
        sets.append(("everyone", analysis.everyone, "muted", "diamond-open"))
    data = []
    for place, (name, found, colour, symbol) in enumerate(sets):
        shift = (place - (len(sets) - 1) / 2.0) * 2.0 * _SPREAD
        data.append(_points(name, found, colour, symbol, shift))
    names = [one.system for one in analysis.everyone.means]
    return {
        "data": data,
        "layout": layout(
            xaxis=axis(unit(analysis.test.plan.design), **_range(analysis)),
            yaxis=_names(names),
            hovermode="closest",
            showlegend=len(sets) > 1,
        ),
    }


def gear_figure(analysis: Analysis) -> Figure:
    """Every system on every piece of gear."""
    names = [one.system for one in analysis.kept.means]
    middle, step = (len(analysis.kept.gear) - 1) / 2.0, 0.6 / len(analysis.kept.gear)
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": gear,
            "x": [one.by_gear.get(gear) for one in analysis.kept.means],
            "y": [index + (place - middle) * step for index in range(len(names))],
            "marker": {
                "color": f"@{_COLOURS[place % len(_COLOURS)]}",
                "symbol": _SYMBOLS[place % len(_SYMBOLS)],
                "size": 9,
            },
            "hovertemplate": f"{gear}: %{{x:.2f}}<extra></extra>",
        }
        for place, gear in enumerate(analysis.kept.gear)
    ]
    return {
        "data": data,
        "layout": layout(
            xaxis=axis(unit(analysis.test.plan.design), **_range(analysis)),
            yaxis=_names(names),
            hovermode="closest",
            showlegend=True,
        ),
    }


def contrast_figure(analysis: Analysis) -> Figure:
    """Every contrast with its interval, zero in the middle."""
    contrasts = analysis.kept.contrasts
    names = [_name(one) for one in contrasts]
    reach = max(
        [_REACH * abs(one.difference) for one in contrasts]
        + [abs(end) for one in contrasts for end in one.interval if math.isfinite(end)]
        + [analysis.test.plan.matters],
        default=1.0,
    )
    decided = [one for one in contrasts if one.decided]
    open_ = [one for one in contrasts if not one.decided]
    data = [
        _bars("shown", decided, names, "size1", "circle"),
        _bars("not shown", open_, names, "muted", "circle-open"),
    ]
    margin = analysis.test.plan.matters
    return {
        "data": [one for one in data if one["x"]],
        "layout": layout(
            xaxis=axis(
                f"difference, {unit(analysis.test.plan.design)}",
                range=[-1.1 * reach, 1.1 * reach],
                zeroline=True,
                zerolinecolor="@axis",
            ),
            yaxis=_names(names),
            shapes=[
                {
                    "type": "rect",
                    "xref": "x",
                    "yref": "paper",
                    "x0": -margin,
                    "x1": margin,
                    "y0": 0,
                    "y1": 1,
                    "fillcolor": "@shade",
                    "line": {"width": 0},
                    "layer": "below",
                }
            ],
            hovermode="closest",
            showlegend=True,
        ),
    }


def power_figure(contrast: Contrast, found: Findings, level: float) -> Figure:
    """Chance to find the smallest difference that matters, over listeners, for some gear."""
    counts = sorted({max(2, round(len(found.listeners) * factor / 4)) for factor in range(1, 17)})
    data = []
    for place, factor in enumerate((1, 2, 4)):
        gear = len(found.gear) * factor
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": f"{gear} pieces of gear",
                "x": counts,
                "y": [
                    100.0
                    * chance_to_find(
                        contrast.components,
                        Sizes(listeners=one, gear=gear),
                        contrast.power.difference,
                        level,
                    )
                    for one in counts
                ],
                "line": {"color": f"@{_COLOURS[place]}", "dash": ("solid", "dash", "dot")[place]},
                "marker": {"color": f"@{_COLOURS[place]}", "size": 5},
                "hovertemplate": "%{x} listeners: %{y:.0f} %<extra></extra>",
            }
        )
        if len(found.gear) < 2:
            break
    return {
        "data": data,
        "layout": layout(
            xaxis=axis("listeners"),
            yaxis=axis("chance, %", range=[0, 102]),
            hovermode="closest",
        ),
    }


def _name(contrast: Contrast) -> str:
    return f"{contrast.first} \N{MINUS SIGN} {contrast.second}"


def _points(name: str, found: Findings, colour: str, symbol: str, shift: float) -> Figure:
    means = found.means
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [one.mean for one in means],
        "y": [place + shift for place in range(len(means))],
        "error_x": _errors([(one.mean, one.student) for one in means], colour),
        "marker": {"color": f"@{colour}", "symbol": symbol, "size": 9},
        "hovertemplate": "%{x:.2f}<extra></extra>",
    }


def _bars(
    name: str, contrasts: Sequence[Contrast], names: list[str], colour: str, symbol: str
) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [one.difference for one in contrasts],
        "y": [names.index(_name(one)) for one in contrasts],
        "error_x": _errors([(one.difference, one.student) for one in contrasts], colour),
        "marker": {"color": f"@{colour}", "symbol": symbol, "size": 9},
        "hovertemplate": "%{x:.2f}<extra></extra>",
    }


def _errors(values: Sequence[tuple[float, tuple[float, float]]], colour: str) -> Figure:
    def length(value: float) -> float:
        return value if math.isfinite(value) else 0.0

    return {
        "type": "data",
        "symmetric": False,
        "array": [length(interval[1] - value) for value, interval in values],
        "arrayminus": [length(value - interval[0]) for value, interval in values],
        "color": f"@{colour}",
        "thickness": 1.8,
        "width": 5,
    }


def _names(names: Sequence[str]) -> Figure:
    return axis(
        "",
        tickmode="array",
        tickvals=list(range(len(names))),
        ticktext=list(names),
        range=[len(names) - 0.5, -0.5],
        showgrid=False,
    )


def _range(analysis: Analysis) -> Figure:
    ranges = {"mushra": [0, 103], "abx": [0.35, 1.03], "triple": [-4.1, 1.0]}
    found = ranges.get(analysis.test.plan.design)
    return {} if found is None else {"range": found}
