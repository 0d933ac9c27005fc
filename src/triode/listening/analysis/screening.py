"""Whose answers are left out, by rules fixed in the plan before anybody listened."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from triode.listening.analysis.rows import Row
from triode.listening.plan import REFERENCE, Plan

__all__ = ["Screened", "screen"]

_CHANCE = 0.5
_LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class Screened:
    """A listener whose answers are left out, and the rule that says so.

    Attributes:
        listener: The participant's number.
        reason: In words, with the figures.
    """

    listener: int
    reason: str


def screen(plan: Plan, rows: Sequence[Row]) -> tuple[Screened, ...]:
    """Everyone whom the design's rules exclude, by number.

    MUSHRA (ITU-R BS.1534-3): the hidden reference below 90 in more than 15 % of the trials, or,
    where the plan names a mid anchor, that anchor above 90 in more than 15 %. Triple (BS.1116-3
    asks for listeners who can tell the reference at all): the hidden reference not found more often
    than chance allows, one-sided exact binomial test at 5 % over all trials. ABX and preference:
    nobody, since there is no right answer but the result itself.
    """
    listeners = sorted({one.listener for one in rows})
    if plan.design == "mushra":
        found = [_mushra(plan, one, rows) for one in listeners]
    elif plan.design == "triple":
        found = [_triple(one, rows) for one in listeners]
    else:
        found = []
    return tuple(one for one in found if one is not None)


def _mushra(plan: Plan, listener: int, rows: Sequence[Row]) -> Screened | None:
    rule = plan.mushra
    own = [one for one in rows if one.listener == listener]
    reference = [one.value < rule.reference_below for one in own if one.system == REFERENCE]
    anchor = [one.value > rule.mid_anchor_above for one in own if one.system == rule.mid_anchor]
    for what, failed in (
        (f"hidden reference below {rule.reference_below:g}", reference),
        (f"{rule.mid_anchor} above {rule.mid_anchor_above:g}", anchor),
    ):
        if sum(failed) > rule.share * len(failed):
            return Screened(
                listener=listener, reason=f"{what} in {sum(failed)} of {len(failed)} trials"
            )
    return None


def _triple(listener: int, rows: Sequence[Row]) -> Screened | None:
    own = [one.right for one in rows if one.listener == listener]
    p_value = binomtest(sum(own), len(own), _CHANCE, alternative="greater").pvalue
    if p_value <= _LEVEL:
        return None
    return Screened(
        listener=listener,
        reason=f"hidden reference found in {sum(own)} of {len(own)} trials (p = {p_value:.2g})",
    )
