"""Everything that an analysis says, worked out once from a test and its answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from triode.listening.analysis.discrimination import Discrimination, discriminations_of
from triode.listening.analysis.findings import Findings, findings_of
from triode.listening.analysis.mixed import Mixed, mixed_model
from triode.listening.analysis.prediction import Prediction, predictions_of
from triode.listening.analysis.rows import Row, rows_of
from triode.listening.analysis.screening import Screened, screen
from triode.listening.analysis.strengths import Strength, strengths_of
from triode.listening.prepared import PreparedTest
from triode.listening.store import StoredAnswer

__all__ = ["Analysis", "analyse"]


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What is known.

    Attributes:
        test: The test.
        rows: All judgements.
        screened: Whose answers are left out of `kept`, and why.
        everyone: What all listeners found.
        kept: What those found who were not screened.
        discriminations: ABX: who hears what.
        strengths: Preference: Bradley and Terry's, of those who were kept.
        mixed: The mixed model of those who were kept; None for preference pairs.
        predictions: Our metrics against what those heard who were kept.
    """

    test: PreparedTest
    rows: tuple[Row, ...]
    screened: tuple[Screened, ...]
    everyone: Findings
    kept: Findings
    discriminations: tuple[Discrimination, ...]
    strengths: tuple[Strength, ...]
    mixed: Mixed | None
    predictions: tuple[Prediction, ...]


def analyse(test: PreparedTest, answers: Sequence[StoredAnswer]) -> Analysis:
    """Work it all out; a test without answers gives empty findings."""
    plan = test.plan
    rows = rows_of(test, answers)
    screened = screen(plan, rows)
    out = {one.listener for one in screened}
    left = tuple(one for one in rows if one.listener not in out)
    everyone = findings_of(plan, rows)
    preference = plan.design == "preference"
    return Analysis(
        test=test,
        rows=rows,
        screened=screened,
        everyone=everyone,
        kept=findings_of(plan, left) if out else everyone,
        discriminations=discriminations_of(plan, rows) if plan.design == "abx" else (),
        strengths=strengths_of(left, seed=plan.seed) if preference and left else (),
        mixed=None if preference or not left else mixed_model(left),
        predictions=predictions_of(test, left),
    )
