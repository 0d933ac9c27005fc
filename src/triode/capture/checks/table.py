"""Every check, in the order in which they are run and shown."""

from collections.abc import Callable
from dataclasses import dataclass

from triode.capture.checks.bandwidth import check_bandwidth
from triode.capture.checks.channel import check_channel
from triode.capture.checks.clipping import check_dry_clipping, check_wet_clipping
from triode.capture.checks.coding import check_coding
from triode.capture.checks.copy import check_copy
from triode.capture.checks.delay import check_delay
from triode.capture.checks.dependence import check_dependence
from triode.capture.checks.finding import Finding, Severity
from triode.capture.checks.gate import check_gate
from triode.capture.checks.hum import check_hum
from triode.capture.checks.length import check_length
from triode.capture.checks.level import check_level
from triode.capture.checks.modulation import check_modulation
from triode.capture.checks.noise import check_noise
from triode.capture.checks.offset import check_offset
from triode.capture.checks.order import check_order
from triode.capture.checks.rate import check_rate_named
from triode.capture.checks.release import check_gain_control, check_release
from triode.capture.checks.replicate import check_replicate
from triode.capture.checks.subject import Subject

__all__ = ["CHECKS", "REFUSALS", "Check", "run_checks"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One row of the table: the id, what people call it, and what looks."""

    id: str
    title: str
    run: Callable[[Subject], Finding]


CHECKS: tuple[Check, ...] = (
    Check(id="length", title="Length", run=check_length),
    Check(id="rate", title="Sample rate", run=check_rate_named),
    Check(id="channel", title="Channel", run=check_channel),
    Check(id="order", title="Order of the files", run=check_order),
    Check(id="copy", title="Something in the way", run=check_copy),
    Check(id="delay", title="Delay", run=check_delay),
    Check(id="level", title="Levels", run=check_level),
    Check(id="clipping-dry", title="Clipping, dry", run=check_dry_clipping),
    Check(id="clipping-wet", title="Clipping, wet", run=check_wet_clipping),
    Check(id="offset", title="DC offset", run=check_offset),
    Check(id="noise", title="Noise floor", run=check_noise),
    Check(id="hum", title="Hum", run=check_hum),
    Check(id="gate", title="Noise gate", run=check_gate),
    Check(id="dependence", title="Delay and reverb", run=check_dependence),
    Check(id="modulation", title="Modulation", run=check_modulation),
    Check(id="release", title="Compressor", run=check_release),
    Check(id="gain-control", title="Automatic gain control", run=check_gain_control),
    Check(id="bandwidth", title="Bandwidth", run=check_bandwidth),
    Check(id="coding", title="Lossy coding", run=check_coding),
    Check(id="replicate", title="Repeatability", run=check_replicate),
)

REFUSALS = {"silence": "Silence", "pair": "The two files together"}
"""What is found before there is a pair to run `CHECKS` on, beside ids that are in the table."""


def run_checks(subject: Subject) -> tuple[Finding, ...]:
    """Run every check, and withdraw what another finding explains.

    What rings on fills the pauses in which noise and hum are looked for; echo and modulation make
    the gain move with the past, as a compressor does; the noise that a gate lets through until it
    closes looks like a tail; where the gain moves, differences in level tell no order,
    unless the answer comes first.
    """
    found = {}
    for check in CHECKS:
        found[check.id] = check.run(subject)
        subject.release()

    def alarm(check: str) -> bool:
        return found[check].severity.rank >= Severity.WARNING.rank

    def withdraw(reason: str, *checks: str) -> None:
        for check in checks:
            if found[check].severity in (Severity.NOTE, Severity.WARNING):
                found[check] = Finding(
                    check=check,
                    severity=Severity.UNKNOWN,
                    summary=reason,
                    evidence=found[check].evidence,
                )

    if alarm("gate") and found["dependence"].evidence.get("echo_seconds") is None:
        withdraw("The pauses end in a gate, which hides what rings on.", "dependence")
    if alarm("dependence"):
        withdraw("What rings on in the pauses hides it.", "noise", "hum")
    if alarm("dependence") or alarm("modulation"):
        withdraw("The gain moves, but echo or modulation may be why.", "release", "gain-control")
    if (alarm("release") or alarm("gain-control")) and not alarm("delay"):
        withdraw("The gain moves, which hides the order.", "order")
    return tuple(found.values())
