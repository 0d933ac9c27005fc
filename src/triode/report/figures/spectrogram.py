"""Spectrograms of the gear and of what each size leaves, with one colour scale."""

import math

import numpy as np
import numpy.typing as npt
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from triode.report.evaluation import Evaluation
from triode.report.figures.encoding import Figure, array, byte_array
from triode.report.figures.spectrum import frequency_ticks
from triode.report.figures.style import axis, caption, colour_axis, layout

__all__ = ["spectrogram_figure"]

_WINDOW_SECONDS = 0.04
_COLUMNS = 300
_ROWS = 96
_LOWEST_HZ = 40.0
_RANGE_DB = 90
_GAP = 0.09


def spectrogram_figure(evaluation: Evaluation) -> Figure:
    """One row for the gear, one for each residual, over the validation passage."""
    recording = evaluation.recording
    start, stop = recording.validation
    wet = recording.wet[start:stop]
    rows = [("Gear", wet)]
    rows += [
        (f"Residual of {size.label}", wet - size.output[start:stop]) for size in evaluation.sizes
    ]
    pictures = [_spectrogram(signal, recording.rate_hz) for _, signal in rows]
    top_db = 10 * math.ceil(float(pictures[0].max()) / 10)
    seconds = np.linspace(start, stop, pictures[0].shape[1]) / recording.rate_hz
    figure: Figure = {"data": [], "layout": layout(hovermode="closest", annotations=[])}
    height = (1.0 - _GAP * (len(rows) - 1)) / len(rows)
    for index, ((name, _), picture) in enumerate(zip(rows, pictures, strict=True)):
        suffix = str(index + 1) if index else ""
        top = 1.0 - index * (height + _GAP)
        figure["data"].append(
            {
                "type": "heatmap",
                "name": name,
                "x": array(seconds),
                "y": array(_frequencies_hz(recording.rate_hz)),
                "z": byte_array(np.clip(np.round(picture), -127, 127).astype(np.int8)),
                "xaxis": f"x{suffix}",
                "yaxis": f"y{suffix}",
                "coloraxis": "coloraxis",
                "hovertemplate": "%{x:.2f} s, %{y:.0f} Hz: %{z} dB",
            }
        )
        last = index == len(rows) - 1
        figure["layout"][f"xaxis{suffix}"] = axis(
            "Time, s" if last else "",
            matches=None if index == 0 else "x",
            anchor=f"y{suffix}",
            showgrid=False,
            showticklabels=last,
        )
        figure["layout"][f"yaxis{suffix}"] = axis(
            "Hz",
            type="log",
            domain=[max(0.0, top - height), top],
            matches=None if index == 0 else "y",
            anchor=f"x{suffix}",
            showgrid=False,
            **frequency_ticks(),
        )
        figure["layout"]["annotations"].append(caption(name, top))
    figure["layout"]["coloraxis"] = colour_axis(top_db - _RANGE_DB, top_db)
    return figure


def _frequencies_hz(rate_hz: float) -> npt.NDArray[np.float64]:
    return np.geomspace(_LOWEST_HZ, rate_hz / 2.0, _ROWS)


def _spectrogram(signal: npt.NDArray[np.float32], rate_hz: float) -> npt.NDArray[np.float64]:
    """Power in dB, (rows, columns), rows evenly spaced in log frequency."""
    window = min(2 ** round(math.log2(rate_hz * _WINDOW_SECONDS)), len(signal))
    hop = max(1, len(signal) // _COLUMNS)
    transform = ShortTimeFFT(hann(window), hop, rate_hz, mfft=2 * window, scale_to="magnitude")
    power = transform.spectrogram(signal.astype(np.float64), p0=0, p1=math.ceil(len(signal) / hop))
    edges_hz = np.geomspace(_LOWEST_HZ, rate_hz / 2.0, _ROWS + 1)
    summed = np.concatenate([np.zeros((1, power.shape[1])), np.cumsum(power, axis=0)])
    # The mean over a band of the piecewise constant spectrum: exact below one bin's width, too.
    at_edge = np.stack(
        [np.interp(edges_hz / transform.delta_f, np.arange(len(summed)), one) for one in summed.T],
        axis=1,
    )
    width = np.diff(edges_hz / transform.delta_f)[:, None]
    return 10.0 * np.log10(np.maximum(np.diff(at_edge, axis=0) / width, 1e-14))
