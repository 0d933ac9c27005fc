"""Gain that remembers: a compressor's release, and automatic gain control."""

import numpy as np

from triode.capture.checks.dynamics import Release, gain_release
from triode.capture.checks.finding import Finding, Plot, Series, Severity
from triode.capture.checks.subject import Subject

__all__ = ["check_gain_control", "check_release"]

_SLOW_SECONDS = 1.6
_SWING_DB = 1.0
_CLEAR_CORRELATION = -0.37


def check_release(subject: Subject) -> Finding:
    """Whether gain comes back after loud playing within a second: a compressor."""
    release = gain_release(subject.short_time)
    if release is None:
        return _unknown("release")
    if not _moves(release) or release.seconds >= _SLOW_SECONDS:
        return Finding(
            check="release",
            severity=Severity.FINE,
            summary="After loud playing the gain is what it was before.",
            evidence=_evidence(release),
        )
    return Finding(
        check="release",
        severity=Severity.WARNING,
        summary=f"After loud playing the gain is lower by up to {release.swing_db:.1f} dB and "
        f"takes about {release.seconds:.1g} s to come back: a compressor with a slow release.",
        evidence=_evidence(release),
        causes=(
            "A compressor or limiter is on, in the gear or in the session.",
            "The gear's power supply sags, or its bias moves: then it is the sound.",
        ),
        advice=(
            "Switch the compressor off, record again, and put it before or after the capture.",
            "If it is the gear's own sag, go on: a network remembers the last 0.13 s of it.",
        ),
        plot=_plot(release),
    )


def check_gain_control(subject: Subject) -> Finding:
    """Whether something rides the level over seconds."""
    release = gain_release(subject.short_time)
    if release is None:
        return _unknown("gain-control")
    if not _moves(release) or release.seconds < _SLOW_SECONDS:
        return Finding(
            check="gain-control",
            severity=Severity.FINE,
            summary="Nothing rides the level over seconds.",
            evidence=_evidence(release),
        )
    return Finding(
        check="gain-control",
        severity=Severity.WARNING,
        summary=f"The gain moves by {release.swing_db:.1f} dB over seconds, against the level of "
        "the playing: automatic gain control.",
        evidence=_evidence(release),
        causes=(
            (
                "The recording device levels automatically, as phones, cameras and conference "
                "software do."
            ),
            "A leveller, loudness plugin or slow compressor is in the session.",
            "The gear's bias or supply needs seconds to recover.",
        ),
        advice=(
            (
                "Switch automatic gain and enhancements off in the system's sound settings, or use "
                "an audio interface with a fixed gain, and record again."
            ),
        ),
        plot=_plot(release),
    )


def _moves(release: Release) -> bool:
    return release.swing_db > _SWING_DB and release.correlation < _CLEAR_CORRELATION


def _evidence(release: Release) -> dict[str, float | int | str | None]:
    return {
        "time_constant_seconds": release.seconds,
        "swing_db": release.swing_db,
        "correlation": release.correlation,
    }


def _unknown(check: str) -> Finding:
    return Finding(
        check=check,
        severity=Severity.UNKNOWN,
        summary="The recording is too short to see the gain move.",
    )


def _plot(release: Release) -> Plot:
    seconds, _, correlations = (np.array(one) for one in zip(*release.by_constant, strict=True))
    return Plot(
        title="How well past loudness explains a lower gain",
        x_label="Time constant, s",
        y_label="Correlation",
        series=(Series(name="Gain and past", x=seconds, y=correlations, role="points"),),
        marks=((release.seconds, f"{release.seconds:g} s"),),
    )
