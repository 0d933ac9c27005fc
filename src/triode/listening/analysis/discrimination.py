"""ABX: who hears what, by the exact test or by the sequential rule that was fixed before."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import binom, binomtest

from triode.listening.analysis.rows import Row
from triode.listening.plan import Plan
from triode.listening.sequential import Decision, decide_course
from triode.study.statistics.holm import holm

__all__ = ["Discrimination", "ListenerResult", "discriminations_of", "needed_right"]

_GUESSING = 0.5


@dataclass(frozen=True, kw_only=True)
class ListenerResult:
    """One listener and one system.

    Attributes:
        listener: The participant's number.
        right: Right answers.
        trials: Of so many.
        p_value: One-sided exact binomial test against guessing; None with the sequential rule,
            under which it has no such meaning.
        decision: "heard", "not heard", or "undecided". Without a sequential rule, "heard" is a
            p-value of at most alpha after all planned trials, and "not heard" anything else.
    """

    listener: int
    right: int
    trials: int
    p_value: float | None
    decision: Decision


@dataclass(frozen=True, kw_only=True)
class Discrimination:
    """One system, over all listeners.

    Attributes:
        system: Its name.
        listeners: Each one's result.
        right: Right answers of all.
        trials: Of so many.
        heard: How many listeners hear it.
        p_value: That nobody hears it. With a fixed number of trials the exact binomial test of
            all answers; with the sequential rule the chance that so many of those who are decided
            say "heard" by its false findings alone.
        adjusted_p: After Holm over systems.
    """

    system: str
    listeners: tuple[ListenerResult, ...]
    right: int
    trials: int
    heard: int
    p_value: float
    adjusted_p: float


def needed_right(trials: int, alpha: float) -> int:
    """The fewest right answers of `trials` whose exact one-sided p-value is at most `alpha`.

    One more than `trials` when not even all are enough.
    """
    return next(
        (right for right in range(trials + 1) if binom.sf(right - 1, trials, _GUESSING) <= alpha),
        trials + 1,
    )


def discriminations_of(plan: Plan, rows: Sequence[Row]) -> tuple[Discrimination, ...]:
    """Every system, in the plan's order."""
    found = []
    for system in plan.systems:
        own = [one for one in rows if one.system == system.name]
        if own:
            found.append(_of_system(plan, system.name, own))
    adjusted = holm([one.p_value for one in found])
    return tuple(
        Discrimination(**{**vars(one), "adjusted_p": adjusted_p})
        for one, adjusted_p in zip(found, adjusted, strict=True)
    )


def _of_system(plan: Plan, system: str, rows: Sequence[Row]) -> Discrimination:
    results = tuple(
        _of_listener(plan, number, [one for one in rows if one.listener == number])
        for number in sorted({one.listener for one in rows})
    )
    right, trials = sum(one.right for one in results), sum(one.trials for one in results)
    heard = sum(one.decision == "heard" for one in results)
    rule = plan.abx.sequential
    if rule is None:
        p_value = _p(right, trials)
    else:
        ended = sum(one.decision != "undecided" or _used_up(plan, one) for one in results)
        p_value = float(binom.sf(heard - 1, ended, rule.alpha)) if ended else 1.0
    return Discrimination(
        system=system,
        listeners=results,
        right=right,
        trials=trials,
        heard=heard,
        p_value=p_value,
        adjusted_p=p_value,
    )


def _of_listener(plan: Plan, listener: int, rows: Sequence[Row]) -> ListenerResult:
    right, trials = sum(one.value > _GUESSING for one in rows), len(rows)
    rule = plan.abx.sequential
    decision: Decision
    if rule is not None:
        course = [one.value > _GUESSING for one in sorted(rows, key=lambda one: one.page)]
        decision, right, trials = decide_course(rule, course)
        p_value = None
    elif trials < plan.abx.trials:
        decision, p_value = "undecided", _p(right, trials)
    else:
        p_value = _p(right, trials)
        decision = "heard" if p_value <= plan.abx.alpha else "not heard"
    return ListenerResult(
        listener=listener, right=right, trials=trials, p_value=p_value, decision=decision
    )


def _used_up(plan: Plan, result: ListenerResult) -> bool:
    return result.trials >= plan.abx.trials


def _p(right: int, trials: int) -> float:
    return float(binomtest(right, trials, _GUESSING, alternative="greater").pvalue)
