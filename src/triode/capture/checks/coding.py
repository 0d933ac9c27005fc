"""Lossy coding: holes in the spectrum where a codec decided that nobody would hear.

MP3 and its kin quantise each band of each moment apart, and what is too small becomes zero. Between
5 kHz and the end of the band such cells of time and frequency are empty although those around them
are not. A recording of gear has valleys, too, but not dozens of decibels deep from one moment to
the next and back.
"""

import numpy as np
import numpy.typing as npt
import scipy.ndimage

from triode.capture.checks.bandwidth import find_wall
from triode.capture.checks.finding import Finding, Plot, Series, Severity
from triode.capture.checks.short_time import ShortTime
from triode.capture.checks.subject import Subject

__all__ = ["check_coding", "hole_share"]

_FROM_HZ = 4_000.0
_TO_HZ = 15_500.0
_CELL_BINS = 8
_DEEP_DB = 15.0
_AUDIBLE_DBFS = -105.0
_NOTABLE_SHARE = 0.02
_WALL_SHARE = 0.002


def hole_share(spectra: ShortTime, top_hz: float) -> tuple[npt.NDArray[np.float64], float]:
    """Share of the cells that are holes: at each frequency, (bands,), and in all.

    Looked for between 4 kHz and 15.5 kHz, or `top_hz` where that is lower. A cell is a band of
    eight bins in one frame. It is a hole when it lies 15 dB below both the median of the same band
    over a third of a second and the median of its neighbours in frequency.
    """
    low, high = (round(one / spectra.bin_hz) for one in (_FROM_HZ, min(_TO_HZ, top_hz)))
    high = min(high, spectra.wet_power.shape[1])
    bands = max(0, (high - low) // _CELL_BINS)
    if bands < 5 or len(spectra.wet_power) < 20:
        return np.zeros(0), 0.0
    cells = spectra.wet_power[:, low : low + bands * _CELL_BINS]
    levels = 10 * np.log10(
        np.maximum(cells.reshape(len(cells), bands, _CELL_BINS).mean(axis=2) * _CELL_BINS, 1e-18)
    )
    over_time = scipy.ndimage.median_filter(levels, size=(15, 1))
    over_frequency = scipy.ndimage.median_filter(levels, size=(1, 7))
    audible = over_time > _AUDIBLE_DBFS
    holes = audible & (levels < np.minimum(over_time, over_frequency) - _DEEP_DB)
    count = np.maximum(audible.sum(axis=0), 1)
    return holes.sum(axis=0) / count, float(holes.sum() / max(1, audible.sum()))


def check_coding(subject: Subject) -> Finding:
    """Whether the wet recording went through a codec that throws away what it deems inaudible."""
    spectra = subject.short_time
    power = spectra.wet_power.mean(axis=0, dtype=np.float64)
    wall = find_wall(power, spectra.bin_hz, 0.44 * spectra.rate_hz) if len(power) else None
    by_band, share = hole_share(spectra, spectra.rate_hz if wall is None else 0.94 * wall[0])
    if len(by_band) == 0:
        return Finding(
            check="coding",
            severity=Severity.UNKNOWN,
            summary="There is too little above 4 kHz, or too little of all, to see holes in.",
        )
    evidence = {"hole_share": share, "wall_hz": None if wall is None else wall[0]}
    if share < (_NOTABLE_SHARE if wall is None else _WALL_SHARE):
        return Finding(
            check="coding",
            severity=Severity.FINE,
            summary="The spectrum has no holes such as lossy coding leaves.",
            evidence=evidence,
        )
    middle = _FROM_HZ + (np.arange(len(by_band)) + 0.5) * _CELL_BINS * spectra.bin_hz
    return Finding(
        check="coding",
        severity=Severity.WARNING,
        summary=f"The wet recording went through lossy coding: {100 * share:.1f} % of its "
        "spectrum above 4 kHz are holes.",
        evidence=evidence,
        causes=(
            "It was exported or sent as MP3, AAC or Ogg and converted back to WAV.",
            "Bluetooth or a streaming service was on the way.",
            "Noise reduction that works in the spectrum was applied.",
        ),
        advice=("Export again from the session as WAV, 24 bit; send files, not voice messages.",),
        plot=Plot(
            title="Holes at each frequency",
            x_label="Frequency, Hz",
            y_label="Share of time, %",
            series=(Series(name="Wet", x=middle, y=100 * by_band),),
        ),
    )
