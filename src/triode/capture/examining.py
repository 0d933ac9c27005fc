"""Everything that can be said about two recordings, whether they make a pair or not."""

import os
from dataclasses import dataclass

from triode.audio import IN_MEMORY, SignalStore
from triode.capture.checks import Finding, RefusedError, Severity, refusal_finding
from triode.capture.making import make_pair
from triode.capture.pair import Pair
from triode.errors import CaptureError

__all__ = ["Examination", "examine"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Examination:
    """What became of two recordings.

    Attributes:
        pair: The pair, or None when the files cannot be used.
        error: Why they cannot, or None.
        findings: What every check that could run says, in the order of the table.
    """

    pair: Pair | None
    error: CaptureError | None
    findings: tuple[Finding, ...]

    @property
    def usable(self) -> bool:
        """Whether training would start."""
        return self.pair is not None

    @property
    def notable(self) -> tuple[Finding, ...]:
        """Findings that say something is there, the worst first."""
        found = [one for one in self.findings if one.severity.rank >= Severity.NOTE.rank]
        return tuple(sorted(found, key=lambda one: -one.severity.rank))


def examine(
    dry_path: str | os.PathLike[str],
    wet_path: str | os.PathLike[str],
    *,
    rate_hz: int | None = None,
    channel: int | None = None,
    delay_samples: float | None = None,
    repair: bool = True,
    store: SignalStore = IN_MEMORY,
) -> Examination:
    """Make a pair of two files, and keep what was found even when that fails.

    Arguments are those of `make_pair`.

    Raises:
        AudioError: A file cannot be read.
        OutputError: The store for long recordings cannot be written.
    """
    try:
        pair = make_pair(
            dry_path,
            wet_path,
            rate_hz=rate_hz,
            channel=channel,
            delay_samples=delay_samples,
            repair=repair,
            store=store,
        )
    except RefusedError as error:
        return Examination(pair=None, error=error, findings=error.findings)
    except CaptureError as error:
        return Examination(pair=None, error=error, findings=(refusal_finding("pair", error),))
    return Examination(pair=pair, error=None, findings=pair.facts.findings)
