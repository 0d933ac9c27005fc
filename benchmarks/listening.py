"""What the statistics of listening tests are worth, found out with simulated listeners.

    python benchmarks/listening.py

Listeners and gear with known effects are drawn anew for every test: how often intervals cover the
truth, how often tests find what is not there, whether the power told is the power had, whom the
screening rules catch, and what fixed and sequential ABX tests decide.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from machine import write_result

from triode.listening import REFERENCE, Manifest, Plan, PreparedTest, Session, Stimulus
from triode.listening.analysis.components import Components, mean_test
from triode.listening.analysis.discrimination import needed_right
from triode.listening.analysis.mixed import mixed_model
from triode.listening.analysis.power import Sizes, chance_to_find
from triode.listening.analysis.resampling import Resampler
from triode.listening.analysis.rows import Row, rows_of
from triode.listening.analysis.screening import screen
from triode.listening.analysis.tables import Table
from triode.listening.answer import answer_of
from triode.listening.sequential import Sequential, decide, error_rates
from triode.listening.simulated import Honesty, Listener, Truth, abx_chance, answer_page
from triode.listening.store import StoredAnswer
from triode.study.statistics.holm import holm

__all__ = ["coverage", "false_findings", "fixed_abx", "power", "screening", "sequential_abx"]

SIZES = ((10, 1), (10, 2), (20, 3), (20, 5), (20, 8), (20, 12), (40, 5))
SYSTEMS = 5
SOURCES = {
    "listeners": Components(listeners=1.0, gear=0.0, rest=1.0),
    "gear": Components(listeners=0.1, gear=1.0, rest=1.0),
    "both": Components(listeners=1.0, gear=1.0, rest=1.0),
}
KINDS: dict[str, tuple[Honesty, float, float]] = {
    "careful": ("listens", 3.0, 0.0),
    "average": ("listens", 6.0, 0.02),
    "hard of hearing": ("listens", 15.0, 0.05),
    "guesses": ("guesses", 6.0, 0.0),
    "rates all high": ("all high", 6.0, 0.0),
    "same every time": ("fixed", 6.0, 0.0),
}
QUALITY = {"full": 92.0, "lite": 82.0, "static": 55.0, "lowpass-7000": 70.0, "lowpass-3500": 25.0}

TABLES = {
    "coverage": {
        "heading": "Intervals that hold the truth",
        "text": (
            "Intervals of 95 %. Listeners or gear or both differ by a deviation of 1 (gear "
            "alone: listeners by 0.3), and so does the rest. Pooled: as if every judgement "
            "were independent."
        ),
        "columns": [
            "source/differs/s",
            "listeners//d",
            "gear//d",
            "tests//,d",
            "student_coverage/Student/%",
            "bootstrap_coverage/bootstrap/%",
            "pooled_coverage/pooled/%",
            "student_width/width Student/.2f",
            "bootstrap_width/width bootstrap/.2f",
            "pooled_width/width pooled/.2f",
        ],
    },
    "false_findings": {
        "heading": "Differences that are not there",
        "text": (
            "Five systems, equally good over all gear but not on each piece or to each "
            "listener: how often a test at 5 % finds one given pair to differ, or any of ten,"
            " or any after Holm."
        ),
        "columns": [
            "listeners//d",
            "gear//d",
            "tests//,d",
            "one_pair/one pair/%",
            "any_pair/any pair/%",
            "any_pair_after_holm/any pair after Holm/%",
        ],
    },
    "power": {
        "heading": "The power that is told",
        "text": (
            "How often a true difference of 1 is found, and the chance told for these variances."
        ),
        "columns": [
            "source/differs/s",
            "listeners//d",
            "gear//d",
            "tests//,d",
            "told//%",
            "found//%",
        ],
    },
    "mixed": {
        "heading": "The mixed model's own test",
        "text": (
            "Two equally good systems: how often Wald's test of the mixed model finds a "
            "difference at 5 %, and how often the contrast does that decides here."
        ),
        "columns": [
            "listeners//d",
            "gear//d",
            "tests//,d",
            "wald/mixed model/%",
            "contrast//%",
        ],
    },
    "screening": {
        "heading": "Whom the MUSHRA rules leave out",
        "text": (
            "Systems at 92, 82, 70 (the mid anchor), 55 and 25 points. Error: the deviation "
            "of what is heard, in points. Lapse: how often a page is answered by chance."
        ),
        "columns": [
            "kind/listener/s",
            "error//g",
            "lapse//%",
            "trials//d",
            "mid_anchor/mid anchor screened/s",
            "tests/drawn/,d",
            "left_out/left out/%",
        ],
    },
    "fixed_abx": {
        "heading": "ABX with a fixed number of trials",
        "text": (
            "Differences in units of the listener's own error; heard: exact binomial test at 5 %."
        ),
        "columns": [
            "trials//d",
            "needed/right needed/d",
            "difference//g",
            "right_share/right on average/%",
            "tests//,d",
            "heard//%",
        ],
    },
    "sequential_abx": {
        "heading": "ABX that stops by itself",
        "text": (
            "The default rule: alpha 5 %, beta 10 % for someone who is right 75 % of the time."
        ),
        "columns": [
            "most_trials/most trials/d",
            "right_share/right on average/%",
            "tests//,d",
            "heard//%",
            "heard_computed/heard as computed/%",
            "trials/trials used/.1f",
            "trials_computed/as computed/.1f",
        ],
    },
}
"""How the results are shown in docs: columns are key in a row, heading if another, format."""

Float64Array = npt.NDArray[np.float64]


def drawn(
    generator: np.random.Generator, parts: Components, listeners: int, gear: int, mean: float = 0.0
) -> Float64Array:
    """Values of listeners by gear with these variances."""
    return np.asarray(
        mean
        + generator.normal(0.0, np.sqrt(parts.listeners), (listeners, 1))
        + generator.normal(0.0, np.sqrt(parts.gear), (1, gear))
        + generator.normal(0.0, np.sqrt(parts.rest), (listeners, gear))
    )


def table(values: Float64Array) -> Table:
    """The values as a table."""
    listeners, gear = values.shape
    return Table(
        listeners=tuple(range(listeners)),
        gear=tuple(f"gear-{one:02d}" for one in range(gear)),
        values=values,
    )


def coverage(source: str, listeners: int, gear: int, tests: int) -> dict[str, Any]:
    """How often 95 % intervals hold a true mean of zero.

    With one piece of gear its own effect is part of the truth: nothing is known about others.
    """
    generator = np.random.default_rng([listeners, gear, list(SOURCES).index(source)])
    parts = SOURCES[source]
    if gear == 1:
        parts = Components(listeners=parts.listeners, gear=0.0, rest=parts.rest)
    held: dict[str, list[tuple[bool, float]]] = {"bootstrap": [], "student": [], "pooled": []}
    for number in range(tests):
        values = drawn(generator, parts, listeners, gear)
        one = table(values)
        pooled = 1.96 * values.std(ddof=1) / np.sqrt(values.size)
        intervals = {
            "bootstrap": Resampler(listeners, gear, seed=number, draws=1000).interval(one),
            "student": mean_test(one).interval(),
            "pooled": (values.mean() - pooled, values.mean() + pooled),
        }
        for name, (low, high) in intervals.items():
            held[name].append((low <= 0.0 <= high, high - low))
    found: dict[str, Any] = {"source": source, "listeners": listeners, "gear": gear, "tests": tests}
    for name, results in held.items():
        found[f"{name}_coverage"] = float(np.mean([one for one, _ in results]))
        found[f"{name}_width"] = float(np.median([one for _, one in results]))
    return found


def false_findings(listeners: int, gear: int, systems: int, tests: int) -> dict[str, Any]:
    """How often any of all pairs of equal systems is said to differ, before and after Holm."""
    generator = np.random.default_rng([listeners, gear, systems])
    parts = Components(listeners=0.5, gear=0.5, rest=0.5)
    single, plain, adjusted = [], [], []
    for _ in range(tests):
        values = [drawn(generator, parts, listeners, gear) for _ in range(systems)]
        p_values = [
            mean_test(table(values[a] - values[b])).p_value
            for a in range(systems)
            for b in range(a)
        ]
        single.append(p_values[0] <= 0.05)
        plain.append(min(p_values) <= 0.05)
        adjusted.append(min(holm(p_values)) <= 0.05)
    return {
        "listeners": listeners,
        "gear": gear,
        "systems": systems,
        "tests": tests,
        "one_pair": float(np.mean(single)),
        "any_pair": float(np.mean(plain)),
        "any_pair_after_holm": float(np.mean(adjusted)),
    }


def power(source: str, listeners: int, gear: int, tests: int) -> dict[str, Any]:
    """The power that is told for known variances, and how often the difference is found."""
    generator = np.random.default_rng([listeners, gear, 7])
    parts = SOURCES[source]
    difference = 1.0
    found = [
        mean_test(table(drawn(generator, parts, listeners, gear, difference))) for _ in range(tests)
    ]
    return {
        "source": source,
        "listeners": listeners,
        "gear": gear,
        "tests": tests,
        "told": chance_to_find(parts, Sizes(listeners=listeners, gear=gear), difference, 0.05),
        "found": float(np.mean([one.p_value <= 0.05 and one.mean > 0.0 for one in found])),
    }


def mixed_errors(listeners: int, gear: int, tests: int) -> dict[str, Any]:
    """How often Wald's test of the mixed model finds a difference that is not there."""
    generator = np.random.default_rng([listeners, gear, 11])
    parts = Components(listeners=0.5, gear=0.5, rest=0.5)
    wald, crossed, failed = [], [], 0
    for _ in range(tests):
        first, second = (drawn(generator, parts, listeners, gear) for _ in range(2))
        rows = [
            Row(listener=a, page=0, gear=f"g{b}", clip="", system=name, value=float(values[a, b]))
            for name, values in (("one", first), ("two", second))
            for a in range(listeners)
            for b in range(gear)
        ]
        model = mixed_model(rows)
        if not model.means:
            failed += 1
            continue
        ratio = abs(model.means["two"] - model.means["one"]) / model.errors["two"]
        wald.append(ratio > 1.96)
        crossed.append(mean_test(table(second - first)).p_value <= 0.05)
    return {
        "listeners": listeners,
        "gear": gear,
        "tests": tests,
        "failed": failed,
        "wald": float(np.mean(wald)),
        "contrast": float(np.mean(crossed)),
    }


def in_memory(design: str, gear: int, clips: int, **more: Any) -> PreparedTest:
    """A test without sounds."""
    document = {
        "name": "simulated",
        "title": "Simulated",
        "design": design,
        "gear": [{"name": f"g{one}", "dry": "d", "wet": "w"} for one in range(gear)],
        "systems": [
            {"name": one, "anchor": one} if one.startswith("low") else {"name": one, "model": one}
            for one in QUALITY
        ],
        "clips": [
            {"name": f"c{one}", "start_seconds": 0.0, "seconds": 5.0} for one in range(clips)
        ],
        "training_pages": 0,
        **more,
    }
    plan = Plan.of(document, "simulated")
    stimuli = tuple(
        Stimulus(
            gear=one.name,
            clip=clip.name,
            system=system,
            file="",
            sha256="",
            gain_db=0.0,
            moved_samples=0.0,
            loudness_lufs=None,
            peak_dbfs=0.0,
            noise_floor_dbfs=-90.0,
            measures={},
        )
        for one in plan.gear
        for clip in plan.clips
        for system in (REFERENCE, *QUALITY)
    )
    manifest = Manifest(
        plan=plan,
        sources={},
        rate_hz=48000,
        loudness_lufs=-23.0,
        stimuli=stimuli,
        cues=(),
        facts={},
        triode="",
    )
    return PreparedTest(Path(), manifest, "")


def screening(kind: str, trials: int, mid_anchor: str | None, tests: int) -> dict[str, Any]:
    """How often a listener of this kind is left out of a MUSHRA test of so many trials."""
    honesty, error, lapse = KINDS[kind]
    rule = {} if mid_anchor is None else {"mid_anchor": mid_anchor}
    test = in_memory("mushra", trials // 2, 2, mushra=rule)
    generator = np.random.default_rng([trials, list(KINDS).index(kind)])
    truth = Truth(
        quality={(one, f"g{g}"): QUALITY[one] for one in QUALITY for g in range(trials // 2)}
    )
    out = 0
    for number in range(tests):
        listener = Listener(error=error, taste={}, lapse=lapse, honesty=honesty)
        answers = [
            StoredAnswer(
                number=number,
                page=page.index,
                answer=answer_of(page, answer_page(page, truth, listener, generator)),
                given="",
            )
            for page in Session.of(test, number).pages
        ]
        out += len(screen(test.plan, rows_of(test, answers)))
    return {
        "kind": kind,
        "error": error,
        "lapse": lapse,
        "trials": trials,
        "mid_anchor": mid_anchor,
        "tests": tests,
        "left_out": out / tests,
    }


def fixed_abx(trials: int, difference: float, tests: int) -> dict[str, Any]:
    """How often a listener is said to hear a difference of so many of their own errors."""
    generator = np.random.default_rng([trials, round(100 * difference)])
    chance = abx_chance(difference, 1.0)
    needed = needed_right(trials, 0.05)
    right = generator.binomial(trials, chance, tests)
    return {
        "trials": trials,
        "difference": difference,
        "right_share": chance,
        "needed": needed,
        "tests": tests,
        "heard": float(np.mean(right >= needed)),
    }


def sequential_abx(most: int, chance: float, tests: int) -> dict[str, Any]:
    """What the sequential rule decides for someone who is right so often, drawn and computed."""
    rule = Sequential()
    generator = np.random.default_rng([most, round(1000 * chance)])
    heard, used = 0, 0
    for _ in range(tests):
        right = 0
        for trial in range(1, most + 1):
            right += int(generator.random() < chance)
            decision = decide(rule, right, trial)
            if decision != "undecided":
                break
        heard += decision == "heard"
        used += trial
    exact = error_rates(rule, most)
    computed = {0.5: (exact.false_findings, exact.trials_guessing)}
    computed[rule.hears] = (1.0 - exact.misses, exact.trials_hearing)
    known = computed.get(chance)
    return {
        "most_trials": most,
        "right_share": chance,
        "tests": tests,
        "heard": heard / tests,
        "trials": used / tests,
        "heard_computed": None if known is None else known[0],
        "trials_computed": None if known is None else known[1],
    }


def main() -> None:
    """Draw, count, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=int, default=2000, help="drawn for each row")
    parser.add_argument("--slow-tests", type=int, default=200, help="the same where a fit is slow")
    given = parser.parse_args()
    some, few = given.tests, given.slow_tests
    several = [one for one in SIZES if one[1] > 1]
    parts: dict[str, Iterator[dict[str, Any]]] = {
        "coverage": (coverage(source, *size, some) for source in SOURCES for size in SIZES),
        "false_findings": (false_findings(*size, SYSTEMS, some) for size in several),
        "power": (power(source, *size, some) for source in SOURCES for size in several),
        "screening": (
            screening(kind, trials, anchor, max(few, some // 4))
            for anchor in (None, "lowpass-7000")
            for trials in (4, 8, 16)
            for kind in KINDS
        ),
        "fixed_abx": (
            fixed_abx(trials, difference, 10 * some)
            for trials in (10, 16, 25)
            for difference in (0.0, 1.0, 2.0, 3.0)
        ),
        "sequential_abx": (
            sequential_abx(most, chance, some)
            for most in (16, 25, 40)
            for chance in (0.5, 0.6, 0.75, 0.9)
        ),
        "mixed": (mixed_errors(*size, few) for size in ((20, 3), (20, 5), (20, 12))),
    }
    figures: dict[str, list[dict[str, Any]]] = {}
    for name, rows in parts.items():
        figures[name] = []
        for row in rows:
            print(name, row, flush=True)
            figures[name].append(row)
    write_result("listening", {"level": 0.95, "tables": TABLES, **figures})


if __name__ == "__main__":
    main()
