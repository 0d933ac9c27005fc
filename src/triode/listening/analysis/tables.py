"""Rows put into tables of listeners by gear, which everything else is computed from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.listening.analysis.rows import Row

__all__ = ["Table", "table_of"]

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """Mean values of something over clips.

    Attributes:
        listeners: Numbers, ascending.
        gear: Names, in alphabetical order.
        values: (listeners, gear); not a number where nothing was answered.
    """

    listeners: tuple[int, ...]
    gear: tuple[str, ...]
    values: Float64Array

    def less(self, other: "Table | float") -> "Table":
        """The differences, where both are known."""
        subtracted = other.values if isinstance(other, Table) else other
        return Table(listeners=self.listeners, gear=self.gear, values=self.values - subtracted)

    @property
    def known(self) -> "Table":
        """Without listeners and gear of which nothing is known."""
        there = np.isfinite(self.values)
        rows, columns = there.any(axis=1), there.any(axis=0)
        return Table(
            listeners=tuple(np.asarray(self.listeners)[rows].tolist()),
            gear=tuple(np.asarray(self.gear)[columns].tolist()),
            values=self.values[rows][:, columns],
        )

    @property
    def by_gear(self) -> dict[str, float]:
        """The mean over listeners on each piece of gear."""
        known = self.known
        means = np.nanmean(known.values, axis=0) if known.values.size else []
        return {name: float(mean) for name, mean in zip(known.gear, means, strict=True)}


def table_of(rows: Iterable[Row], listeners: Sequence[int], gear: Sequence[str]) -> Table:
    """The rows' mean values over clips, for these listeners and pieces of gear."""
    sums = np.zeros((len(listeners), len(gear)))
    counts = np.zeros_like(sums)
    row_of = {one: place for place, one in enumerate(listeners)}
    column_of = {one: place for place, one in enumerate(gear)}
    for one in rows:
        if one.listener in row_of:
            place = row_of[one.listener], column_of[one.gear]
            sums[place] += one.value
            counts[place] += 1
    values = np.full_like(sums, np.nan)
    np.divide(sums, counts, out=values, where=counts > 0)
    return Table(listeners=tuple(listeners), gear=tuple(gear), values=values)
