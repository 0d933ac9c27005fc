"""Accuracy against measured cost: the front and what it dominates."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from triode.study.record import CandidateRecord, Cost
from triode.study.statistics.results import Results

__all__ = ["Point", "hypervolume", "nearest", "on_front", "points"]


@dataclass(frozen=True, kw_only=True)
class Point:
    """A candidate where cost and error are known.

    Attributes:
        candidate: Its name.
        cost: On one engine.
        log: Mean over all gear of the metric's logarithm.
        value: The same back on the metric's own scale.
        gear: On how many pieces.
        diverged: Diverged runs among them.
        epochs: Length of training.
        macs: Multiply-adds per sample.
    """

    candidate: str
    cost: Cost
    log: float
    value: float
    gear: int
    diverged: int
    epochs: int
    macs: int


def points(
    found: Results, candidates: Sequence[CandidateRecord], costs: Mapping[str, Cost]
) -> tuple[Point, ...]:
    """One point per candidate and length of training that has played all gear, cheapest first.

    Only candidates with results on every piece that any of that length has played are comparable;
    others are left out.
    """
    gear_of: dict[int, set[str]] = {}
    for (_, epochs), cells in found.cells.items():
        gear_of.setdefault(epochs, set()).update(cells)
    scales = {one.candidate: one.scale for one in candidates}
    complete = []
    for (candidate, epochs), cells in found.cells.items():
        if candidate not in costs or candidate not in scales or len(cells) < len(gear_of[epochs]):
            continue
        mean = math.fsum(cell.log for cell in cells.values()) / len(cells)
        complete.append(
            Point(
                candidate=candidate,
                cost=costs[candidate],
                log=mean,
                value=found.metric.unlog(mean),
                gear=len(cells),
                diverged=sum(cell.diverged for cell in cells.values()),
                epochs=epochs,
                macs=scales[candidate].macs,
            )
        )
    return tuple(sorted(complete, key=lambda one: (one.cost.ns_per_sample, one.value)))


def on_front(all_points: Sequence[Point]) -> tuple[bool, ...]:
    """For each point whether no other is as cheap and as good, and better in one of the two."""
    order = sorted(
        range(len(all_points)),
        key=lambda place: (all_points[place].cost.ns_per_sample, all_points[place].value),
    )
    front = [False] * len(all_points)
    best = math.inf
    last: Point | None = None
    for place in order:
        here = all_points[place]
        twin = last is not None and (here.cost.ns_per_sample, here.value) == (
            last.cost.ns_per_sample,
            last.value,
        )
        if here.value < best or twin:
            front[place] = True
            best, last = here.value, here
    return tuple(front)


def hypervolume(all_points: Sequence[Point], worst_cost: float, worst_log: float) -> float:
    """Area that the points dominate on logarithmic axes, up to a worst cost and a worst value.

    Grows whenever a point gets cheaper or better. In units of e-folds times e-folds, so that it
    does not depend on the units of cost and value.

    Args:
        all_points: Those beyond the worst add nothing.
        worst_cost: Where the area ends to the right.
        worst_log: Where it ends upwards, as the metric's logarithm.
    """
    area, height = 0.0, worst_log
    right = math.log(worst_cost)
    for one in sorted(all_points, key=lambda point: (point.cost.ns_per_sample, point.log)):
        place = math.log(one.cost.ns_per_sample)
        if place < right and one.log < height:
            area += (right - place) * (height - one.log)
            height = one.log
    return area


def nearest(all_points: Sequence[Point], most: int) -> tuple[Point, ...]:
    """So many of the points, those with the smallest product of cost and metric, in their order."""
    if len(all_points) <= most:
        return tuple(all_points)
    kept = sorted(
        range(len(all_points)),
        key=lambda place: math.log(all_points[place].cost.ns_per_sample) + all_points[place].log,
    )[:most]
    return tuple(all_points[place] for place in sorted(kept))
