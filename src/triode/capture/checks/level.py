"""Levels that are too low: a dry signal that does not excite the gear, a wet one near the floor."""

import numpy as np

from triode.capture.checks.finding import Finding, Plot, Series, Severity
from triode.capture.checks.pauses import FRAME_SECONDS, frame_levels_db
from triode.capture.checks.subject import Subject

__all__ = ["check_level"]

_QUIET_DRY_DBFS = -20.0
_QUIET_WET_DBFS = -36.0


def check_level(subject: Subject) -> Finding:
    """Whether both recordings are loud enough."""
    dry_db, wet_db = subject.dry_levels.peak_dbfs, subject.wet_levels.peak_dbfs
    evidence = {
        "dry_peak_dbfs": dry_db,
        "dry_rms_dbfs": subject.dry_levels.rms_dbfs,
        "wet_peak_dbfs": wet_db,
        "wet_rms_dbfs": subject.wet_levels.rms_dbfs,
    }
    if dry_db >= _QUIET_DRY_DBFS and wet_db >= _QUIET_WET_DBFS:
        return Finding(
            check="level",
            severity=Severity.FINE,
            summary=f"Levels are good: the dry peak is {dry_db:.1f} dBFS, the wet one "
            f"{wet_db:.1f} dBFS.",
            evidence=evidence,
        )
    dry_low = dry_db < _QUIET_DRY_DBFS
    return Finding(
        check="level",
        severity=Severity.WARNING,
        summary=f"The dry recording peaks at only {dry_db:.1f} dBFS: players will drive the "
        "capture harder than anything it was trained on."
        if dry_low
        else f"The wet recording peaks at only {wet_db:.1f} dBFS, so noise and rounding count.",
        evidence=evidence,
        causes=(
            "The guitar was recorded too quietly, or the file was turned down.",
            "A volume knob was down, or a passive pick-up met a line input.",
        )
        if dry_low
        else (
            "The interface's input gain or the gear's output is too low.",
            "A line was recorded through an input of the wrong sensitivity.",
        ),
        advice=(
            (
                "Use a dry file that peaks between -12 and -1 dBFS, and send it at the level of a "
                "guitar."
            ),
        )
        if dry_low
        else ("Raise the output or the input until the loudest note peaks at -6 dBFS.",),
        plot=_plot(subject),
    )


def _plot(subject: Subject) -> Plot:
    series = []
    for role, signal in (("dry", subject.dry), ("wet", subject.wet)):
        levels = frame_levels_db(signal, subject.rate_hz)
        step = max(1, len(levels) // 1_000)
        count = len(levels) // step
        loudest = levels[: count * step].reshape(count, step).max(axis=1)
        series.append(
            Series(
                name=role.capitalize(),
                x=np.arange(count) * step * FRAME_SECONDS,
                y=loudest.clip(min=-120.0),
                role=role,
            )
        )
    return Plot(title="Level over time", x_label="Time, s", y_label="dBFS", series=tuple(series))
