"""How well the gear repeats itself, which limits every capture."""

import numpy as np

from triode.capture.checks.finding import Finding, Plot, Series, Severity
from triode.capture.checks.pauses import FRAME_SECONDS, frame_levels_db
from triode.capture.checks.subject import Subject
from triode.capture.replicate import best_possible_esr, replicate_text

__all__ = ["check_replicate"]

_NOTABLE_ESR = 1e-3
_UNREPEATABLE_ESR = 0.01
_MOST_POINTS = 1_000


def check_replicate(subject: Subject) -> Finding:
    """The best ESR this recording allows."""
    floor = subject.replicate_floor_esr
    if floor is None:
        return Finding(
            check="replicate",
            severity=Severity.UNKNOWN,
            summary="The recording plays no passage twice, so it cannot tell how well the gear "
            "repeats itself.",
            advice=("Play ten seconds of the dry file again at its end, next time.",),
        )
    severity = Severity.FINE
    if floor > _UNREPEATABLE_ESR:
        severity = Severity.WARNING
    elif floor > _NOTABLE_ESR:
        severity = Severity.NOTE
    summary = replicate_text(floor)
    if severity is Severity.WARNING:
        summary += " The gear does not repeat itself."
    return Finding(
        check="replicate",
        severity=severity,
        summary=summary,
        evidence={
            "floor_esr": floor,
            "best_esr": best_possible_esr(floor),
            "passage_seconds": subject.repeats[0].frames / subject.rate_hz,
            "first_at_seconds": subject.repeats[0].first / subject.rate_hz,
            "second_at_seconds": subject.repeats[0].second / subject.rate_hz,
        },
        causes=(
            "A modulation, delay or reverb is on.",
            "Noise or hum.",
            "The gear was still warming up, or a knob was moved.",
            "Samples were lost between the two takes, or two clocks drift apart.",
        ),
        advice=(
            "Look at what else was found here; the most likely cause is named there.",
            "Let the gear warm up for ten minutes and record again.",
        ),
        plot=_plot(subject) if severity is not Severity.FINE else None,
    )


def _plot(subject: Subject) -> Plot:
    repeat = subject.repeats[0]
    frames = min(repeat.frames, len(subject.wet) - repeat.second)
    first = subject.wet[repeat.first : repeat.first + frames]
    second = subject.wet[repeat.second : repeat.second + frames]
    series = []
    for name, signal, role in (("Wet", second, "wet"), ("Difference", second - first, "other")):
        levels = frame_levels_db(signal, subject.rate_hz)
        step = max(1, len(levels) // _MOST_POINTS)
        count = len(levels) // step
        shown = levels[: count * step].reshape(count, step).mean(axis=1).clip(min=-130.0)
        seconds = repeat.second / subject.rate_hz + np.arange(count) * step * FRAME_SECONDS
        series.append(Series(name=name, x=seconds, y=shown, role=role))
    return Plot(
        title="The passage and the difference of its two takes",
        x_label="Time, s",
        y_label="dBFS",
        series=tuple(series),
    )
