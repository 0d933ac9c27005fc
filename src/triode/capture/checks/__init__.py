"""Checks that explain: what is wrong with two recordings, how one can tell, and what to do.

`CHECKS` is the table of them; each looks at a `Subject`, a pair of aligned recordings, and returns
one `Finding`, whether it found anything or not.
"""

from triode.capture.checks.finding import (
    Finding,
    Plot,
    RefusedError,
    Series,
    Severity,
    refusal_finding,
)
from triode.capture.checks.subject import Subject
from triode.capture.checks.table import CHECKS, REFUSALS, Check, run_checks

__all__ = [
    "CHECKS",
    "REFUSALS",
    "Check",
    "Finding",
    "Plot",
    "RefusedError",
    "Series",
    "Severity",
    "Subject",
    "refusal_finding",
    "run_checks",
]
