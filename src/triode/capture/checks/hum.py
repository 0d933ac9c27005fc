"""Mains hum: lines at multiples of 50 or 60 Hz where nothing is played."""

import numpy as np
import numpy.typing as npt

from triode.capture.checks.finding import Finding, Plot, Series, Severity
from triode.capture.checks.spectra import stretch_spectra
from triode.capture.checks.subject import Subject

__all__ = ["check_hum"]

_SHORTEST_SECONDS = 0.24
_LONGEST_SECONDS = 0.6
_MAINS_HZ = (50.0, 60.0)
_HARMONICS = 12
_LINE_HALF_HZ = 6.5
_AROUND_HZ = 22.0
_CLEAR_DB = 10.0
_SHARED_HZ = 4.0
_NOTABLE_ESR = 3e-7
_BAD_ESR = 1e-4


def check_hum(subject: Subject) -> Finding:
    """Which mains frequency hums, at what level, and on which harmonic."""
    longest = max((one.stop - one.settled for one in subject.pauses), default=0)
    window = min(longest, round(_LONGEST_SECONDS * subject.rate_hz))
    if window < _SHORTEST_SECONDS * subject.rate_hz:
        return Finding(
            check="hum",
            severity=Severity.UNKNOWN,
            summary="No pause is long enough to tell hum from the end of a note.",
            advice=("Leave a second of silence at the start of the next dry recording.",),
        )
    stretches = [(one.settled, one.stop) for one in subject.pauses]
    power = _median_power(stretch_spectra(subject.wet, stretches, window))
    bin_hz = subject.rate_hz / window
    families = {mains_hz: _family(power, bin_hz, mains_hz) for mains_hz in _MAINS_HZ}
    mains_hz = max(families, key=lambda one: _own_power(families[one], one))
    lines = families[mains_hz]
    total = sum(lines.values())
    esr = total / subject.wet_power
    if _own_power(lines, mains_hz) == 0 or esr < _NOTABLE_ESR:
        return Finding(
            check="hum", severity=Severity.FINE, summary="There is no mains hum in the pauses."
        )
    dry_power = _median_power(stretch_spectra(subject.dry, stretches, window))
    in_dry = bool(_family(dry_power, bin_hz, mains_hz))
    strongest = max(lines, key=lambda one: lines[one])
    level_db = 10 * np.log10(total)
    severity = Severity.WARNING if esr > _BAD_ESR and not in_dry else Severity.NOTE
    source = " The dry recording hums as well." if in_dry else ""
    return Finding(
        check="hum",
        severity=severity,
        summary=f"Mains hum of the {mains_hz:g} Hz family at {level_db:.1f} dBFS, strongest at "
        f"{strongest * mains_hz:g} Hz.{source}",
        evidence={
            "mains_hz": mains_hz,
            "strongest_hz": strongest * mains_hz,
            "level_dbfs": float(level_db),
            "relative_to_signal_db": float(10 * np.log10(esr)),
            "harmonics": ", ".join(f"{one * mains_hz:g}" for one in sorted(lines)),
            "in_dry": "yes" if in_dry else "no",
        },
        causes=_causes(strongest),
        advice=(
            (
                "Feed gear, computer and interface from one socket, or put an isolating "
                "transformer or DI box between the gear and the interface."
            ),
            "Turn the guitar away from transformers, or send the dry signal from the file alone.",
            "Record again: hum that a model cannot predict raises its error everywhere.",
        ),
        plot=_plot(power, bin_hz, sorted(one * mains_hz for one in lines)),
    )


def _causes(strongest: int) -> tuple[str, ...]:
    loop = "A ground loop: two ways to earth, for instance through the computer's power supply."
    supply = "The gear's own power supply: ripple of its rectifier has twice the mains frequency."
    pickup = "A pick-up or cable in the field of a transformer."
    return (loop, pickup, supply) if strongest % 2 else (supply, loop, pickup)


def _median_power(spectra: npt.NDArray[np.complex128]) -> npt.NDArray[np.float64]:
    """Hum is there all the time; the end of a note is in one pause only."""
    return np.asarray(np.median(np.abs(spectra) ** 2, axis=0))


def _family(power: npt.NDArray[np.float64], bin_hz: float, mains_hz: float) -> dict[int, float]:
    """Power of every harmonic that stands clearly above what is around it."""
    frequencies = np.arange(len(power)) * bin_hz
    lines = {}
    for harmonic in range(1, _HARMONICS + 1):
        distance = np.abs(frequencies - harmonic * mains_hz)
        inside = distance <= _LINE_HALF_HZ
        around = (distance > _LINE_HALF_HZ) & (distance <= _AROUND_HZ)
        floor = float(np.median(power[around]))
        peak_distance = distance[inside][int(np.argmax(power[inside]))]
        line = float(power[inside].sum() - floor * inside.sum())
        clear = power[inside].max() > floor * 10 ** (_CLEAR_DB / 10)
        if clear and peak_distance <= max(bin_hz, 2.0) and line > 0:
            lines[harmonic] = line
    return lines


def _own_power(lines: dict[int, float], mains_hz: float) -> float:
    """Power of those lines that no other mains frequency could have made."""
    others = [one for one in _MAINS_HZ if one != mains_hz]
    return sum(
        power
        for harmonic, power in lines.items()
        if all(
            abs(harmonic * mains_hz - round(harmonic * mains_hz / one) * one) > _SHARED_HZ
            for one in others
        )
    )


def _plot(power: npt.NDArray[np.float64], bin_hz: float, lines_hz: list[float]) -> Plot:
    frequencies = np.arange(len(power)) * bin_hz
    shown = (frequencies >= 20) & (frequencies <= 1_000)
    return Plot(
        title="Spectrum of the pauses",
        x_label="Frequency, Hz",
        y_label="dBFS",
        series=(
            Series(
                name="Wet, pauses",
                x=frequencies[shown],
                y=10 * np.log10(np.maximum(power[shown], 1e-16)),
            ),
        ),
        marks=tuple((one, f"{one:g}") for one in lines_hz[:4]),
        frequency=True,
    )
