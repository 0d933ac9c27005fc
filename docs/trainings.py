"""The reference page that says what trainings with different recipes ended with."""

import itertools
import json
import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tables import table

__all__ = ["trainings"]

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results"
SIZES: Final = ("lite", "full")
REFERENCE, OURS, SMOOTH = "reference", "a2", "smooth"
UNCHANGED, LONG = "few-epochs", "long-windows"
STEPS: Final = {
    "before": "before",
    "rate-twice-whole": "rate 0.016",
    "batch-4-whole": "batches of 4",
    "both-whole": "both",
    OURS: "`a2`",
}
"""Runs that differ in how far and how often weights are moved, in the order of the table."""
MINUTES, REFERENCE_WINDOWS = 5.0, 16
LABELS: Final = {
    UNCHANGED: "none",
    "rate-twice": "learning rate 0.016 instead of 0.008",
    "rate-four-times": "learning rate 0.032",
    "axes-often": "SOAP's coordinates turned every 3 steps instead of 10",
    "clip": "gradients clipped to a length of 1",
    "batch-4": "batches of 4 instead of 8",
    "batch-16": "batches of 16",
    "rate-twice-batch-4": "learning rate 0.016 and batches of 4",
    "rate-four-times-batch-4": "learning rate 0.032 and batches of 4",
    "growing-batches": "batches of 4, then 8, then 16",
    "mrstft-less": "spectral weight 0.00005 instead of 0.0005",
    "mrstft-more": "spectral weight 0.005",
    "pre-emphasis": "pre-emphasis 0.85 before the MSE",
    "weight-averaging": "weights averaged over 100 steps",
    "hard-windows": "windows drawn by the root of their error",
    "quiet-first": "quiet windows first",
    "a2-long-windows": "2 windows of 32,768 instead of 8 of 8,192",
}
"""What each run changes, in the order of the table."""


@dataclass(frozen=True)
class Curves:
    """Validation ESR of every epoch of one run's trainings on one piece of gear, by size."""

    esr: dict[str, list[list[float]]]
    steps_per_epoch: int

    def ends(self, size: str) -> list[float]:
        """The lowest ESR of each training."""
        return [min(curve) for curve in self.esr[size]]

    def end(self, size: str) -> float:
        """The median of them."""
        return statistics.median(self.ends(size))

    def after(self, epochs: int, size: str) -> float:
        """The median of the lowest ESRs of so many epochs."""
        return statistics.median(min(curve[: max(1, epochs)]) for curve in self.esr[size])

    def epochs_until(self, esr: float, size: str) -> float:
        """The median of the epochs that it takes to get as low as `esr`."""
        found = []
        for curve in self.esr[size]:
            lowest = itertools.accumulate(curve, min)
            found.append(next((n for n, one in enumerate(lowest, 1) if one <= esr), math.inf))
        return statistics.median(found)


def trainings() -> Iterator[str]:
    """What trainings with the recipes of A2 ended with."""
    runs = _curves()
    costs = _costs()
    yield "# Trainings\n"
    yield "Two minutes of each piece of gear, A2 with both sizes; the error is the lowest"
    yield "validation ESR. `python benchmarks/recipe_runs.py PAIRS -o WORK` trains them again, each"
    yield "on one thread; [what was learned](../training-experiments.md) is told elsewhere.\n"
    yield "## The default recipe beside the reference trainer's\n"
    yield "The reference trainer's recipe, 100 epochs in Triode, one seed, and the recipe `a2`,"
    yield "30 epochs: the median over three seeds, the lowest and the highest.\n"
    gear = [one for one in runs[REFERENCE] if one in runs[OURS]]
    yield from table(
        ("gear", *(f"{who}, {size.title()}" for size in SIZES for who in ("reference", "`a2`"))),
        [(one, *_beside(runs[REFERENCE][one], runs[OURS][one])) for one in gear],
    )
    yield "How soon `a2` is as good as the reference recipe after its 100 epochs, and how much"
    yield f"lower its error is when both have had {MINUTES:.0f} minutes. Either recipe evaluates"
    yield "the same windows in an epoch. Times, validation not counted, as measured on two cores"
    yield f"of one machine ({costs.machine}): a step of the reference trainer takes"
    yield f"{REFERENCE_WINDOWS * costs.theirs:.2f} s for {REFERENCE_WINDOWS} windows, one of `a2`"
    yield f"{costs.windows * costs.ours:.3f} s for {costs.windows}. A dash: not reached.\n"
    rows, shares, gains = [], list[float](), list[float]()
    for one in gear:
        cells = []
        for size in SIZES:
            reference, ours = runs[REFERENCE][one], runs[OURS][one]
            epochs = ours.epochs_until(reference.end(size), size)
            # 0 for never
            share = costs.theirs / costs.ours * len(reference.esr[size][0]) / epochs
            windows = REFERENCE_WINDOWS * reference.steps_per_epoch
            theirs_then, ours_then = (
                curves.after(int(60.0 * MINUTES / (windows * each)), size)
                for curves, each in ((reference, costs.theirs), (ours, costs.ours))
            )
            gain = theirs_then / ours_then
            shares.append(share)
            gains.append(gain)
            cells += [
                f"{epochs:g}" if share else "-",
                f"{share:.0f}" if share else "-",
                _times(gain),
            ]
        rows.append((one, *cells))
    heads = ("epochs", "times faster", f"times lower after {MINUTES:.0f} min")
    yield from table(
        ("gear", *(f"{size.title()}: {head}" for size in SIZES for head in heads)), rows
    )
    yield f"At the median {statistics.median(shares):.0f} times faster and, after"
    yield f"{MINUTES:.0f} minutes, {_times(statistics.median(gains))} times lower.\n"
    yield "## Tanh instead of LeakyReLU\n"
    fewest = min(len(runs[SMOOTH][one].ends(SIZES[0])) for one in gear)
    yield "The recipe `a2-smooth` is `a2` with another activation and nothing else changed: again"
    yield f"the median over {('one seed', 'two seeds', 'three seeds')[fewest - 1]}, the lowest and"
    yield "the highest.\n"
    rows = []
    for one in gear:
        cells = []
        for size in SIZES:
            smooth = runs[SMOOTH][one]
            cells.append(_spread(smooth, size))
            cells += [
                f"{smooth.end(size) / runs[name][one].end(size):.2f}" for name in (OURS, REFERENCE)
            ]
        rows.append((one, *cells))
    heads = ("`a2-smooth`", "times `a2`", "times the reference")
    yield from table(
        ("gear", *(f"{size.title()}: {head}" for size in SIZES for head in heads)), rows
    )
    yield from _sound()
    yield "## Long windows\n"
    yield "The reference recipe with 2 windows of 65,536 outputs a step instead of 16 of 8,192: as"
    yield "many outputs, and less run-in. The lowest error of as many epochs, one seed.\n"
    long = {one: curves for one, curves in runs.get(LONG, {}).items() if one in runs[REFERENCE]}
    yield from table(
        ("gear", "epochs", *(f"{size.title()}, {n} windows" for size in SIZES for n in (16, 2))),
        [(one, *_as_soon(runs[REFERENCE][one], curves)) for one, curves in long.items()],
    )
    yield "## Rate and size of a batch\n"
    yield "What `a2` was before: batches of 8 instead of 4, and the learning rate 0.008 for both"
    yield "sizes, where Lite has 0.016 now; and what it was with either or both changed for both"
    yield "sizes. 30 epochs; the median of the seeds there are, three of the first and of the last,"
    yield "otherwise one.\n"
    yield from table(("gear", "size", *STEPS.values()), _steps(runs))
    yield "## One thing changed\n"
    yield "What `a2` was before, over 8 epochs, one seed, with one thing changed at a time. Beside"
    yield "the error: how many times that of the unchanged recipe it is (the median of its seeds;"
    yield "its own rows say how much a seed alone makes). Of several figures the last is the"
    yield "geometric mean.\n"
    yield from _changes(runs)


def _sound() -> Iterator[str]:
    """What the captures sound like where an ESR hardly looks."""
    rows = json.loads((RESULTS / "recipe_quality.json").read_text(encoding="utf-8"))["captures"]
    measures = {
        "tails_db": "error in noise tails",
        "decays_db": "error in decays",
        "aliasing_db": "aliasing (median ASR)",
        "offset_db": "DC at rest",
    }
    yield "## Quiet passages, aliasing, offset\n"
    yield "The same captures, Full, as `triode compare` measures them, in dB: the reference recipe,"
    yield "then the medians of the seeds of `a2` and of `a2-smooth`. Errors are relative to what"
    yield "the gear plays there. `python benchmarks/recipe_quality.py PAIRS WORK` measures them"
    yield "anew.\n"
    lines = []
    differences = {name: {key: list[float]() for key in measures} for name in (OURS, SMOOTH)}
    for gear in dict.fromkeys(row["gear"] for row in rows):
        cells = []
        for key in measures:
            medians = {
                name: statistics.median(
                    row[key]
                    for row in rows
                    if (row["gear"], row["size"], row["name"]) == (gear, "full", name)
                )
                for name in (REFERENCE, OURS, SMOOTH)
            }
            cells.append(" / ".join(f"{value:.1f}" for value in medians.values()))
            for name in differences:
                differences[name][key].append(medians[name] - medians[REFERENCE])
        lines.append((gear, *cells))
    for name, of_name in differences.items():
        middle = (f"{statistics.median(values):+.1f}" for values in of_name.values())
        lines.append((f"median difference, {STEPS.get(name, '`a2-smooth`')}", *middle))
    yield from table(("gear", *measures.values()), lines)


def _beside(reference: Curves, ours: Curves) -> Iterator[str]:
    for size in SIZES:
        yield _number(reference.end(size))
        yield _spread(ours, size)


def _spread(curves: Curves, size: str) -> str:
    """The median of the ends, and the lowest and the highest."""
    lowest, highest = (_number(end(curves.ends(size))) for end in (min, max))
    return f"{_number(curves.end(size))} ({lowest} to {highest})"


def _as_soon(reference: Curves, other: Curves) -> Iterator[str]:
    """Both after the epochs that `other` had."""
    epochs = len(other.esr[SIZES[0]][0])
    yield str(epochs)
    for size in SIZES:
        yield _number(reference.after(epochs, size))
        yield _number(other.end(size))


def _steps(runs: dict[str, dict[str, Curves]]) -> Iterator[tuple[str, ...]]:
    for one in runs["before"]:
        for size in SIZES:
            found = (runs[name].get(one) for name in STEPS)
            yield one, size.title(), *(_number(some.end(size)) if some else "" for some in found)


def _changes(runs: dict[str, dict[str, Curves]]) -> Iterator[str]:
    unchanged = runs.get(UNCHANGED, {})
    places = [(one, size) for one in unchanged for size in SIZES]
    rows = []
    for name, label in LABELS.items():
        if not unchanged or not all(one in runs.get(name, {}) for one in unchanged):
            continue
        for number in range(len(next(iter(runs[name].values())).esr[SIZES[0]])):
            cells, ratios = [], []
            for one, size in places:
                esr = min(runs[name][one].esr[size][number])
                ratios.append(esr / unchanged[one].end(size))
                cells.append(f"{_number(esr)} ({ratios[-1]:.2f})")
            rows.append((label, *cells, f"{statistics.geometric_mean(ratios):.2f}"))
    heads = (f"{one}, {size.title()}" for one, size in places)
    yield from table(("change", *heads, "mean"), rows)


@dataclass(frozen=True, kw_only=True)
class _Costs:
    """Seconds that both trainers take for a window of 8,192 outputs, in their recipes' steps."""

    theirs: float
    ours: float
    windows: int
    machine: str


def _costs() -> _Costs:
    result = json.loads((RESULTS / "training.json").read_text(encoding="utf-8"))
    details: dict[str, Any] = next(
        one["details"] for one in result["figures"] if "epoch" in one["what"]
    )
    own = details["own"]
    return _Costs(
        theirs=details["layouts"]["16 x 8192"]["theirs_ms"] / 1e3 / REFERENCE_WINDOWS,
        ours=own["ours_ms"] / 1e3 / own["windows"],
        windows=own["windows"],
        machine=result["machine"]["cpu"],
    )


def _curves() -> dict[str, dict[str, Curves]]:
    """By run and gear, in the order in which they were made."""
    found: dict[str, dict[str, Curves]] = {}
    lines = (RESULTS / "recipe_runs.jsonl").read_text(encoding="utf-8").splitlines()
    for run in map(json.loads, lines):
        by_gear = found.setdefault(run["name"], {})
        curves = by_gear.setdefault(
            run["gear"], Curves({size: [] for size in SIZES}, run["steps_per_epoch"])
        )
        for size in SIZES:
            curves.esr[size].append(run["esr"][size])
    return found


def _number(value: float) -> str:
    return f"{value:.2g}" if value >= 1e-4 else f"{value:.1e}".replace("e-0", "e-")


def _times(value: float) -> str:
    return f"{value:.0f}" if value >= 10.0 else f"{value:.1f}"
