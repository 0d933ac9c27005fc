"""In which octaves the error lies."""

import math

from triode.metrics import OctaveBandError, octave_band_error
from triode.report.evaluation import Evaluation
from triode.report.figures.encoding import Figure
from triode.report.figures.style import axis, layout, size_style

__all__ = ["band_errors", "band_name", "bands_figure"]


def band_errors(evaluation: Evaluation) -> tuple[OctaveBandError, ...]:
    """The error per octave band of every size over the validation passage."""
    recording = evaluation.recording
    wet = recording.judged(recording.wet)
    return tuple(
        octave_band_error(wet, recording.judged(size.output), recording.rate_hz)
        for size in evaluation.sizes
    )


def bands_figure(evaluation: Evaluation, errors: tuple[OctaveBandError, ...]) -> Figure:
    """Error relative to the gear's level in the same band, one bar per band and size."""
    names = [band_name(float(centre_hz)) for centre_hz in errors[0].centres_hz]
    traces = []
    for rank, (size, error) in enumerate(zip(evaluation.sizes, errors, strict=True)):
        colour, _ = size_style(rank)
        traces.append(
            {
                "type": "bar",
                "name": size.label,
                "x": names,
                "y": [one if math.isfinite(one) else None for one in error.error_db.tolist()],
                "marker": {"color": f"@{colour}", "line": {"width": 0}},
                "hovertemplate": "%{y:.1f} dB",
            }
        )
    return {
        "data": traces,
        "layout": layout(
            xaxis=axis("Octave band, Hz", type="category", showgrid=False, ticks=""),
            yaxis=axis(
                "Error in the band, dB", rangemode="tozero", zeroline=True, zerolinecolor="@axis"
            ),
            barmode="group",
            bargap=0.35,
            bargroupgap=0.08,
        ),
    }


def band_name(centre_hz: float) -> str:
    """63, 125, 1k: the customary short names."""
    if centre_hz >= 1000.0:
        return f"{centre_hz / 1000.0:g}k"
    return str(math.floor(centre_hz + 0.5))
