"""The plots of a report, as plotly figures in plain JSON values.

Each module makes one figure from an evaluation or a log. Colours are names ("@size1") that the
page looks up in its style sheet, so that one figure serves light, dark and paper.
"""

from triode.report.figures.bands import band_errors, band_name, bands_figure
from triode.report.figures.encoding import Figure, figure_json
from triode.report.figures.over_time import over_time_figure
from triode.report.figures.spectrogram import spectrogram_figure
from triode.report.figures.spectrum import spectrum_figure
from triode.report.figures.training import training_figure
from triode.report.figures.waveform import WAVEFORM_VIEWS_MS, waveform_figure, waveform_start

__all__ = [
    "WAVEFORM_VIEWS_MS",
    "Figure",
    "band_errors",
    "band_name",
    "bands_figure",
    "figure_json",
    "over_time_figure",
    "spectrogram_figure",
    "spectrum_figure",
    "training_figure",
    "waveform_figure",
    "waveform_start",
]
