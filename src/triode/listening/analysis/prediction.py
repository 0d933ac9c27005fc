"""Whether our metrics predict what people heard: rank correlations, where there are answers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from triode.listening.analysis.rows import Row
from triode.listening.measuring import MEASURES
from triode.listening.plan import REFERENCE
from triode.listening.prepared import PreparedTest

__all__ = ["Prediction", "predictions_of"]

Float64Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

_FEWEST_STIMULI = 6
_DRAWS = 1000


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """How one metric ranks stimuli against how listeners do.

    Attributes:
        measure: The metric's key in the manifest.
        title: What it is called.
        correlation: Spearman's, between the metric and the mean over listeners, of all stimuli
            but references. Negative where a larger error is heard as worse.
        interval: Percentiles, 95 %, with listeners and gear drawn anew; of listeners only when
            there is one piece of gear.
        stimuli: How many.
    """

    measure: str
    title: str
    correlation: float
    interval: tuple[float, float]
    stimuli: int


def predictions_of(test: PreparedTest, rows: Sequence[Row]) -> tuple[Prediction, ...]:
    """One for every metric; nothing with fewer than six stimuli, or in preference tests.

    Share of right answers (ABX) grows where a difference is heard, scores and grades fall.
    """
    judged = [one for one in rows if one.system != REFERENCE and not one.against]
    stimuli = sorted({(one.gear, one.clip, one.system) for one in judged})
    listeners = sorted({one.listener for one in judged})
    if len(stimuli) < _FEWEST_STIMULI:
        return ()
    place = {one: index for index, one in enumerate(stimuli)}
    row_of = {one: index for index, one in enumerate(listeners)}
    sums, counts = np.zeros((2, len(listeners), len(stimuli)))
    for one in judged:
        cell = row_of[one.listener], place[one.gear, one.clip, one.system]
        sums[cell] += one.value
        counts[cell] += 1.0
    measured = {(one.gear, one.clip, one.system): one.measures for one in test.manifest.stimuli}
    draws = _draws(sums, counts, [one[0] for one in stimuli], test.plan.seed)
    means = sums.sum(axis=0) / counts.sum(axis=0)
    found = []
    for key, title in MEASURES.items():
        numbers = [measured[one].get(key, math.nan) for one in stimuli]
        metric = np.abs(numbers) if key == "level_db" else np.array(numbers)
        correlation = _spearman(metric, means) if np.isfinite(metric).all() else math.nan
        if math.isfinite(correlation):
            found.append(
                Prediction(
                    measure=key,
                    title=title,
                    correlation=correlation,
                    interval=_interval(metric, draws),
                    stimuli=len(stimuli),
                )
            )
    return tuple(found)


def _draws(
    sums: Float64Array, counts: Float64Array, gear: Sequence[str], seed: int
) -> list[tuple[Places, Float64Array]]:
    """Stimuli and their means with listeners and gear drawn anew."""
    generator = np.random.default_rng(seed)
    names = sorted(set(gear))
    columns = {name: [place for place, one in enumerate(gear) if one == name] for name in names}
    listeners = len(sums)
    drawn = []
    for _ in range(_DRAWS):
        rows = generator.multinomial(listeners, np.full(listeners, 1.0 / listeners))
        chosen = generator.integers(len(names), size=len(names)) if len(names) > 1 else [0]
        some = np.concatenate([columns[names[one]] for one in chosen]).astype(int)
        total = rows @ counts[:, some]
        there = total > 0.0
        drawn.append((some[there], (rows @ sums[:, some])[there] / total[there]))
    return drawn


def _interval(
    metric: Float64Array, draws: Sequence[tuple[Places, Float64Array]]
) -> tuple[float, float]:
    found = [_spearman(metric[some], means) for some, means in draws]
    kept = [one for one in found if math.isfinite(one)]
    if not kept:
        return -1.0, 1.0
    low, high = np.percentile(kept, [2.5, 97.5])
    return float(low), float(high)


def _spearman(first: Float64Array, second: Float64Array) -> float:
    """Not a number where one of both is constant, or of fewer than three."""
    ranks = rankdata(first), rankdata(second)
    if first.size < 3 or any(np.ptp(one) == 0.0 for one in ranks):
        return math.nan
    return float(np.corrcoef(*ranks)[0, 1])
