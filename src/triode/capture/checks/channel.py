"""Which channel of the wet file answers the dry one."""

from triode.capture.checks.finding import Finding, Severity
from triode.capture.checks.subject import Subject

__all__ = ["check_channel"]

_BETTER = 0.3


def check_channel(subject: Subject) -> Finding:
    """Whether another channel of the wet file follows the dry signal better than the chosen one."""
    chosen, likeness = subject.wet_channel, subject.channel_likeness
    if len(likeness) < 2:
        return Finding(
            check="channel", severity=Severity.FINE, summary="The wet file has one channel."
        )
    evidence: dict[str, float | int | str | None] = {"chosen": chosen}
    evidence |= {f"likeness_{at}": one for at, one in enumerate(likeness, start=1)}
    best = max(range(len(likeness)), key=lambda one: likeness[one])
    if likeness[best] - likeness[chosen - 1] < _BETTER:
        return Finding(
            check="channel",
            severity=Severity.FINE,
            summary=f"Channel {chosen} of the wet file follows the dry one.",
            evidence=evidence,
        )
    return Finding(
        check="channel",
        severity=Severity.ERROR,
        summary=f"Channel {best + 1} of the wet file follows the dry signal, the chosen channel "
        f"{chosen} does not.",
        evidence=evidence,
        causes=("The gear is on the other input of the interface.",),
        advice=(f"Pass --channel {best + 1}.",),
    )
