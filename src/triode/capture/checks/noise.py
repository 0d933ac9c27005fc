"""The gear's own noise, measured where nothing is played.

What the dry signal brings along (the hiss of a guitar, which the gear amplifies and a model can
follow) is told from what the gear adds by the coherence of the two: only the incoherent part limits
a capture. A model cannot predict noise, so its ESR cannot fall below noise over signal.
"""

import numpy as np
import numpy.typing as npt

from triode.capture.checks.finding import Finding, Plot, Series, Severity
from triode.capture.checks.spectra import stretch_spectra
from triode.capture.checks.subject import Subject

__all__ = ["check_noise"]

_WINDOW_SECONDS = 0.02
_LOWEST_HZ = 120.0
_MOST_WINDOWS = 2_000
_ENOUGH_FOR_COHERENCE = 16
_NOTABLE_ESR = 1e-5
_BAD_ESR = 2e-4


def check_noise(subject: Subject) -> Finding:
    """Level of the noise floor, and the ESR below which no capture can get because of it."""
    window = round(_WINDOW_SECONDS * subject.rate_hz)
    pauses = [(one.settled, one.stop) for one in subject.pauses]
    wet = stretch_spectra(subject.wet, pauses, window, _MOST_WINDOWS)
    if len(wet) < 4:
        return Finding(
            check="noise",
            severity=Severity.UNKNOWN,
            summary="The dry recording never rests, so the gear's noise floor cannot be measured.",
            advice=("Leave a second of silence at the start of the next dry recording.",),
        )
    dry = stretch_spectra(subject.dry, pauses, window, len(wet))
    lowest = round(_LOWEST_HZ * window / subject.rate_hz)
    power = np.abs(wet[:, lowest:]) ** 2
    # The quieter half: the louder one may still hold the end of a note.
    quiet = power.sum(axis=1) <= np.median(power.sum(axis=1))
    own_share = _incoherent_share(dry[quiet, lowest:], wet[quiet, lowest:])
    floor = float(power[quiet].sum(axis=1).mean())
    esr = own_share * floor / subject.wet_power
    floor_db = 10 * np.log10(max(floor, 1e-15))
    below_db = 10 * np.log10(max(floor / subject.wet_power, 1e-15))
    severity = Severity.FINE
    if esr > _BAD_ESR:
        severity = Severity.WARNING
    elif esr > _NOTABLE_ESR:
        severity = Severity.NOTE
    return Finding(
        check="noise",
        severity=severity,
        summary=f"The noise floor lies at {floor_db:.1f} dBFS, {-below_db:.0f} dB below the "
        f"playing; because of it no capture can have an ESR below {esr:.1g}.",
        evidence={
            "level_dbfs": float(floor_db),
            "relative_to_signal_db": float(below_db),
            "own_share": own_share,
            "limit_esr": esr,
        },
        causes=(
            "A gear with much gain: its hiss is part of it.",
            "The output was recorded at too low a level, so that the interface's hiss counts.",
            "Single-coil pick-ups, computers or lamps nearby, cables without a shield.",
        ),
        advice=(
            "Raise the gear's output or the interface's input until loud notes peak at -6 dBFS.",
            "Move away from what radiates, and use short shielded cables.",
            "Use no gate or noise reduction: they change the gear's answer.",
        ),
        plot=_plot(subject, power[quiet].mean(axis=0), lowest, window),
    )


def _incoherent_share(dry: npt.NDArray[np.complex128], wet: npt.NDArray[np.complex128]) -> float:
    """Share of the wet power, 0 to 1, that does not follow the dry signal (Carter 1987)."""
    count = len(wet)
    if count < _ENOUGH_FOR_COHERENCE:
        return 1.0
    own = (np.abs(dry) ** 2).mean(axis=0)
    power = (np.abs(wet) ** 2).mean(axis=0)
    cross = np.abs((np.conj(dry) * wet).mean(axis=0)) ** 2
    coherence = np.where(own > 1e-20, cross / np.maximum(own * power, 1e-40), 0.0)
    # Two noises that know nothing of each other seem coherent by 1 / count.
    unbiased = np.clip((coherence - 1 / count) / (1 - 1 / count), 0.0, 1.0)
    total = float(power.sum())
    return float(np.sum(power * (1 - unbiased)) / total) if total > 0 else 1.0


def _plot(subject: Subject, floor: npt.NDArray[np.float64], lowest: int, window: int) -> Plot:
    spectra = subject.short_time
    frequencies = (lowest + np.arange(len(floor))) * subject.rate_hz / window
    playing = spectra.wet_power.mean(axis=0, dtype=np.float64) / spectra.bin_hz
    inside = spectra.frequencies_hz >= _LOWEST_HZ
    return Plot(
        title="Playing and pauses",
        x_label="Frequency, Hz",
        y_label="dBFS per Hz",
        series=(
            Series(
                name="Wet, playing",
                x=spectra.frequencies_hz[inside],
                y=10 * np.log10(np.maximum(playing[inside], 1e-18)),
            ),
            Series(
                name="Wet, pauses",
                x=frequencies,
                y=10 * np.log10(np.maximum(floor * window / subject.rate_hz, 1e-18)),
                role="other",
            ),
        ),
        frequency=True,
    )
