"""Long-term spectra of the gear, every size, and what is left between them."""

import math

import numpy as np
import numpy.typing as npt
from scipy.signal import welch

from triode.report.evaluation import Evaluation
from triode.report.figures.encoding import Figure, array
from triode.report.figures.style import axis, layout, line, size_style

__all__ = ["frequency_ticks", "spectrum_figure"]

_WINDOW_SECONDS = 0.17
_LOWEST_HZ = 20.0
_POINTS_PER_OCTAVE = 24
_FLOOR_DB = -140.0


def spectrum_figure(evaluation: Evaluation) -> Figure:
    """Welch's averaged spectrum over the validation passage, in dB, 1/24 octave wide."""
    recording = evaluation.recording
    wet = recording.judged(recording.wet)
    frequencies_hz, wet_db = _smooth_spectrum(wet, recording.rate_hz)
    common = {
        "type": "scatter",
        "mode": "lines",
        "x": array(frequencies_hz),
        "hovertemplate": "%{y:.1f} dB",
    }
    traces = [{**common, "name": "Gear", "y": array(wet_db), "line": line("wet", width=3.2)}]
    for rank, size in enumerate(evaluation.sizes):
        colour, dash = size_style(rank)
        played = recording.judged(size.output)
        _, played_db = _smooth_spectrum(played, recording.rate_hz)
        _, residual_db = _smooth_spectrum(wet - played, recording.rate_hz)
        traces += [
            {
                **common,
                "name": size.label,
                "y": array(played_db),
                "line": line(colour, dash=dash),
            },
            {
                **common,
                "name": f"Residual of {size.label}",
                "y": array(residual_db),
                "line": line(colour, width=1.0, dash=dash),
            },
        ]
    top = 10.0 * math.ceil(float(wet_db.max()) / 10.0) + 5.0
    return {
        "data": traces,
        "layout": layout(
            xaxis=axis(
                "Frequency, Hz",
                type="log",
                range=[math.log10(_LOWEST_HZ), math.log10(frequencies_hz[-1])],
                hoverformat=".0f",
                **frequency_ticks(),
            ),
            yaxis=axis("Level, dB", range=[top - 110.0, top]),
        ),
    }


def frequency_ticks() -> Figure:
    """Ticks of a logarithmic frequency axis where audio people look for them."""
    values = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000]
    names = [f"{one // 1000}k" if one >= 1000 else str(one) for one in values]
    return {"tickvals": values, "ticktext": names}


def _smooth_spectrum(
    signal: npt.NDArray[np.float32], rate_hz: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    window = min(len(signal), 2 ** math.ceil(math.log2(rate_hz * _WINDOW_SECONDS)))
    frequencies_hz, power = welch(
        signal.astype(np.float64), fs=rate_hz, nperseg=window, detrend=False, scaling="spectrum"
    )
    octaves = math.log2(rate_hz / 2.0 / _LOWEST_HZ)
    edges_hz = _LOWEST_HZ * 2.0 ** np.linspace(
        0.0, octaves, max(2, round(octaves * _POINTS_PER_OCTAVE))
    )
    # Where bins are wider than a band there is nothing to average: bands without a bin go.
    band = np.digitize(frequencies_hz, edges_hz)
    inside = (band > 0) & (band < len(edges_hz))
    count = np.bincount(band[inside], minlength=len(edges_hz))
    filled = count > 0
    mean_hz = np.bincount(band[inside], frequencies_hz[inside], len(edges_hz))[filled]
    mean_power = np.bincount(band[inside], power[inside], len(edges_hz))[filled] / count[filled]
    level_db = 10.0 * np.log10(np.maximum(mean_power, 10.0 ** (_FLOOR_DB / 10.0)))
    return mean_hz / count[filled], level_db
