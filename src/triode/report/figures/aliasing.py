"""Aliasing over keys and levels."""

from collections.abc import Sequence

import numpy as np

from triode.metrics import AliasingMap
from triode.report.figures.encoding import Figure, array
from triode.report.figures.style import axis, caption, colour_axis, layout

__all__ = ["aliasing_figure"]

_RANGE_DB = (-110.0, -10.0)
_GAP = 0.14


def aliasing_figure(maps: Sequence[tuple[str, AliasingMap]]) -> Figure:
    """One heat map per named model, keys to the right and levels upwards, with one scale."""
    figure: Figure = {"data": [], "layout": layout(hovermode="closest", annotations=[])}
    height = (1.0 - _GAP * (len(maps) - 1)) / len(maps)
    for index, (name, found) in enumerate(maps):
        suffix = str(index + 1) if index else ""
        top = 1.0 - index * (height + _GAP)
        last = index == len(maps) - 1
        figure["data"].append(
            {
                "type": "heatmap",
                "name": name,
                "x": list(found.keys),
                "y": [f"{level:.0f}".replace("-", "\N{MINUS SIGN}") for level in found.levels_dbfs],
                "z": array(np.maximum(found.asr_db, _RANGE_DB[0])),
                "xaxis": f"x{suffix}",
                "yaxis": f"y{suffix}",
                "coloraxis": "coloraxis",
                "customdata": [[round(one) for one in found.frequencies_hz]]
                * len(found.levels_dbfs),
                "hovertemplate": "%{customdata} Hz at %{y} dBFS: %{z:.1f} dB",
            }
        )
        octaves = [key for key in found.keys if key % 12 == 0]
        figure["layout"][f"xaxis{suffix}"] = axis(
            "Key" if last else "",
            matches=None if index == 0 else "x",
            anchor=f"y{suffix}",
            showgrid=False,
            showticklabels=last,
            tickvals=octaves,
            ticktext=[f"C{key // 12 - 1}" for key in octaves],
        )
        figure["layout"][f"yaxis{suffix}"] = axis(
            "dBFS",
            type="category",
            domain=[max(0.0, top - height), top],
            anchor=f"x{suffix}",
            showgrid=False,
        )
        figure["layout"]["annotations"].append(caption(name, top))
    figure["layout"]["coloraxis"] = colour_axis(*_RANGE_DB)
    return figure
