"""Accuracy against measured cost: the front and what it dominates."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from triode.study.record import CandidateRecord, Cost
from triode.study.statistics.results import Results

__all__ = ["Point", "hypervolume", "on_front", "points"]


@dataclass(frozen=True, kw_only=True)
class Point:
    """A candidate where cost and error are known.

    Attributes:
        candidate: Its name.
        cost: On one engine.
        value: The metric over all gear: the mean of its logarithms, back on its own scale.
        gear: On how many pieces.
        diverged: Diverged runs among them.
        epochs: Length of training.
        macs: Multiply-adds per sample.
    """

    candidate: str
    cost: Cost
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


def hypervolume(all_points: Sequence[Point], worst_cost: float, worst_value: float) -> float:
    """Area that the points dominate on logarithmic axes, up to a worst cost and a worst value.

    Grows whenever a point gets cheaper or better. In units of e-folds times e-folds, so that it
    does not depend on the units of cost and value.

    Args:
        all_points: Values above 0; those beyond the worst add nothing.
        worst_cost: Where the area ends to the right.
        worst_value: Where it ends upwards.
    """
    area, height = 0.0, math.log(worst_value)
    right = math.log(worst_cost)
    for one in sorted(all_points, key=lambda point: (point.cost.ns_per_sample, point.value)):
        place, level = math.log(one.cost.ns_per_sample), math.log(one.value)
        if place < right and level < height:
            area += (right - place) * (height - level)
            height = level
    return area
