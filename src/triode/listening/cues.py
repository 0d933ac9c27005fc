"""What could betray a system other than its sound."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from triode.listening.lining_up import ALIKE
from triode.listening.plan import REFERENCE, Plan
from triode.listening.prepared import Stimulus
from triode.listening.sequential import error_rates

__all__ = ["cues_of"]

_NOISE_DB = 6.0
_HEARD_DBFS = -85.0
_MORE_MISSES = 1.5
_LATE_SAMPLES = 1.0
_INAUDIBLE_DB = -50.0


def cues_of(
    plan: Plan, stimuli: Sequence[Stimulus], facts: Mapping[str, Mapping[str, Any]]
) -> tuple[str, ...]:
    """One sentence for each thing that an experimenter should know before asking anybody.

    Args:
        plan: The plan.
        stimuli: All of them.
        facts: By gear, what was found while rendering (`facts["gear"]` of a manifest).
    """
    return (
        *_noise(stimuli),
        *_timing(stimuli),
        *_strange(facts),
        *_same(stimuli),
        *_inaudible(plan, stimuli),
        *_rule(plan),
    )


def _noise(stimuli: Sequence[Stimulus]) -> Iterator[str]:
    references = {(one.gear, one.clip): one for one in stimuli if one.system == REFERENCE}
    for one in stimuli:
        other = references[one.gear, one.clip].noise_floor_dbfs
        louder = one.noise_floor_dbfs - other
        if abs(louder) > _NOISE_DB and max(one.noise_floor_dbfs, other) > _HEARD_DBFS:
            yield (
                f"Noise floor: in {one.clip} of {one.gear} the quietest 50 ms of {one.system} "
                f"are at {one.noise_floor_dbfs:.0f} dBFS, those of the reference at "
                f"{other:.0f} dBFS."
            )


def _timing(stimuli: Sequence[Stimulus]) -> Iterator[str]:
    told = set()
    for one in stimuli:
        key = one.gear, one.system
        if abs(one.moved_samples) >= _LATE_SAMPLES and key not in told:
            told.add(key)
            late = "late" if one.moved_samples > 0 else "early"
            yield (
                f"Latency: {one.system} of {one.gear} was {abs(one.moved_samples):.2f} samples "
                f"{late} and has been moved."
            )


def _strange(facts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for gear, found in facts.items():
        for system, about in found["systems"].items():
            if about.get("inverted"):
                yield f"Polarity: {system} of {gear} was inverted and has been turned round."
            likeness = about.get("likeness", 1.0)
            if likeness < ALIKE:
                yield (
                    f"Likeness: {system} of {gear} correlates with the reference by "
                    f"{likeness:.2f} only, so it was left where it was; is it of this gear?"
                )


def _same(stimuli: Sequence[Stimulus]) -> Iterator[str]:
    seen: dict[str, Stimulus] = {}
    for one in stimuli:
        other = seen.setdefault(one.sha256, one)
        if other is not one:
            yield (
                f"The same sound: {one.system} and {other.system} do not differ in {one.clip} of "
                f"{one.gear}."
            )


def _inaudible(plan: Plan, stimuli: Sequence[Stimulus]) -> Iterator[str]:
    """A cabinet leaves so little above 7 kHz that a low-pass there may take nothing away."""
    for system in plan.systems:
        depths = [one.measures["esr_db"] for one in stimuli if one.system == system.name]
        if system.anchor is not None and max(depths) < _INAUDIBLE_DB:
            yield (
                f"Anchor: {system.name} differs from the reference by {max(depths):.0f} dB at "
                "most and may not be heard; listeners must not be screened by it."
            )


def _rule(plan: Plan) -> Iterator[str]:
    """A sequential rule with too few trials misses more than it is asked to."""
    rule = plan.abx.sequential
    if plan.design == "abx" and rule is not None:
        misses = error_rates(rule, plan.abx.trials).misses
        if misses > _MORE_MISSES * rule.beta:
            yield (
                f"Trials: with {plan.abx.trials} at most the sequential rule misses "
                f"{100 * misses:.0f} % of those who are right {100 * rule.hears:g} % of the time."
            )
