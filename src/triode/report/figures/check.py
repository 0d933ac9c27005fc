"""The plot of a finding."""

import math

import numpy as np

from triode.capture.checks import Plot
from triode.report.figures.encoding import Figure, array
from triode.report.figures.spectrum import frequency_ticks
from triode.report.figures.style import axis, layout, line

__all__ = ["check_figure"]

_STYLES = {"wet": ("size1", "solid"), "dry": ("wet", "solid"), "other": ("size2", "dash")}


def check_figure(plot: Plot) -> Figure:
    """Curves of what a check looked at, with marks where it looked."""
    traces = []
    for one in plot.series:
        colour, dash = _STYLES.get(one.role, ("size1", "solid"))
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers" if one.role == "points" else "lines",
                "name": one.name,
                "x": array(one.x),
                "y": array(one.y),
                "line": line(colour, dash=dash),
                "hovertemplate": "%{y:.4g}",
            }
        )
    x_axis = axis(plot.x_label, hoverformat=".4~g")
    if plot.frequency:
        low = min(float(np.min(one.x[one.x > 0])) for one in plot.series)
        high = max(float(np.max(one.x)) for one in plot.series)
        x_axis |= {"type": "log", "range": [math.log10(low), math.log10(high)]}
        if high > 100:
            x_axis |= frequency_ticks()
    shapes = [
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "x0": at,
            "x1": at,
            "y0": 0,
            "y1": 1,
            "line": line("accent", width=1.0, dash="dot"),
        }
        for at, _ in plot.marks
    ]
    notes = [
        {
            "text": text,
            "x": math.log10(at) if plot.frequency else at,
            "y": 1,
            "xref": "x",
            "yref": "paper",
            "yanchor": "top",
            "xanchor": "left",
            "showarrow": False,
            "font": {"color": "@accent", "size": 12},
        }
        for at, text in plot.marks
    ]
    return {
        "data": traces,
        "layout": layout(
            xaxis=x_axis,
            yaxis=axis(plot.y_label),
            shapes=shapes,
            annotations=notes,
            showlegend=len(traces) > 1,
        ),
    }
