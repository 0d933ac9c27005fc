"""From an interval to a verdict, and to the arm to take."""

from typing import Literal

from triode.study.statistics.intervals import Interval
from triode.study.statistics.question import Question

__all__ = ["VERDICTS", "Verdict", "adopted_arm", "verdict_of"]

Verdict = Literal["supported", "contradicted", "tie", "undecided"]

VERDICTS: tuple[Verdict, ...] = ("supported", "contradicted", "tie", "undecided")


def verdict_of(
    question: Question, interval: Interval, adjusted_p: float, *, level: float = 0.05
) -> Verdict:
    """What the interval says about the claim.

    A tie when all of it lies inside the margin. Supported or contradicted when all of it lies on
    one side of the claim's threshold and the test, adjusted for the study's other questions,
    agrees. Else undecided.

    Args:
        question: What was asked.
        interval: Of the mean difference of logarithms, `arm` less `against`.
        adjusted_p: Of the sign-flip test against `question.threshold`.
        level: What `adjusted_p` is compared with.
    """
    if interval.inside(question.log_margin):
        return "tie"
    below, above = interval.high < question.threshold, interval.low > question.threshold
    if adjusted_p > level or not (below or above):
        return "undecided"
    return "supported" if below == question.claims_below else "contradicted"


def adopted_arm(question: Question, interval: Interval) -> str:
    """The arm to take: the simpler one, unless all of the interval beats the margin."""
    if question.simpler == question.against.name:
        beaten = interval.high < -question.log_margin
        return question.arm.name if beaten else question.against.name
    beaten = interval.low > question.log_margin
    return question.against.name if beaten else question.arm.name
