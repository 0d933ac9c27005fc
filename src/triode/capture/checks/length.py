"""Recordings that are short, or of different lengths."""

from triode.capture.checks.finding import Finding, Severity
from triode.capture.checks.subject import Subject

__all__ = ["check_length"]

_SHORT_SECONDS = 30.0
_LENGTHS_MAY_DIFFER_SECONDS = 0.1


def check_length(subject: Subject) -> Finding:
    """Whether there is enough to learn from, and whether much of it was left out."""
    used = len(subject.dry) / subject.rate_hz
    dry = len(subject.dry_file.samples) / subject.dry_file.rate_hz
    wet = len(subject.wet_file.samples) / subject.wet_file.rate_hz
    evidence = {"used_seconds": used, "dry_seconds": dry, "wet_seconds": wet}
    if abs(dry - wet) > _LENGTHS_MAY_DIFFER_SECONDS:
        which = "shorter" if wet < dry else "longer"
        return Finding(
            check="length",
            severity=Severity.WARNING,
            summary=f"The wet recording is {abs(dry - wet):.2f} s {which} than the dry one; the "
            f"{used:.2f} s that both have are used.",
            evidence=evidence,
            causes=(
                "Recording was stopped early, or went on after the end.",
                "The file was cut, or belongs to another dry file.",
            ),
            advice=("Check that the files belong together; if they do, nothing need be done.",),
        )
    if used < _SHORT_SECONDS:
        return Finding(
            check="length",
            severity=Severity.NOTE,
            summary=f"There are only {used:.1f} s of playing: the capture will know little of the "
            "gear.",
            evidence=evidence,
            causes=("A short dry file.",),
            advice=("Record two to three minutes at many levels and in many styles.",),
        )
    return Finding(
        check="length",
        severity=Severity.FINE,
        summary=f"{used:.1f} s of playing are enough.",
        evidence=evidence,
    )
