"""A hard attack, sample by sample: the gear and every size on top of each other."""

import numpy as np

from triode.report.evaluation import Evaluation
from triode.report.figures.encoding import Figure, array
from triode.report.figures.style import axis, layout, line, size_style
from triode.report.passage import liveliest_onset

__all__ = ["WAVEFORM_VIEWS_MS", "waveform_figure", "waveform_start"]

_BEFORE_SECONDS = 0.02
_LENGTH_SECONDS = 0.16
_LARGEST_SHOWN = 2.0  # times the gear; a model that is far off may not squash it
WAVEFORM_VIEWS_MS = ((15, 25), (10, 60), (0, 160))
"""Ranges of the time axis on offer, the closest first; the second is shown at first."""


def waveform_start(evaluation: Evaluation) -> int:
    """The frame at which the plot starts: just before the hardest attack of the validation."""
    recording = evaluation.recording
    start, stop = recording.validation
    onset = start + liveliest_onset(recording.wet[start:stop], recording.rate_hz)
    length = round(_LENGTH_SECONDS * recording.rate_hz)
    latest = max(start, stop - length)
    return min(max(start, onset - round(_BEFORE_SECONDS * recording.rate_hz)), latest)


def waveform_figure(evaluation: Evaluation) -> Figure:
    """Amplitude over milliseconds, a sixth of a second long."""
    recording = evaluation.recording
    start = waveform_start(evaluation)
    part = slice(start, start + round(_LENGTH_SECONDS * recording.rate_hz))
    wet = recording.wet[part]
    common = {
        "type": "scatter",
        "mode": "lines",
        "x0": 0,
        "dx": 1000.0 / recording.rate_hz,
        "hovertemplate": "%{y:.4f}",
    }
    traces = [{**common, "name": "Gear", "y": array(wet), "line": line("wet", width=3.2)}]
    for rank, size in enumerate(evaluation.sizes):
        colour, dash = size_style(rank)
        trace = {"name": size.label, "y": array(size.output[part])}
        traces.append({**common, **trace, "line": line(colour, dash=dash)})
    wet_peak = float(np.abs(wet).max(initial=1e-6))
    peaks = [float(np.abs(size.output[part]).max(initial=0.0)) for size in evaluation.sizes]
    biggest = 1.1 * min(_LARGEST_SHOWN * wet_peak, max(wet_peak, *peaks))
    return {
        "data": traces,
        "layout": layout(
            xaxis=axis("Time, ms", range=list(WAVEFORM_VIEWS_MS[1]), hoverformat=".2f"),
            yaxis=axis("Amplitude", range=[-biggest, biggest]),
        ),
    }
