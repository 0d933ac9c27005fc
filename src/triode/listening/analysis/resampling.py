"""Bootstrap intervals with listeners and gear drawn anew at once.

Listeners and gear are drawn with replacement, each on its own, and a cell counts as often as the
product of both (the pigeonhole bootstrap: McCullagh 2000; Owen 2007). With few pieces of gear
percentiles of such draws are too narrow, so they are taken further out: where Student's quantile
with the table's degrees of freedom would lie, after the correction for dividing by n instead of
n - 1 (Hesterberg 2015).
"""

import math

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, t

from triode.listening.analysis.components import mean_test
from triode.listening.analysis.tables import Table

__all__ = ["Resampler"]

Float64Array = npt.NDArray[np.float64]

_DRAWS = 4000


class Resampler:
    """The same draws of listeners and gear for every table of a test.

    Args:
        listeners: How many listeners the tables have.
        gear: How many pieces of gear.
        seed: Of the draws.
        draw_gear: Whether gear is drawn, too; without, the interval is about these pieces only.
        draws: How many.
    """

    def __init__(
        self,
        listeners: int,
        gear: int,
        *,
        seed: int = 0,
        draw_gear: bool = True,
        draws: int = _DRAWS,
    ) -> None:
        generator = np.random.default_rng(seed)
        self._by_listener = generator.multinomial(
            listeners, np.full(listeners, 1.0 / listeners), size=draws
        ).astype(np.float64)
        self._by_gear = np.ones((draws, gear))
        self._draw_gear = draw_gear and gear > 1
        if self._draw_gear:
            self._by_gear = generator.multinomial(
                gear, np.full(gear, 1.0 / gear), size=draws
            ).astype(np.float64)

    def means(self, table: Table) -> Float64Array:
        """The mean of the table in every draw, (draws,); not a number where no cell was drawn."""
        there = np.isfinite(table.values)
        filled = np.where(there, table.values, 0.0)
        sums = np.einsum("bg,bg->b", self._by_listener @ filled, self._by_gear)
        counts = np.einsum("bg,bg->b", self._by_listener @ there, self._by_gear)
        result: Float64Array = np.full(len(sums), np.nan)
        np.divide(sums, counts, out=result, where=counts > 0.0)
        return result

    def interval(self, table: Table, level: float = 0.95) -> tuple[float, float]:
        """The interval of the table's mean; infinite where there is nothing to draw from."""
        known = table.known.values
        if known.size < 2 or (len(known) < 2 and not self._draw_gear):
            return -math.inf, math.inf
        freedom = self._freedom(table)
        reach = math.sqrt((freedom + 1.0) / freedom) * float(t.ppf(0.5 + level / 2.0, freedom))
        outside = 100.0 * float(norm.sf(reach))
        low, high = np.nanpercentile(self.means(table), [outside, 100.0 - outside])
        return float(low), float(high)

    def _freedom(self, table: Table) -> float:
        if self._draw_gear:
            return max(1.0, mean_test(table).freedom)
        return max(1.0, len(table.known.listeners) - 1.0)
