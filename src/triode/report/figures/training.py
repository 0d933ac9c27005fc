"""How the model learned: validation error and loss, epoch by epoch."""

from collections.abc import Sequence

from triode.report.figures.encoding import Figure
from triode.report.figures.style import axis, layout, line, size_style
from triode.report.log import TrainingLog

__all__ = ["training_figure"]


def training_figure(log: TrainingLog, size_names: Sequence[str]) -> Figure:
    """Validation ESR of each size, and the training loss, over epochs.

    Args:
        log: What the training wrote.
        size_names: Names of the model's sizes, the largest first, so that each keeps its colour.
    """
    few = len(log.epochs) < 3
    common = {"type": "scatter", "mode": "lines+markers" if few else "lines", "x": log.epochs}
    traces: list[Figure] = []
    for rank, name in enumerate([name for name in size_names if name in log.esr]):
        colour, dash = size_style(rank)
        traces.append(
            {
                **common,
                "name": f"ESR of {name.capitalize()}",
                "y": log.esr[name],
                "line": line(colour, width=2.0, dash=dash),
                "hovertemplate": "%{y:.3g}",
            }
        )
    for rank, name in enumerate([name for name in size_names if name in log.loss]):
        colour, _ = size_style(rank)
        traces.append(
            {
                **common,
                "name": f"Loss of {name.capitalize()}",
                "y": log.loss[name],
                "yaxis": "y2",
                "line": line(colour, width=1.0, dash="dot"),
                "hovertemplate": "%{y:.3g}",
            }
        )
    return {
        "data": traces,
        "layout": layout(
            xaxis=axis("Epoch"),
            yaxis=axis("Validation ESR", type="log", exponentformat="power", dtick=1),
            yaxis2={
                **axis("Training loss", type="log", exponentformat="power", dtick=1),
                "overlaying": "y",
                "side": "right",
                "showgrid": False,
            },
        ),
    }
