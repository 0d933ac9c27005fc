"""A band that ends like a wall: an interface, a codec or a resampler let nothing through above."""

import numpy as np
import numpy.typing as npt

from triode.capture.checks.finding import Finding, Plot, Series, Severity
from triode.capture.checks.subject import Subject

__all__ = ["check_bandwidth", "find_wall"]

_LOWEST_HZ = 2_500.0
_STEEP_DB = 26.0
_WIDTH = 1.06
_PLAIN_HZ = 19_500.0
_EMPTY_RANGE_DB = 12.0


def find_wall(
    power: npt.NDArray[np.float64], bin_hz: float, top_hz: float
) -> tuple[float, float] | None:
    """Where an average power spectrum, (bins,), falls off a cliff onto a flat plain.

    Args:
        power: Mean power of each bin.
        bin_hz: Width of a bin.
        top_hz: Look for walls below this.

    Returns:
        The wall's frequency and its height in dB, or None. The height counts the fall within 6 %
        of the frequency; filters of gear fall by less than that over so short a way.
    """
    level = 10 * np.log10(np.maximum(power, 1e-16))
    bins = np.arange(len(level))
    candidates = bins[(bins * bin_hz >= _LOWEST_HZ) & (bins * bin_hz <= top_hz)]
    best: tuple[float, float] | None = None
    for place in candidates[::2]:
        below = slice(int(place / _WIDTH) - 4, int(place / _WIDTH) + 1)
        start = int(place * _WIDTH)
        if start + 6 >= len(level):
            break
        foot = float(np.median(level[start : start + 6]))
        height = float(np.median(level[below])) - foot
        if height <= (_STEEP_DB if best is None else best[1]):
            continue
        # Behind a notch the signal comes back; behind a wall it does not.
        if float(np.percentile(level[start:], 95)) - foot < _EMPTY_RANGE_DB:
            best = float(place * bin_hz), height
    return best


def check_bandwidth(subject: Subject) -> Finding:
    """Whether the wet recording ends below the end of its own rate."""
    spectra = subject.short_time
    if len(spectra.wet_power) == 0:
        return Finding(
            check="bandwidth", severity=Severity.UNKNOWN, summary="The recording is too short."
        )
    power = spectra.wet_power.mean(axis=0, dtype=np.float64)
    dry_power = spectra.dry_power.mean(axis=0, dtype=np.float64)
    rate_hz = min(subject.dry_file.rate_hz, subject.wet_file.rate_hz)
    wall = find_wall(power, spectra.bin_hz, 0.44 * rate_hz)
    dry_wall = find_wall(dry_power, spectra.bin_hz, 0.44 * rate_hz)
    if wall is None:
        return Finding(
            check="bandwidth",
            severity=Severity.FINE,
            summary="The wet recording has no wall in its spectrum.",
        )
    same = dry_wall is not None and abs(dry_wall[0] / wall[0] - 1) < 0.06
    harmless = same or wall[0] > _PLAIN_HZ
    return Finding(
        check="bandwidth",
        severity=Severity.NOTE if harmless else Severity.WARNING,
        summary=f"The wet recording ends at {wall[0] / 1000:.1f} kHz: its spectrum falls by "
        f"{wall[1]:.0f} dB within a whole tone{' (so does the dry one)' if same else ''}.",
        evidence={
            "ends_hz": wall[0],
            "height_db": wall[1],
            "dry_ends_hz": None if dry_wall is None else dry_wall[0],
        },
        causes=(
            "Bluetooth, a phone, a conference tool or a cheap converter on the way.",
            "The file was coded as MP3, AAC or Ogg before, and decoded.",
            "It was recorded at a lower rate and resampled upwards.",
        ),
        advice=(
            "Record over a cable with an audio interface at 48 kHz, and export WAV, 24 bit.",
            "If the gear itself ends there (a digital modeller), go on.",
        ),
        plot=Plot(
            title="Average spectrum",
            x_label="Frequency, Hz",
            y_label="dB",
            series=tuple(
                Series(
                    name=name,
                    x=spectra.frequencies_hz[2:],
                    y=10 * np.log10(np.maximum(one[2:], 1e-16)),
                    role=role,
                )
                for name, one, role in (("Wet", power, "wet"), ("Dry", dry_power, "dry"))
            ),
            marks=((wall[0], f"{wall[0] / 1000:.1f} kHz"),),
            frequency=True,
        ),
    )
