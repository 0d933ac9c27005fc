"""Means and contrasts of a set of listeners, each with its doubt."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import binomtest

from triode.listening.analysis.components import Components, components_of, mean_test
from triode.listening.analysis.power import Power, Sizes, power_of
from triode.listening.analysis.resampling import Resampler
from triode.listening.analysis.rows import Row
from triode.listening.analysis.tables import Table, table_of
from triode.listening.plan import REFERENCE, Design, Plan
from triode.study.statistics.holm import holm

__all__ = ["CHANCE", "Contrast", "Findings", "SystemMean", "findings_of"]

Ends = tuple[float, float]

CHANCE = "chance"
"""What an ABX system is compared with."""

_SCALES: dict[Design, Ends] = {
    "abx": (0.0, 1.0),
    "mushra": (0.0, 100.0),
    "triple": (-4.0, 4.0),
    "preference": (-1.0, 1.0),
}
_GUESSING = 0.5
_LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class SystemMean:
    """How one system was judged.

    Attributes:
        system: Its name.
        mean: ABX: share of right answers. MUSHRA: score. Triple: grade less the reference's.
            Preference: surplus of preferences over all others.
        student: Student's interval, 95 %, the widest of three (`mean_test`): about all such gear;
            what lies beyond the scale is cut off.
        interval: Bootstrap over listeners and gear, about the same.
        these_pieces: Bootstrap over listeners only: about these pieces of gear.
        by_gear: Mean over listeners for each piece.
        answers: How many judgements.
    """

    system: str
    mean: float
    student: Ends
    interval: Ends
    these_pieces: Ends
    by_gear: dict[str, float]
    answers: int


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """One system less another.

    Attributes:
        first: The one.
        second: The other; "chance" in ABX.
        difference: `first` less `second`.
        student: Student's interval, 95 %, the widest of three (`mean_test`), not adjusted for the
            other contrasts.
        interval: Bootstrap over listeners and gear.
        p_value: Two-sided, the largest of the same three tests.
        adjusted_p: After Holm over all contrasts of the test.
        majority: Listeners who judged `first` higher, and those who judged it lower, each with
            the mean over all they judged; ties are in neither.
        majority_p: Exact binomial test of these, each listener counted once.
        components: Where the differences come from.
        power: What could have been found.
    """

    first: str
    second: str
    difference: float
    student: Ends
    interval: Ends
    p_value: float
    adjusted_p: float
    majority: tuple[int, int]
    majority_p: float
    components: Components
    power: Power

    @property
    def decided(self) -> bool:
        """Whether a difference is shown at 5 % after Holm."""
        return self.adjusted_p <= _LEVEL


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What a set of listeners found.

    Attributes:
        listeners: Their numbers.
        gear: The pieces that anyone judged.
        means: By system, in the plan's order, the reference first.
        contrasts: All pairs; those with chance first. None in a sequential ABX test: who stops
            after a run of luck has a share of right answers that is no fair sample.
    """

    listeners: tuple[int, ...]
    gear: tuple[str, ...]
    means: tuple[SystemMean, ...]
    contrasts: tuple[Contrast, ...]

    def contrast(self, first: str, second: str) -> Contrast | None:
        """The contrast of two systems in whatever order it is kept, or None."""
        for one in self.contrasts:
            if {one.first, one.second} == {first, second}:
                return one
        return None


def findings_of(plan: Plan, rows: Sequence[Row]) -> Findings:
    """Work out means and contrasts from some listeners' rows."""
    listeners = tuple(sorted({one.listener for one in rows}))
    gear = tuple(sorted({one.gear for one in rows}))
    if not rows:
        return Findings(listeners=(), gear=(), means=(), contrasts=())
    names = [REFERENCE, *(one.name for one in plan.systems)]
    both = Resampler(len(listeners), len(gear), seed=plan.seed)
    these = Resampler(len(listeners), len(gear), seed=plan.seed, draw_gear=False)
    tables = {}
    for name in names:
        own = _rows_of(name, rows)
        if own:
            tables[name] = table_of(own, listeners, gear)
    means = tuple(
        SystemMean(
            system=name,
            mean=float(np.nanmean(table.values)),
            student=_on_scale(mean_test(table).interval(), _SCALES[plan.design]),
            interval=both.interval(table),
            these_pieces=these.interval(table),
            by_gear=table.by_gear,
            answers=len(_rows_of(name, rows)),
        )
        for name, table in tables.items()
    )
    return Findings(
        listeners=listeners,
        gear=gear,
        means=means,
        contrasts=() if plan.stops_by_itself else _contrasts(plan, rows, tables, both),
    )


def _on_scale(interval: Ends, scale: Ends) -> Ends:
    """What of an interval can be true; all of it where nothing is known."""
    if not all(math.isfinite(one) for one in interval):
        return interval
    return max(interval[0], scale[0]), min(interval[1], scale[1])


def _rows_of(system: str, rows: Sequence[Row]) -> list[Row]:
    """The rows about a system; a preference pair is about both, with opposite signs."""
    found = [one for one in rows if one.system == system]
    return found + [_turned(one) for one in rows if one.against == system]


def _turned(row: Row) -> Row:
    return replace(row, system=row.against, against=row.system, value=-row.value)


def _contrasts(
    plan: Plan, rows: Sequence[Row], tables: dict[str, Table], resampler: Resampler
) -> tuple[Contrast, ...]:
    pairs: list[tuple[str, str, Table]] = []
    if plan.design == "abx":
        pairs += [(name, CHANCE, table.less(_GUESSING)) for name, table in tables.items()]
    if plan.design == "triple":
        pairs += [(name, REFERENCE, table) for name, table in tables.items()]
    for first, second in itertools.combinations(tables, 2):
        if plan.design == "preference":
            some = next(iter(tables.values()))
            own = [one for one in _rows_of(first, rows) if one.against == second]
            if own:
                pairs.append((first, second, table_of(own, some.listeners, some.gear)))
        else:
            pairs.append((first, second, tables[first].less(tables[second])))
    pairs = [one for one in pairs if one[2].known.values.size]
    tests = [mean_test(table) for _, _, table in pairs]
    adjusted = holm([one.p_value for one in tests])
    found = []
    for (first, second, table), test, adjusted_p in zip(pairs, tests, adjusted, strict=True):
        known = table.known
        parts = components_of(table)
        higher, lower = _majority(table)
        found.append(
            Contrast(
                first=first,
                second=second,
                difference=test.mean,
                interval=resampler.interval(table),
                student=test.interval(),
                p_value=test.p_value,
                adjusted_p=adjusted_p,
                majority=(higher, lower),
                majority_p=_sign_test(higher, lower),
                components=parts,
                power=power_of(
                    parts,
                    Sizes(listeners=len(known.listeners), gear=len(known.gear)),
                    plan.matters,
                    level=_LEVEL / len(pairs),
                ),
            )
        )
    return tuple(found)


def _majority(table: Table) -> tuple[int, int]:
    means = np.nanmean(table.known.values, axis=1)
    return int(np.count_nonzero(means > 0.0)), int(np.count_nonzero(means < 0.0))


def _sign_test(higher: int, lower: int) -> float:
    total = higher + lower
    return float(binomtest(higher, total).pvalue) if total else 1.0
