"""How much of what is seen is the luck of a seed."""

import math
from dataclasses import dataclass

import numpy as np

from triode.study.statistics.results import Results

__all__ = ["SeedSpread", "seed_spread"]


@dataclass(frozen=True, kw_only=True)
class SeedSpread:
    """Spread of a metric's logarithm between seeds of the same candidate on the same gear.

    Attributes:
        deviation: Standard deviation, pooled.
        groups: How many pairs of candidate and gear have two seeds or more.
        freedom: Degrees of freedom behind `deviation`.
    """

    deviation: float
    groups: int
    freedom: int


def seed_spread(found: Results) -> SeedSpread | None:
    """Pool the variances of all cells with several seeds; None when there are none."""
    cells = [
        cell
        for by_gear in found.cells.values()
        for cell in by_gear.values()
        if len(cell.seed_logs) > 1 and not cell.diverged
    ]
    if not cells:
        return None
    squares = sum(float(np.sum((np.array(one.seed_logs) - one.log) ** 2)) for one in cells)
    freedom = sum(len(one.seed_logs) - 1 for one in cells)
    return SeedSpread(deviation=math.sqrt(squares / freedom), groups=len(cells), freedom=freedom)
