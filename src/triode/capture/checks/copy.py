"""A wet recording that is the dry one: a bypassed amplifier, or the wrong channel."""

import numpy as np

from triode.capture.checks.finding import Finding, Severity
from triode.capture.checks.subject import Subject

__all__ = ["check_copy"]

_SAME_ESR = 1e-4


def check_copy(subject: Subject) -> Finding:
    """Whether wet is dry but for level, polarity and delay."""
    spectra = subject.short_time
    power = float(np.sum(spectra.dry.real**2 + spectra.dry.imag**2, dtype=np.float64))
    wet_power = float(np.sum(spectra.wet.real**2 + spectra.wet.imag**2, dtype=np.float64))
    if power == 0 or wet_power == 0:
        return Finding(
            check="copy", severity=Severity.UNKNOWN, summary="The recording is too short."
        )
    # A delay is a straight line of phase; what is left of it after alignment is a few samples.
    cross = np.einsum(
        "ij,ij->j", np.conj(spectra.dry), spectra.wet, dtype=np.complex128, casting="unsafe"
    )
    turns = np.arange(len(cross)) / spectra.window_samples
    delays = np.linspace(-4, 4, 81)
    rotated = np.abs(np.exp(2j * np.pi * np.outer(delays, turns)) @ cross)
    esr = max(0.0, 1.0 - float(rotated.max()) ** 2 / (power * wet_power))
    if esr > _SAME_ESR:
        return Finding(
            check="copy",
            severity=Severity.FINE,
            summary="The wet recording is not a copy of the dry one.",
            evidence={"esr_to_scaled_dry": esr},
        )
    return Finding(
        check="copy",
        severity=Severity.WARNING,
        summary="The wet recording is the dry one, but for its level: no gear was in the way.",
        evidence={"esr_to_scaled_dry": esr},
        causes=(
            "The gear was bypassed, or the plugin was off when the session was exported.",
            "The loopback of the dry signal was recorded, or the wrong channel chosen.",
            "One file was given twice.",
        ),
        advice=("Check the routing, and listen to the wet file before going on.",),
    )
