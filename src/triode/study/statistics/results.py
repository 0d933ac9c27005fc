"""Test figures by candidate, length of training and gear, seeds averaged."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from triode.study.names import size_of, whole_and_size
from triode.study.record import TrialRecord
from triode.study.statistics.metric import Metric

__all__ = ["Cell", "Results", "results"]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One candidate on one piece of gear.

    Attributes:
        log: Mean over seeds of the metric's logarithm.
        seed_logs: One per seed, diverged ones included.
        diverged: How many seeds diverged.
    """

    log: float
    seed_logs: tuple[float, ...]
    diverged: int


@dataclass(frozen=True, kw_only=True)
class Results:
    """What a study found, for one metric.

    Attributes:
        metric: Which.
        cells: By candidate and epochs, then by gear. Failed and pruned trials are not in here.
        sources: Where each piece of gear comes from.
    """

    metric: Metric
    cells: Mapping[tuple[str, int], Mapping[str, Cell]]
    sources: Mapping[str, str]

    def of(self, candidate: str, epochs: int) -> Mapping[str, Cell]:
        """The cells of one candidate by gear, empty when there are none."""
        return self.cells.get((candidate, epochs), {})


def results(trials: Iterable[TrialRecord], metric: Metric) -> Results:
    """Put the trials in order.

    A size that is trained with a candidate has cells of its own, under CANDIDATE@SIZE. A diverged
    run counts as what silence scores, or, where there is no such figure, as the worst that any
    trial reached on the same gear. A finished one whose figure is not finite diverged.
    """
    listed = list(trials)
    sizes = _sizes(listed, metric)
    logs: dict[tuple[str, int], dict[str, list[float | None]]] = defaultdict(dict)
    sources: dict[str, str] = {}
    worst: dict[str, float] = {}
    for trial in listed:
        key = trial.key
        sources[key.gear] = trial.source
        outcome = trial.outcome
        for name, figure_key in sizes[key.candidate].items():
            figure = outcome.metrics.get(figure_key)
            if outcome.status == "diverged":
                value = None
            elif outcome.status == "finished" and figure is not None:
                value = metric.log(figure) if math.isfinite(figure) else None
            else:
                continue
            logs[name, key.epochs].setdefault(key.gear, []).append(value)
            if value is not None:
                worst[key.gear] = max(worst.get(key.gear, -math.inf), value)
    silence = None if metric.of_silence is None else metric.log(metric.of_silence)
    cells = {
        key: {
            gear: cell
            for gear, values in by_gear.items()
            if (cell := _cell(values, worst.get(gear) if silence is None else silence))
        }
        for key, by_gear in logs.items()
    }
    return Results(metric=metric, cells=cells, sources=sources)


def _sizes(trials: Iterable[TrialRecord], metric: Metric) -> dict[str, dict[str, str]]:
    """For each candidate the key of its figure, and those of the sizes that any trial has."""
    found: dict[str, dict[str, str]] = {}
    for trial in trials:
        whole = trial.key.candidate
        sizes = found.setdefault(whole, {whole: metric.key})
        for key in trial.outcome.metrics:
            figure, size = whole_and_size(key)
            if size and figure == metric.key:
                sizes[size_of(whole, size)] = key
    return found


def _cell(values: list[float | None], diverged: float | None) -> Cell | None:
    """None when all diverged and nothing says what that is worth."""
    filled = tuple(diverged if one is None else one for one in values)
    known = tuple(one for one in filled if one is not None)
    if len(known) < len(filled):
        return None
    return Cell(
        log=math.fsum(known) / len(known),
        seed_logs=known,
        diverged=sum(one is None for one in values),
    )
