"""What a check says: how bad it is, the numbers behind it, why it may be so and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from triode.errors import CaptureError

__all__ = ["Finding", "Plot", "RefusedError", "Series", "Severity", "refusal_finding"]


class Severity(StrEnum):
    """How much a finding matters, from nothing to everything."""

    FINE = "fine"
    """Looked for and not found."""
    UNKNOWN = "unknown"
    """The recording holds nothing to tell it by."""
    NOTE = "note"
    """Worth knowing; a capture can be made."""
    WARNING = "warning"
    """A capture can be made, and it will be worse for this."""
    ERROR = "error"
    """Nothing useful can come of these files."""

    @property
    def rank(self) -> int:
        """0 for `FINE` to 4 for `ERROR`."""
        return list(Severity).index(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class Series:
    """One curve: `x` and `y` of one shape, (points,). `role` chooses its colour and style."""

    name: str
    x: npt.NDArray[Any]
    y: npt.NDArray[Any]
    role: str = "wet"


@dataclass(frozen=True, kw_only=True, eq=False)
class Plot:
    """What to draw, without how: curves over one axis, and upright marks with a word each."""

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    marks: tuple[tuple[float, str], ...] = ()
    frequency: bool = False
    """Whether x is a frequency in Hz, to be shown on a logarithmic axis."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The outcome of one check on one pair of recordings.

    Attributes:
        check: The check's id; it never changes its meaning.
        severity: How much it matters.
        summary: One or two sentences with the most important number in them.
        evidence: Numbers and words by name, units in the names.
        causes: What probably brought it about, the likeliest first.
        advice: What to do, the best first.
        plot: What shows it.
    """

    check: str
    severity: Severity
    summary: str
    evidence: Mapping[str, float | int | str | None] = field(default_factory=dict)
    causes: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    plot: Plot | None = field(default=None, repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """The finding without its plot, as what `json.dumps` takes."""
        return {
            "check": self.check,
            "severity": self.severity.value,
            "summary": self.summary,
            "evidence": {
                name: None if isinstance(value, float) and not np.isfinite(value) else value
                for name, value in self.evidence.items()
            },
            "causes": list(self.causes),
            "advice": list(self.advice),
        }


class RefusedError(CaptureError):
    """Recordings that a check refuses, with what was found until then.

    Args:
        check: The id of the check.
        problem: One sentence that says what is wrong.
        findings: What the checks that could run found; made from the message when left out.
        **parts: The other parts of the message, as of every `TriodeError`.
    """

    def __init__(
        self,
        check: str,
        problem: str,
        *,
        findings: tuple[Finding, ...] = (),
        **parts: Any,
    ) -> None:
        super().__init__(problem, **parts)
        self.findings = findings or (refusal_finding(check, self),)


def refusal_finding(check: str, error: CaptureError) -> Finding:
    """An error as a finding; the expected and the got are its evidence."""
    evidence = {"where": error.where, "expected": error.expected, "got": error.got}
    return Finding(
        check=check,
        severity=Severity.ERROR,
        summary=f"{error.problem[:1].upper()}{error.problem[1:]}.",
        evidence={name: text for name, text in evidence.items() if text is not None},
        advice=(error.hint,) if error.hint else (),
    )
