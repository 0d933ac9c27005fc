"""The sample rate the files name, and the one the recording really has."""

from triode.capture.checks.finding import Finding, Severity
from triode.capture.checks.subject import Subject

__all__ = ["check_rate_named"]

_USUAL_RATE_HZ = 44_100


def check_rate_named(subject: Subject) -> Finding:
    """Whether the files' rates are usual, equal and true."""
    rates = {"dry": subject.dry_file.rate_hz, "wet": subject.wet_file.rate_hz}
    evidence: dict[str, float | int | str | None] = {
        f"{side}_rate_hz": rate for side, rate in rates.items()
    }
    if subject.true_wet_rate_hz != rates["wet"]:
        evidence["true_wet_rate_hz"] = subject.true_wet_rate_hz
        return Finding(
            check="rate",
            severity=Severity.WARNING,
            summary=f"The wet file says {rates['wet']} Hz, but its samples were taken at "
            f"{subject.true_wet_rate_hz} Hz: it plays at the wrong speed.",
            evidence=evidence,
            causes=(
                "The session and the interface ran at different rates.",
                "A file was imported without being converted.",
            ),
            advice=("Set session and interface to one rate, 48000 Hz, and record again.",),
        )
    low = {side: rate for side, rate in rates.items() if rate < _USUAL_RATE_HZ}
    if low:
        named = " and ".join(f"the {side} file's rate of {rate} Hz" for side, rate in low.items())
        return Finding(
            check="rate",
            severity=Severity.WARNING,
            summary=f"{named[:1].upper()}{named[1:]} is low; what is above its half is missing.",
            evidence=evidence,
            causes=("The session was set to a low rate.",),
            advice=("Record at 48000 Hz.",),
        )
    if rates["dry"] != rates["wet"]:
        return Finding(
            check="rate",
            severity=Severity.NOTE,
            summary=f"The dry file has {rates['dry']} Hz, the wet one {rates['wet']} Hz.",
            evidence=evidence,
            causes=("The files were exported from different sessions.",),
            advice=("Nothing need be done when both are resampled to one rate.",),
        )
    return Finding(
        check="rate",
        severity=Severity.FINE,
        summary=f"Both files have {rates['dry']} Hz.",
        evidence=evidence,
    )
