"""A constant in the wet recording: what it rests at, and what it becomes while playing."""

import numpy as np

from triode.audio import blocks_of
from triode.capture.checks.finding import Finding, Plot, Series, Severity
from triode.capture.checks.subject import Subject

__all__ = ["NOTABLE_OFFSET", "check_offset"]

NOTABLE_OFFSET = 0.002
"""Below this share of full scale nobody need care."""

_SLOT_SECONDS = 0.5


def check_offset(subject: Subject) -> Finding:
    """Tell an offset of the interface, which is there in silence, from one that the gear makes."""
    mean, rest = subject.wet_levels.dc, subject.resting_offset
    evidence = {"mean": mean, "at_rest": rest}
    at_rest = rest is not None and abs(rest) > NOTABLE_OFFSET
    while_playing = abs(mean - (rest or 0.0)) > NOTABLE_OFFSET and rest is not None
    if not at_rest and abs(mean) <= NOTABLE_OFFSET:
        return Finding(
            check="offset",
            severity=Severity.FINE,
            summary="The wet recording has no DC offset.",
            evidence=evidence,
        )
    if while_playing and not at_rest:
        summary = (
            f"While something is played the wet recording is shifted by {mean:+.4f} on average, "
            "and in pauses it is not: the gear does so, and a capture should."
        )
    elif at_rest:
        done = "; it was taken out" if subject.offset_removed else ""
        summary = f"The wet recording has a DC offset of {rest:+.4f}, in silence too{done}."
    else:
        summary = (
            f"The wet recording has a DC offset of {mean:+.4f}; without a pause it cannot be told "
            "whether the gear or the interface makes it."
        )
    return Finding(
        check="offset",
        severity=Severity.WARNING if at_rest and not subject.offset_removed else Severity.NOTE,
        summary=summary,
        evidence=evidence,
        causes=(
            ("The interface's converter has an offset.", "A plugin in the session adds a constant.")
            if at_rest
            else (
                "The gear clips one side more than the other and nothing blocks the offset.",
                "The interface's converter has an offset.",
            )
        ),
        advice=("Nothing need be done: an offset at rest is taken out, one of the gear is kept.",),
        plot=_plot(subject),
    )


def _plot(subject: Subject) -> Plot:
    slot = round(_SLOT_SECONDS * subject.rate_hz)
    means = np.array([block.mean(dtype=np.float64) for block in blocks_of(subject.wet, slot)])
    seconds = (np.arange(len(means)) + 0.5) * _SLOT_SECONDS
    return Plot(
        title="Mean over time, as used",
        x_label="Time, s",
        y_label="Mean of half a second",
        series=(Series(name="Wet", x=seconds, y=means),),
    )
