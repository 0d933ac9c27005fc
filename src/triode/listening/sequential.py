"""Stopping an ABX test early by a rule that is fixed before it: Wald's test, truncated.

After each trial the likelihood ratio of "hears it" (right with probability p) to "guesses" (1/2)
is compared with 1 / alpha and with beta. Under guessing a ratio of likelihoods passes 1 / alpha
with probability alpha at most, however often it is looked at (Ville 1939), and under "hears it" it
falls to beta with probability beta at most; Wald's own bounds (1945) are a little nearer and not
quite safe. A test that has not decided when its trials are used up ends as "not shown", which
cannot add false findings; `error_rates` says what that costs in misses.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from triode.training.table import Table

__all__ = ["Decision", "ErrorRates", "Sequential", "decide", "decide_course", "error_rates"]

Decision = Literal["heard", "not heard", "undecided"]


class Sequential(Table):
    """Wald's sequential test of an ABX system.

    Attributes:
        alpha: The most often that someone who guesses is said to hear it.
        beta: The most often that trials stop with "not heard" for someone who is right with
            probability `hears`.
        hears: How often someone who hears it is right.
    """

    alpha: Annotated[float, Field(gt=0.0, lt=0.5)] = 0.05
    beta: Annotated[float, Field(gt=0.0, lt=0.5)] = 0.1
    hears: Annotated[float, Field(gt=0.5, lt=1.0)] = 0.75


@dataclass(frozen=True, kw_only=True)
class ErrorRates:
    """What a rule does, computed exactly.

    Attributes:
        false_findings: How often guessing ends as "heard".
        misses: How often someone who hears it ends as anything else.
        trials_guessing: Trials on average when guessing.
        trials_hearing: Trials on average when hearing.
    """

    false_findings: float
    misses: float
    trials_guessing: float
    trials_hearing: float


def decide(rule: Sequential, right: int, trials: int) -> Decision:
    """What is known after `right` right answers in `trials` trials."""
    gain = math.log(2.0 * rule.hears)
    loss = math.log(2.0 * (1.0 - rule.hears))
    ratio = right * gain + (trials - right) * loss
    if ratio >= -math.log(rule.alpha):
        return "heard"
    if ratio <= math.log(rule.beta):
        return "not heard"
    return "undecided"


def decide_course(rule: Sequential, answers: Iterable[bool]) -> tuple[Decision, int, int]:
    """What is known after a course of right and wrong answers, in their order.

    What was answered after the rule had decided does not count.

    Returns:
        The decision, and the right answers and trials that it was made after.
    """
    right = trials = 0
    decision: Decision = "undecided"
    for answer in answers:
        if decision != "undecided":
            break
        right += answer
        trials += 1
        decision = decide(rule, right, trials)
    return decision, right, trials


def error_rates(rule: Sequential, most_trials: int) -> ErrorRates:
    """The rule's exact errors, by the probabilities of every course of up to `most_trials`."""
    found_guessing, trials_guessing = _course(rule, most_trials, 0.5)
    found_hearing, trials_hearing = _course(rule, most_trials, rule.hears)
    return ErrorRates(
        false_findings=found_guessing,
        misses=1.0 - found_hearing,
        trials_guessing=trials_guessing,
        trials_hearing=trials_hearing,
    )


def _course(rule: Sequential, most_trials: int, chance: float) -> tuple[float, float]:
    """How often it ends as "heard", and after how many trials on average it ends."""
    going: dict[int, float] = {0: 1.0}
    found = expected = 0.0
    for trial in range(1, most_trials + 1):
        expected += sum(going.values())
        after: dict[int, float] = {}
        for right, weight in going.items():
            after[right + 1] = after.get(right + 1, 0.0) + weight * chance
            after[right] = after.get(right, 0.0) + weight * (1.0 - chance)
        going = {}
        for right, weight in after.items():
            match decide(rule, right, trial):
                case "heard":
                    found += weight
                case "undecided":
                    going[right] = weight
                case "not heard":
                    pass
    return found, expected
