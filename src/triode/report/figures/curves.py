"""Lines over a shared axis: what most plots of a model's behaviour are."""

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from triode.report.figures.encoding import Figure, array
from triode.report.figures.style import layout, line

__all__ = ["curve", "curves_figure"]


def curve(
    name: str,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    colour: str,
    *,
    dash: str = "solid",
    width: float = 1.6,
    hover: str = "%{y:.1f} dB",
    **extra: Any,
) -> Figure:
    """One line, (points,) each; values that are not finite become gaps."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": array(x),
        "y": array(y),
        "line": line(colour, width=width, dash=dash),
        "hovertemplate": hover,
        **extra,
    }


def curves_figure(traces: Sequence[Figure], xaxis: Figure, yaxis: Figure, **extra: Any) -> Figure:
    """The lines with their axes."""
    return {"data": list(traces), "layout": layout(xaxis=xaxis, yaxis=yaxis, **extra)}
