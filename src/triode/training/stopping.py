"""When a training has done enough: a decision from its history alone, with a sentence.

Learning slows down: the next epochs are not expected to bring more than the last ones did. So the
gain over a window of the last epochs, per ten epochs, stands for what is to come, and the training
ends when that is below a threshold for every size. The gain of the best ESR is what a person gets;
but one lucky epoch can hold the best for long while learning goes on, so the gain of the typical
ESR (the median of the window's later half against that of its earlier half) has to be small as
well. The window grows with the history, for slower learning takes longer to be seen in the noise.

Where the learning rate comes down in rounds, most of the gain comes at their ends, and what happens
amid a round says nothing. There the last round, which was longer than all before it together,
stands for the next, which is twice as long again.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from triode.errors import TrainingError
from triode.training.schedule import round_ends

__all__ = ["UNTIL_WORDS", "Decision", "Goal", "decide", "parse_until"]

Esr = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Goal:
    """When to stop: at an ESR, or where more training gains little.

    Attributes:
        text: As a person writes it.
        target_esr: An ESR for the largest size; None for a goal of little gain.
        least_gain: The share by which the ESR has to fall in ten epochs for training to go on.
        fewest_epochs: The shortest window over which that is measured.
        share: The window's part of the history when that is longer.
        least_gain_of_round: The share by which a round has to lower the ESR for another to follow.
    """

    text: str
    target_esr: float | None = None
    least_gain: float = 0.0
    fewest_epochs: int = 1
    share: float = 0.0
    least_gain_of_round: float = 0.0

    def window(self, epochs: int) -> int:
        """How many of the last epochs count, after `epochs`."""
        return max(self.fewest_epochs, math.ceil(self.share * epochs))


_WORDS: Final = {
    "good": Goal(
        text="good", least_gain=0.10, fewest_epochs=10, share=0.25, least_gain_of_round=0.3
    ),
    "best": Goal(
        text="best", least_gain=0.03, fewest_epochs=20, share=0.5, least_gain_of_round=0.1
    ),
}
UNTIL_WORDS: Final = tuple(_WORDS)
_UNIT_EPOCHS = 10


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether to stop now, and why (or why not) as one sentence."""

    stop: bool
    reason: str


def parse_until(text: str) -> Goal:
    """The goal that `text` names: "good", "best" or an ESR such as "0.01".

    Raises:
        TrainingError: It is none of these.
    """
    if text in _WORDS:
        return _WORDS[text]
    try:
        target = float(text)
    except ValueError:
        target = math.nan
    if not 0.0 < target < 1.0:
        raise TrainingError(
            "training cannot end there",
            where="--until",
            expected=f"{', '.join(UNTIL_WORDS)} or an ESR between 0 and 1, such as 0.01",
            got=text,
        )
    return Goal(text=text, target_esr=target)


def decide(history: Sequence[Esr], goal: Goal, first_round: int = 0) -> Decision:
    """Say whether training has reached `goal`.

    Args:
        history: Validation ESR by size, the sizes ascending, one item per epoch.
        goal: When to stop.
        first_round: Epochs of the first round of a learning rate that comes down in rounds, each
            twice as long as the one before; 0 where there are none.
    """
    if not history:
        return Decision(stop=False, reason="nothing has been trained yet")
    if goal.target_esr is not None:
        return _against_target(history, goal.target_esr)
    if first_round:
        return _after_rounds(history, goal, round_ends(len(history), first_round))
    window = goal.window(len(history))
    if len(history) <= window:
        return Decision(
            stop=False, reason=f"{len(history)} epochs are too few to see what more would bring"
        )
    gains = {size: _gain(history, size, window) for size in history[-1]}
    size = max(gains, key=lambda one: gains[one])
    measured = (
        f"the last {window} epochs improved the ESR of {size}, the most of any size, by "
        if len(gains) > 1
        else f"the last {window} epochs improved the ESR by "
    )
    measured += f"{100 * gains[size]:.1f} % per {_UNIT_EPOCHS} epochs"
    limit = f"the {100 * goal.least_gain:g} % that --until {goal.text} asks for"
    if gains[size] < goal.least_gain:
        return Decision(stop=True, reason=f"{measured}; less than {limit}")
    return Decision(stop=False, reason=f"{measured}; at least {limit}")


def _against_target(history: Sequence[Esr], target: float) -> Decision:
    size = list(history[-1])[-1]
    best = _best(history, size)
    reached = best <= target
    relation = "has reached" if reached else "has not reached"
    return Decision(
        stop=reached, reason=f"the best ESR of {size}, {best:.3g}, {relation} {target:g}"
    )


def _after_rounds(history: Sequence[Esr], goal: Goal, ends: Sequence[int]) -> Decision:
    if not ends or ends[-1] != len(history):
        return Decision(stop=False, reason="what a round brings is seen at its end")
    if len(ends) < 2:
        return Decision(
            stop=False, reason="after one round nobody can say what another would bring"
        )
    before = history[: ends[-2]]
    gains = {size: _fall(_best(before, size), _best(history, size)) for size in history[-1]}
    size = max(gains, key=lambda one: gains[one])
    measured = (
        f"the last {ends[-1] - ends[-2]} epochs, the longest round so far, lowered the ESR of "
        f"{size}{', the most of any size,' if len(gains) > 1 else ''} by {100 * gains[size]:.1f} %"
    )
    limit = f"the {100 * goal.least_gain_of_round:g} % that --until {goal.text} asks for"
    stop = gains[size] < goal.least_gain_of_round
    return Decision(stop=stop, reason=f"{measured}; {'less than' if stop else 'at least'} {limit}")


def _gain(history: Sequence[Esr], size: str, window: int) -> float:
    """By which share the ESR of `size` fell in ten epochs: the best or the typical, whichever more.

    From 0 to 1: the best never rises.
    """
    last = [one[size] for one in history[-window:]]
    half = window // 2
    best = _fall(_best(history[:-window], size), _best(history, size), _UNIT_EPOCHS / window)
    periods = _UNIT_EPOCHS / (window - half)
    typical = _fall(_median(last[:half]), _median(last[-half:]), periods)
    return max(best, typical)


def _fall(before: float, after: float, periods: float = 1.0) -> float:
    """The share by which an ESR falls in `periods` of the time from one value to the other."""
    if not math.isfinite(before) or before == 0.0 or after == 0.0:
        return 1.0 if before > after else 0.0
    return 1.0 - float((after / before) ** periods)


def _best(history: Sequence[Esr], size: str) -> float:
    """The lowest ESR; infinite when none was a number."""
    return min((one[size] for one in history if math.isfinite(one[size])), default=math.inf)


def _median(values: Sequence[float]) -> float:
    return statistics.median(value if math.isfinite(value) else math.inf for value in values)
