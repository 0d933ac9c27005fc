"""Means of listeners by gear: tests, intervals and power against known answers."""

import math
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import binom, ttest_1samp

from triode.listening.analysis.components import Components, components_of, mean_test
from triode.listening.analysis.discrimination import needed_right
from triode.listening.analysis.power import Sizes, chance_to_find, power_of
from triode.listening.analysis.resampling import Resampler
from triode.listening.analysis.strengths import bradley_terry
from triode.listening.analysis.tables import Table
from triode.listening.sequential import Sequential, decide, decide_course, error_rates
from triode.study.statistics.holm import holm


def table(values: np.ndarray) -> Table:
    listeners, gear = values.shape
    return Table(
        listeners=tuple(range(listeners)),
        gear=tuple(f"g{one}" for one in range(gear)),
        values=values,
    )


def drawn(parts: Components, listeners: int, gear: int, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return (
        generator.normal(0.0, math.sqrt(parts.listeners), (listeners, 1))
        + generator.normal(0.0, math.sqrt(parts.gear), (1, gear))
        + generator.normal(0.0, math.sqrt(parts.rest), (listeners, gear))
    )


def test_with_one_piece_of_gear_it_is_students_test() -> None:
    values = np.random.default_rng(0).normal(0.4, 1.0, (12, 1))
    expected = ttest_1samp(values[:, 0], 0.0)
    found = mean_test(table(values))
    assert found.p_value == pytest.approx(expected.pvalue)
    assert found.interval() == pytest.approx(tuple(expected.confidence_interval()))


def test_two_way_mean_squares_by_hand() -> None:
    values = np.array([[0.0, 4.0], [2.0, 6.0]])
    found = mean_test(table(values))
    assert found.mean == 3.0
    # MS rows 4, MS columns 16 over four cells: both together, rows alone, columns alone.
    errors = [error for error, _ in found.errors]
    assert errors == pytest.approx([math.sqrt(5.0), 1.0, 2.0])
    assert [freedom for _, freedom in found.errors[1:]] == [1.0, 1.0]
    assert found.freedom == pytest.approx(20.0**2 / (4.0**2 + 16.0**2))
    assert components_of(table(values)) == Components(listeners=2.0, gear=8.0, rest=0.0)


def test_variances_are_found_again() -> None:
    parts = Components(listeners=4.0, gear=9.0, rest=1.0)
    found = [components_of(table(drawn(parts, 20, 15, seed))) for seed in range(100)]
    for name in ("listeners", "gear", "rest"):
        mean = np.mean([getattr(one, name) for one in found])
        # The relative deviation of a variance of 14 degrees of freedom is 0.38; of 100 means 0.04.
        assert mean == pytest.approx(getattr(parts, name), rel=0.15)


def test_intervals_cover_and_pooling_does_not() -> None:
    parts = Components(listeners=0.1, gear=1.0, rest=1.0)
    held = {"student": 0, "bootstrap": 0, "pooled": 0}
    for seed in range(300):
        values = drawn(parts, 15, 6, seed)
        one = table(values)
        intervals = {
            "student": mean_test(one).interval(),
            "bootstrap": Resampler(15, 6, seed=seed, draws=400).interval(one),
            "pooled": (
                values.mean() - 1.96 * values.std(ddof=1) / math.sqrt(values.size),
                values.mean() + 1.96 * values.std(ddof=1) / math.sqrt(values.size),
            ),
        }
        for name, (low, high) in intervals.items():
            held[name] += low <= 0.0 <= high
    # Of 300 at 95 %: 285 expected, a deviation of 4.
    assert held["student"] > 271
    assert held["bootstrap"] > 265
    assert held["pooled"] < 200


def test_many_equal_systems_on_little_gear_are_not_told_apart() -> None:
    parts = Components(listeners=0.5, gear=0.5, rest=0.5)
    found = {"after holm": 0, "uncorrected": 0}
    for seed in range(150):
        systems = [drawn(parts, 20, 3, 1000 * seed + one) for one in range(5)]
        p_values = [
            mean_test(table(one - other)).p_value for one, other in combinations(systems, 2)
        ]
        found["after holm"] += min(holm(p_values)) <= 0.05
        found["uncorrected"] += min(p_values) <= 0.05
    # Of 150 at 5 %: 7.5 expected at most, a deviation of 2.7.
    assert found["after holm"] < 16
    assert found["uncorrected"] > 30


def test_missing_answers_are_left_out_of_the_mean() -> None:
    values = np.array([[1.0, 3.0], [2.0, np.nan], [3.0, 5.0]])
    assert mean_test(table(values)).mean == pytest.approx(14.0 / 5.0)
    draws = Resampler(3, 2).means(table(values))
    assert np.nanmin(draws) >= 1.0
    assert np.nanmax(draws) <= 5.0


def test_a_single_answer_says_nothing_about_others() -> None:
    one = table(np.array([[2.0]]))
    assert mean_test(one).interval() == (-math.inf, math.inf)
    assert mean_test(one).p_value == 1.0
    assert Resampler(1, 1).interval(one) == (-math.inf, math.inf)


def test_power_is_that_of_the_t_test_where_gear_does_not_differ() -> None:
    from statsmodels.stats.power import TTestPower

    parts = Components(listeners=1.0, gear=0.0, rest=0.0)
    told = chance_to_find(parts, Sizes(listeners=16, gear=1), 0.8, 0.05)
    assert told == pytest.approx(TTestPower().power(0.8, 16, 0.05), abs=1e-3)


def test_what_it_takes_is_enough_and_one_less_is_not() -> None:
    parts = Components(listeners=20.0, gear=30.0, rest=60.0)
    power = power_of(parts, Sizes(listeners=8, gear=4), 10.0)
    assert power.now < 0.8
    for number, sizes in (
        (power.more_listeners, lambda one: Sizes(listeners=one, gear=4)),
        (power.more_gear, lambda one: Sizes(listeners=8, gear=one)),
    ):
        if number is not None:
            assert chance_to_find(parts, sizes(number), 10.0, 0.05) >= 0.8
            assert chance_to_find(parts, sizes(number - 1), 10.0, 0.05) < 0.8
    assert power.more_gear is not None


def test_listeners_alone_cannot_make_up_for_gear_that_differs() -> None:
    parts = Components(listeners=1.0, gear=400.0, rest=10.0)
    power = power_of(parts, Sizes(listeners=10, gear=3), 5.0)
    assert power.more_listeners is None
    assert power.more_gear is not None
    alone = power_of(parts, Sizes(listeners=10, gear=1), 5.0)
    assert alone.more_gear is None


@pytest.mark.parametrize(("trials", "needed"), [(10, 9), (16, 12), (25, 18), (5, 5), (4, 5)])
def test_right_answers_that_are_needed(trials: int, needed: int) -> None:
    assert needed_right(trials, 0.05) == needed
    assert binom.sf(needed - 1, trials, 0.5) <= 0.05


def test_the_sequential_rule_keeps_its_errors() -> None:
    rule = Sequential(alpha=0.05, beta=0.1, hears=0.75)
    rates = error_rates(rule, 60)
    assert rates.false_findings <= rule.alpha
    assert rates.misses <= rule.beta + 0.01
    generator = np.random.default_rng(0)
    for chance, expected in ((0.5, rates.false_findings), (0.75, 1.0 - rates.misses)):
        heard = 0
        for _ in range(2000):
            right = 0
            for trial in range(1, 61):
                right += int(generator.random() < chance)
                decision = decide(rule, right, trial)
                if decision != "undecided":
                    break
            heard += decision == "heard"
        # A deviation of 0.007 at most.
        assert heard / 2000 == pytest.approx(expected, abs=0.03)


def test_answers_after_the_decision_do_not_count() -> None:
    rule = Sequential()
    heard = [True] * 8
    assert decide_course(rule, heard) == ("heard", 8, 8)
    assert decide_course(rule, [*heard, *[False] * 9]) == ("heard", 8, 8)
    assert decide_course(rule, [*heard[:7], False, True]) == ("undecided", 8, 9)
    assert decide_course(rule, []) == ("undecided", 0, 0)


def test_short_sequences_add_misses_and_no_false_findings() -> None:
    rule = Sequential()
    assert error_rates(rule, 16).false_findings < error_rates(rule, 60).false_findings
    assert error_rates(rule, 16).misses > 0.4


def test_strengths_are_the_odds_of_winning() -> None:
    true = np.array([1.0, 0.0, -1.0])
    odds = 1.0 / (1.0 + np.exp(true[None, :] - true[:, None]))
    wins = 1000.0 * odds * (1.0 - np.eye(3))
    assert bradley_terry(wins) == pytest.approx(true, abs=1e-3)
