"""How many samples were lost or repeated, by a model of the gear that explains both sides.

A recorder loses whole samples. The delays measured on both sides of a gap differ by more than
that, since what is played differs. So the shift is sought at which a model of the gear leaves least
unexplained (`gear_model`); it is believed if it is nearly whole and stays where it is whatever
quarter of the material is left out.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.capture.alignment.gear_model import FRAMES, Inputs, Sums

__all__ = ["Count", "count_step"]

_REACHES = (280, 560)
"""Blocks on either side that are looked at, half a block apart: 12 and 24 s at 48 kHz."""
_FEWEST = 24
_GROUPS = 4
_RUN = 16
"""Neighbouring blocks that are of one group."""
_MOST = 4.0
_GRID = np.arange(-_MOST, _MOST + 0.01, 0.25)
_NEARLY_WHOLE = 0.3
_SCATTER = 0.35


@dataclass(frozen=True)
class Count:
    """What the model says about a gap.

    Attributes:
        steps: How many samples later the answer comes after the gap than was assumed: from near
            material and from all, by the whole of it and by what is left without each quarter.
    """

    steps: tuple[tuple[float, ...], ...]

    @property
    def whole(self) -> int | None:
        """The whole step that the model says whatever quarter it is not asked; None if none is."""
        found = {round(one[0]) for one in self.steps if _steady(one)}
        return found.pop() if len(found) == 1 else None

    def means(self, step: int) -> bool:
        """Whether near material or all says rather this step than another whole one."""
        return any(round(float(np.median(one))) == step for one in self.steps)

    def denies(self, step: int) -> bool:
        """Whether near material or all says other steps throughout, whatever quarter is left out.

        What it says need not be nearly whole, nor the same throughout: views of passages that were
        nearly whole have been wrong by one where no answer of the model was theirs.
        """
        return any(step not in map(round, one) for one in self.steps)


def count_step(
    dry: npt.NDArray[np.float32],
    laid: npt.NDArray[np.float32],
    before: tuple[float, float],
    after: tuple[float, float],
) -> Count | None:
    """How many samples later the answer comes after a gap than `laid` has it.

    Args:
        dry: Shape (frames,).
        laid: The wet signal as it lies so far, right on both sides but for up to four samples.
        before: Dry samples between which the answer is surely that of before the gap.
        after: The same of after the gap.

    Returns:
        What a model says; None where there is too little for one, or nothing within reach.
    """
    frames = min(len(dry), len(laid))
    sides = [_starts(before, frames, near_end=True), _starts(after, frames, near_end=False)]
    if min(map(len, sides)) < _FEWEST:
        return None
    inputs = Inputs(dry, int(sides[0][0]), int(sides[1][-1]) + FRAMES)
    earlier, later = sides
    near, far = _REACHES
    parts = _summed(inputs, laid, earlier[-near:], later[:near])
    steps = [_asked(parts)]
    if max(map(len, sides)) > near:
        beyond = _summed(inputs, laid, earlier[:-near], later[near:far])
        parts = [
            *(one + other for one, other in zip(parts, beyond, strict=False)),
            *parts[len(beyond) :],
        ]
        steps.append(_asked(parts))
    told = tuple(one for one in steps if all(map(math.isfinite, one)))
    return Count(told) if told else None


def _steady(steps: tuple[float, ...]) -> bool:
    """Whether steps are nearly whole, and the same without any quarter."""
    scatter = max(abs(one - steps[0]) for one in steps)
    return abs(steps[0] - round(steps[0])) < _NEARLY_WHOLE and scatter < _SCATTER


def _summed(
    inputs: Inputs,
    laid: npt.NDArray[np.float32],
    earlier: npt.NDArray[np.int64],
    later: npt.NDArray[np.int64],
) -> list[Sums]:
    """Sums over blocks before and after the gap, dealt to groups by runs of neighbours."""
    groups: dict[int, Sums] = {}
    number = 0
    for side, starts in enumerate((earlier, later)):
        for at in range(0, len(starts), _RUN):
            sums = Sums.of(inputs, laid, starts[at : at + _RUN], later=bool(side))
            group = number % _GROUPS
            groups[group] = groups[group] + sums if group in groups else sums
            number += 1
    return list(groups.values())


def _asked(parts: list[Sums]) -> tuple[float, ...]:
    """The best step by all parts, and without each of them."""
    without = (_total(parts[:one] + parts[one + 1 :]) for one in range(len(parts)))
    return (_best_step(_total(parts)), *map(_best_step, without))


def _total(parts: list[Sums]) -> Sums:
    first, *rest = parts
    return sum(rest, start=first)


def _best_step(sums: Sums) -> float:
    """The shift that leaves least unexplained, to a fraction of a sample; NaN if it is none."""
    left = sums.left(_GRID)
    if left is None:
        return math.nan
    best = int(np.argmin(left))
    if not 0 < best < len(left) - 1:
        return math.nan
    low, here, high = left[best - 1 : best + 2]
    return float(_GRID[best] + 0.5 * (low - high) / (low - 2 * here + high) * (_GRID[1] - _GRID[0]))


def _starts(between: tuple[float, float], frames: int, *, near_end: bool) -> npt.NDArray[np.int64]:
    """Blocks that lie between two samples, those nearest the gap."""
    low, high = max(0, int(np.ceil(between[0]))), min(frames, int(between[1]))
    hop = FRAMES // 2
    count = min(_REACHES[-1], max(0, (high - low - FRAMES) // hop + 1))
    begin = high - FRAMES - (count - 1) * hop if near_end else low
    return np.asarray(begin + hop * np.arange(count), np.int64)
