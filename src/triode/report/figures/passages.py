"""What the recording's own passages say: by input level, in quiet passages, over time."""

import math

import numpy as np

from triode.metrics import error_over_time
from triode.metrics.low_level import DECAYS, NOISE_TAILS
from triode.report.evaluation import Evaluation
from triode.report.figures.curves import curve, curves_figure
from triode.report.figures.encoding import Figure
from triode.report.figures.spectrum import frequency_ticks
from triode.report.figures.style import axis, size_style

__all__ = [
    "dynamics_figure",
    "error_by_level_figure",
    "esr_over_time_figure",
    "low_level_figure",
    "response_figure",
]

_WINDOW_SECONDS = 1.0
_SPECTRUM_RANGE_DB = 100.0


def dynamics_figure(evaluation: Evaluation) -> Figure:
    """Median output level against input level: the gear and every size."""
    levels = evaluation.sizes[0].levels
    traces = [curve("Gear", levels.input_db, levels.gear_db, "wet", width=3.2)]
    for rank, size in enumerate(evaluation.sizes):
        colour, dash = size_style(rank)
        traces.append(
            curve(size.label, size.levels.input_db, size.levels.model_db, colour, dash=dash)
        )
    return curves_figure(traces, axis("Input, dBFS RMS"), axis("Output, dBFS RMS"))


def error_by_level_figure(evaluation: Evaluation) -> Figure:
    """Error relative to the gear against input level."""
    traces = []
    for rank, size in enumerate(evaluation.sizes):
        colour, dash = size_style(rank)
        traces.append(
            curve(size.label, size.levels.input_db, size.levels.error_db, colour, dash=dash)
        )
    return curves_figure(
        traces, axis("Input, dBFS RMS"), axis("Error, dB", zeroline=True, zerolinecolor="@axis")
    )


def esr_over_time_figure(evaluation: Evaluation) -> Figure:
    """ESR of every second of the recording."""
    recording = evaluation.recording
    traces = []
    for rank, size in enumerate(evaluation.sizes):
        colour, dash = size_style(rank)
        found = error_over_time(
            recording.wet, size.output, recording.rate_hz, window_seconds=_WINDOW_SECONDS
        )
        with np.errstate(divide="ignore"):
            ratio_db = 10.0 * np.log10(found.esr)
        middle = found.start_seconds + _WINDOW_SECONDS / 2.0
        traces.append(curve(size.label, middle, ratio_db, colour, dash=dash))
    return curves_figure(
        traces,
        axis("Time, s", hoverformat=".1f"),
        axis("ESR of the second, dB", zeroline=True, zerolinecolor="@axis"),
    )


def low_level_figure(evaluation: Evaluation) -> Figure | None:
    """Spectra of the gear and of each error in noise tails, or in decays where there are none."""
    found = [{one.kind: one for one in size.low} for size in evaluation.sizes]
    kind = next((one for one in (NOISE_TAILS, DECAYS) if one in found[0]), None)
    if kind is None:
        return None
    first = found[0][kind]
    traces = [curve("Gear", first.centres_hz, first.gear_spectrum_db, "wet", width=3.2)]
    for rank, (size, kinds) in enumerate(zip(evaluation.sizes, found, strict=True)):
        colour, dash = size_style(rank)
        name = f"Residual of {size.label}"
        traces.append(
            curve(name, first.centres_hz, kinds[kind].error_spectrum_db, colour, dash=dash)
        )
    heard = first.gear_spectrum_db[np.isfinite(first.gear_spectrum_db)]
    top = 10.0 * math.ceil(float(heard.max(initial=-60.0)) / 10.0) + 10.0
    return curves_figure(
        traces, _frequency_axis(), axis("Octave level, dBFS", range=[top - _SPECTRUM_RANGE_DB, top])
    )


def response_figure(evaluation: Evaluation) -> Figure | None:
    """Small-signal frequency responses, or None when there was too little quiet playing."""
    if evaluation.response is None:
        return None
    gear = evaluation.response
    traces = [curve("Gear", gear.centres_hz, gear.gain_db, "wet", width=3.2)]
    for rank, size in enumerate(evaluation.sizes):
        if size.response is not None:
            colour, dash = size_style(rank)
            response = size.response
            traces.append(
                curve(size.label, response.centres_hz, response.gain_db, colour, dash=dash)
            )
    return curves_figure(traces, _frequency_axis(), axis("Gain, dB"))


def _frequency_axis() -> Figure:
    return axis("Frequency, Hz", type="log", hoverformat=".0f", **frequency_ticks())
