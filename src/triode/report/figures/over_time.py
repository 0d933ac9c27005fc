"""How large the error is at every moment of the recording."""

import numpy as np
import numpy.typing as npt

from triode.metrics import error_over_time
from triode.report.evaluation import Evaluation
from triode.report.figures.encoding import Figure, array
from triode.report.figures.style import axis, layout, line, size_style

__all__ = ["over_time_figure"]

_MOST_POINTS = 1500
_SHORTEST_WINDOW_SECONDS = 0.05
_FLOOR_DB = -120.0


def over_time_figure(evaluation: Evaluation) -> Figure:
    """Levels of the gear and of each residual over the whole recording, validation shaded."""
    recording = evaluation.recording
    length_seconds = len(recording.wet) / recording.rate_hz
    window_seconds = max(_SHORTEST_WINDOW_SECONDS, length_seconds / _MOST_POINTS)
    common = {
        "type": "scatter",
        "mode": "lines",
        "x0": window_seconds / 2,
        "dx": window_seconds,
        "hovertemplate": "%{y:.1f} dB",
    }
    traces: list[Figure] = []
    for rank, size in enumerate(evaluation.sizes):
        error = error_over_time(
            recording.wet, size.output, recording.rate_hz, window_seconds=window_seconds
        )
        if rank == 0:
            gear = {"name": "Gear", "y": array(_shown(error.reference_db))}
            traces.append({**common, **gear, "line": line("wet", width=1.2)})
        colour, _ = size_style(rank)
        residual = {"name": f"Residual of {size.label}", "y": array(_shown(error.error_db))}
        traces.append({**common, **residual, "line": line(colour, width=1.2)})
    start_seconds, stop_seconds = recording.validation_seconds
    shade = {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": start_seconds,
        "x1": stop_seconds,
        "y0": 0,
        "y1": 1,
        "fillcolor": "@shade",
        "line": {"width": 0},
        "layer": "below",
    }
    return {
        "data": traces,
        "layout": layout(
            xaxis=axis("Time, s", range=[0, length_seconds], hoverformat=".1f"),
            yaxis=axis("Level, dBFS RMS", rangemode="normal"),
            shapes=[shade],
        ),
    }


def _shown(level_db: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.maximum(level_db, _FLOOR_DB)
