"""Whether the delay between the two recordings can be believed."""

import numpy as np

from triode.audio import peak_at
from triode.capture.checks.finding import Finding, Plot, Series, Severity
from triode.capture.checks.subject import Subject
from triode.capture.timing import USABLE_CONFIDENCE

__all__ = ["check_delay"]

_FEW_SAMPLES = 8
_DRIFT_PPM = 1.0


def check_delay(subject: Subject) -> Finding:
    """Report the delay, what it rests on, and drift and lost samples where they were found."""
    alignment = subject.alignment
    delay_ms = 1000 * alignment.delay_samples / subject.rate_hz
    evidence: dict[str, float | int | str | None] = {
        "delay_samples": alignment.delay_samples,
        "confidence": alignment.confidence,
        "polarity": alignment.polarity,
        "drift_ppm": alignment.drift_ppm,
        "jumps": len(alignment.jumps),
    }
    for vote in alignment.votes:
        evidence[f"{vote.estimator}_delay_samples"] = vote.delay_samples
        evidence[f"{vote.estimator}_confidence"] = vote.confidence
    where = (
        f"The wet recording is delayed by {alignment.delay_samples:.1f} samples ({delay_ms:.2f} ms)"
    )
    if not alignment.sure:
        others = "".join(
            f" By the {vote.estimator} it is {vote.delay_samples:.1f} samples."
            for vote in alignment.votes
            if not vote.agrees and vote.confidence >= USABLE_CONFIDENCE
        )
        gaps = f" Samples were lost or put in at {len(alignment.jumps)} places."
        return Finding(
            check="delay",
            severity=Severity.WARNING,
            summary=f"{where}, but that is unsure: the confidence is {alignment.confidence:.2f}."
            f"{gaps if alignment.jumps else ''}{others}",
            evidence=evidence,
            causes=(
                "The two files do not belong together.",
                "The gear distorts so much, or is so noisy, that the answer is hard to recognise.",
                "The delay changes during the recording.",
            ),
            advice=(
                "Check that the two files belong together.",
                "Put two clicks at the start of the dry file and record again.",
                "Give the delay with --delay if you know it.",
            ),
            plot=_plot(subject),
        )
    if alignment.jumps:
        first = alignment.jumps[0].position_samples / subject.rate_hz
        return Finding(
            check="delay",
            severity=Severity.WARNING,
            summary=f"{where}. Samples were lost or put in at {len(alignment.jumps)} places, the "
            f"first at {first:.2f} s.",
            evidence=evidence,
            causes=("The audio driver dropped samples: its buffer was too small.",),
            advice=("Use a larger buffer, close other programs, and record again.",),
            plot=_plot(subject),
        )
    if abs(alignment.drift_ppm) > _DRIFT_PPM:
        return Finding(
            check="delay",
            severity=Severity.NOTE,
            summary=f"{where}; the two clocks drift by {alignment.drift_ppm:+.1f} ppm.",
            evidence=evidence,
            causes=("Dry and wet went through two devices with clocks of their own.",),
            advice=("Play and record with one interface.",),
            plot=_plot(subject),
        )
    if alignment.delay_samples < -_FEW_SAMPLES:
        return Finding(
            check="delay",
            severity=Severity.WARNING,
            summary=f"The wet recording starts {-alignment.delay_samples:.0f} samples before the "
            "dry one; it was probably cut at its start.",
            evidence=evidence,
            causes=("The wet file was cut at its start.", "Dry and wet are swapped."),
            advice=("Check that the files are not swapped.",),
            plot=_plot(subject),
        )
    source = "as given" if alignment.given else "surely"
    return Finding(
        check="delay", severity=Severity.FINE, summary=f"{where}, {source}.", evidence=evidence
    )


def _plot(subject: Subject) -> Plot:
    """Both signals, each at its own scale, around the loudest attack."""
    around = round(0.03 * subject.rate_hz)
    start = max(0, peak_at(subject.dry) - around // 3)
    series = []
    for role, signal in (("dry", subject.dry), ("wet", subject.wet)):
        part = signal[start : start + around]
        scale = max(float(np.abs(part).max(initial=0.0)), 1e-9)
        milliseconds = 1000 * np.arange(len(part)) / subject.rate_hz
        series.append(Series(name=role.capitalize(), x=milliseconds, y=part / scale, role=role))
    return Plot(
        title="The loudest attack, as aligned",
        x_label="Time, ms",
        y_label="Scaled to its peak",
        series=tuple(series),
    )
