"""The plots of a report, as plotly figures in plain JSON values.

Each function makes one figure from an evaluation, the sizes in it, or a log. Colours are names
("@size1") that the page looks up in its style sheet, so that one figure serves light, dark and
paper. `curve` and `curves_figure` are there for other pages' lines.
"""

from triode.report.figures.aliasing import aliasing_figure
from triode.report.figures.bands import band_errors, band_name, bands_figure
from triode.report.figures.behaviour import (
    burst_figure,
    harmonics_figure,
    step_figure,
    transfer_figure,
)
from triode.report.figures.curves import curve, curves_figure
from triode.report.figures.encoding import Figure, figure_json
from triode.report.figures.over_time import over_time_figure
from triode.report.figures.passages import (
    dynamics_figure,
    error_by_level_figure,
    esr_over_time_figure,
    low_level_figure,
    response_figure,
)
from triode.report.figures.spectrogram import spectrogram_figure
from triode.report.figures.spectrum import spectrum_figure
from triode.report.figures.training import training_figure
from triode.report.figures.waveform import WAVEFORM_VIEWS_MS, waveform_figure, waveform_start

__all__ = [
    "WAVEFORM_VIEWS_MS",
    "Figure",
    "aliasing_figure",
    "band_errors",
    "band_name",
    "bands_figure",
    "burst_figure",
    "curve",
    "curves_figure",
    "dynamics_figure",
    "error_by_level_figure",
    "esr_over_time_figure",
    "figure_json",
    "harmonics_figure",
    "low_level_figure",
    "over_time_figure",
    "response_figure",
    "spectrogram_figure",
    "spectrum_figure",
    "step_figure",
    "training_figure",
    "transfer_figure",
    "waveform_figure",
    "waveform_start",
]
