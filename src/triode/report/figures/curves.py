"""Lines over a shared axis: what most plots of a model's behaviour are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
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
        **_places(x),
        "y": array(y),
        "line": line(colour, width=width, dash=dash),
        "hovertemplate": hover,
        **extra,
    }


def _places(x: npt.ArrayLike) -> Figure:
    """Where the points are; start and step where that says it all."""
    places = np.asarray(x, np.float64)
    if len(places) < 2:
        return {"x": array(places)}
    step = (places[-1] - places[0]) / (len(places) - 1)
    even = places[0] + step * np.arange(len(places))
    if np.allclose(places, even, rtol=0.0, atol=1e-6 * abs(step)):
        return {"x0": float(places[0]), "dx": float(step)}
    return {"x": array(places)}


def curves_figure(traces: Sequence[Figure], xaxis: Figure, yaxis: Figure, **extra: Any) -> Figure:
    """The lines with their axes."""
    return {"data": list(traces), "layout": layout(xaxis=xaxis, yaxis=yaxis, **extra)}
