"""The likeliest way of a delay through what every passage holds possible."""

from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["FASTEST_DRIFT", "JUMP_PENALTY", "best_path", "slope"]

FASTEST_DRIFT: Final = 5e-4
"""Samples of delay per sample beyond which clocks do not drift apart."""

JUMP_PENALTY: Final = 60.0
"""Leaving a lag for another has to be worth several passages."""

_MOST_NODES = 600
_FEWEST_PAIRS = 20
_LOOK_BACK = 48
_STILL_SAMPLES = 4.0


def best_path(
    starts: npt.NDArray[np.int64],
    lags: npt.NDArray[np.float64],
    scores: npt.NDArray[np.float64],
    fastest_drift: float,
) -> tuple[list[tuple[int, int]], npt.NDArray[np.int64], float]:
    """The candidates (row, column) of the path that collects most, their pieces, and how much.

    Dynamic programming; passages may be skipped, which only forgoes their score.
    """
    count, candidates = scores.shape
    totals = np.full((count, candidates), -np.inf)
    previous = np.full((count, candidates), -1)
    for row in range(count):
        first = max(0, row - _LOOK_BACK)
        seconds = (starts[row] - starts[first:row])[:, None, None]
        apart = np.abs(lags[row][None, None, :] - lags[first:row, :, None])
        still = apart <= _STILL_SAMPLES + fastest_drift * seconds
        reach = totals[first:row, :, None] - np.where(still, 0.0, JUMP_PENALTY)
        reach = reach.reshape(-1, candidates)
        for column in np.flatnonzero(scores[row] > 0):
            totals[row, column] = scores[row, column]
            if len(reach):
                best = int(np.argmax(reach[:, column]))
                if reach[best, column] > 0:
                    totals[row, column] += reach[best, column]
                    previous[row, column] = first * candidates + best
    at = int(np.argmax(totals))
    collected = float(totals.max())
    path = []
    while at >= 0:
        path.append(divmod(at, candidates))
        at = int(previous[path[-1]])
    path.reverse()
    pieces = [0]
    for (row, column), (next_row, next_column) in pairwise(path):
        apart = abs(lags[next_row, next_column] - lags[row, column])
        limit = _STILL_SAMPLES + fastest_drift * (starts[next_row] - starts[row])
        pieces.append(pieces[-1] + int(apart > limit))
    return path, np.array(pieces), collected


def slope(
    starts: npt.NDArray[np.int64], lags: npt.NDArray[np.float64], path: list[tuple[int, int]]
) -> float:
    """The median of the gradients between all pairs of passages (Theil 1950), jumps or not."""
    picked = np.unique(np.linspace(0, len(path) - 1, _MOST_NODES).astype(int))
    rows, columns = np.array(path)[picked].T
    places, delays = starts[rows].astype(np.float64), lags[rows, columns]
    first, second = np.triu_indices(len(rows), 1)
    apart = places[second] - places[first]
    # Far enough that a wrong lag tilts little, near enough that few pairs straddle a jump.
    chosen = (apart > 0.1 * np.ptp(places)) & (apart < 0.4 * np.ptp(places))
    if np.count_nonzero(chosen) < _FEWEST_PAIRS:
        return 0.0
    gradients = (delays[second] - delays[first])[chosen] / apart[chosen]
    drift = float(np.median(gradients))
    return drift if abs(drift) <= FASTEST_DRIFT else 0.0
