"""Single functions of the statistics against known values and known truths."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from triode.errors import StudyError
from triode.study import Cost
from triode.study.statistics import (
    AtCost,
    Interval,
    at_cost,
    bca_interval,
    detectable_effect,
    holm,
    metric_of,
    sign_flip_p,
    t_interval,
)
from triode.study.statistics.words import change_text, interval_text

P_VALUES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12)


def test_holm_gives_the_textbook_values() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


@given(P_VALUES)
def test_holm_lies_between_none_and_bonferroni_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    for raw, value in zip(p_values, adjusted, strict=True):
        assert raw <= value <= min(1.0, len(p_values) * raw)
    ranked = [value for _, value in sorted(zip(p_values, adjusted, strict=True))]
    assert ranked == sorted(ranked)


def test_the_sign_flip_test_tries_every_pattern() -> None:
    differences = np.array([0.3, -0.1, 0.25, 0.4, 0.2, -0.05, 0.5])
    means = [
        np.mean(differences * signs)
        for signs in itertools.product((1, -1), repeat=len(differences))
    ]
    counted = np.mean(np.abs(means) >= np.mean(differences) - 1e-12)
    assert sign_flip_p(differences) == pytest.approx(counted, rel=1e-12)


def test_the_sign_flip_test_never_claims_more_than_its_patterns_allow() -> None:
    assert sign_flip_p(np.full(14, -0.1)) == pytest.approx(2 / 2**14)
    assert sign_flip_p(np.array([0.2])) == 1.0
    # Random patterns, since 2**20 are too many: the seed decides, and always alike.
    many = np.random.default_rng(1).normal(0.05, 0.1, 20)
    assert sign_flip_p(many) == sign_flip_p(many)
    assert sign_flip_p(many) == pytest.approx(ttest_1samp(many, 0.0).pvalue, abs=0.01)


def test_a_null_value_moves_the_test() -> None:
    differences = np.array([0.3, 0.1, 0.25, 0.4, 0.2, 0.05, 0.5])
    assert sign_flip_p(differences, 0.26) > 0.5 > sign_flip_p(differences)


def test_the_t_interval_is_scipys_without_shared_errors() -> None:
    differences = np.random.default_rng(3).normal(-0.1, 0.2, 14)
    expected = ttest_1samp(differences, 0.0).confidence_interval(0.95)
    found = t_interval(differences)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_an_error_that_all_gear_shares_widens_the_interval() -> None:
    differences = np.random.default_rng(3).normal(-0.1, 0.02, 14)
    plain, wide = t_interval(differences), t_interval(differences, shared_variance=0.05**2)
    # The shared deviation of 0.05 rules: 1.96 of it and a little more on either side.
    assert wide.high - wide.low == pytest.approx(2 * 1.96 * 0.05, rel=0.03)
    assert wide.high - wide.low > 4 * (plain.high - plain.low)
    alone = t_interval(np.full(5, 0.1), shared_variance=0.05**2)
    assert alone.high == pytest.approx(0.1 + 1.95996 * 0.05, rel=1e-4)


def test_intervals_of_hardly_any_gear_say_nothing() -> None:
    assert t_interval(np.array([0.1])).low == -math.inf
    assert bca_interval(np.array([0.1, 0.2, 0.3])) is None
    assert t_interval(np.full(5, 0.1)) == Interval(low=0.1, high=0.1, level=0.95)
    assert bca_interval(np.full(5, 0.1)) == Interval(low=0.1, high=0.1, level=0.95)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    """Normal spread, 14 pieces: 95 % of 400 t-intervals, within three binomial deviations."""
    generator = np.random.default_rng(11)
    samples = generator.normal(0.2, 0.3, (400, 14))
    covered = sum(one.low <= 0.2 <= one.high for one in map(t_interval, samples))
    assert abs(covered / 400 - 0.95) < 3 * math.sqrt(0.95 * 0.05 / 400)
    # The bootstrap's is known to be a little narrow with so few; the benchmark says how much.
    few = sum(one.low <= 0.2 <= one.high for one in map(bca_interval, samples[:60]) if one)
    assert few >= 48


def test_the_detectable_effect_is_found_four_times_out_of_five() -> None:
    effect = detectable_effect(0.2, 14)
    samples = np.random.default_rng(5).normal(effect, 0.2, (2000, 14))
    found = np.mean(ttest_1samp(samples, 0.0, axis=1).pvalue < 0.05)
    assert found == pytest.approx(0.8, abs=0.03)  # three binomial deviations
    assert detectable_effect(0.2, 14, level=0.005) > effect > detectable_effect(0.2, 40)
    assert detectable_effect(0.2, 1) == math.inf


def cost(ns_per_sample: float, spread: float = 0.0) -> Cost:
    return Cost(
        engine="host-c",
        ns_per_sample=ns_per_sample,
        quartiles=(ns_per_sample * (1 - spread), ns_per_sample * (1 + spread)),
        peak_share=None,
        block=64,
    )


def test_a_power_law_is_interpolated_exactly() -> None:
    prices = [40.0, 20.0, 10.0]
    hardness = np.array([-3.0, -5.0])
    logs = np.array([[one - 0.7 * math.log(price) for one in hardness] for price in prices])
    found = at_cost([cost(price) for price in prices], logs, 25.0)
    assert found.logs == pytest.approx(hardness - 0.7 * math.log(25.0))
    assert found.slope == pytest.approx(-0.7)
    assert found.shared_variance == pytest.approx(0.0, abs=1e-20)


def test_costs_that_were_read_badly_make_the_answer_less_sure() -> None:
    """Against the spread of answers when the readings themselves are drawn anew."""
    prices = np.array([10.0, 20.0, 40.0])
    logs = (-0.7 * np.log(prices))[:, np.newaxis]
    spread = 0.04
    said = at_cost([cost(one, spread) for one in prices], logs, 25.0).cost_deviation
    generator = np.random.default_rng(2)
    read = [
        at_cost(
            [cost(one) for one in prices * np.exp(generator.normal(0, spread * 2 / 1.349, 3))],
            logs,
            25.0,
        ).logs[0]
        for _ in range(2000)
    ]
    assert said == pytest.approx(np.std(read), rel=0.1)


def test_a_bend_that_all_gear_shares_is_followed_exactly() -> None:
    prices = [10.0, 20.0, 40.0, 90.0]
    hardness, slopes = np.array([-3.0, -5.0]), np.array([-1.0, -2.0])
    truth = [hardness + slopes * one + 0.6 * one**2 for one in np.log([*prices, 25.0])]
    found = at_cost([cost(one) for one in prices], np.array(truth[:-1]), 25.0)
    assert found.logs == pytest.approx(truth[-1])
    assert found.slope == pytest.approx(slopes.mean() + 1.2 * math.log(25.0))
    assert found.bend_deviation == pytest.approx(0.0, abs=1e-9)


def test_the_bend_is_as_unsure_as_it_says() -> None:
    """Against the spread of answers when all trainings are drawn anew, amid the widths."""
    generator = np.random.default_rng(4)
    prices, pieces = [10.0, 20.0, 40.0], 14
    said, seen, lines_alone = [], [], []
    for _ in range(1000):
        logs = generator.normal(0.0, 0.3, (len(prices), pieces))
        found = at_cost([cost(one) for one in prices], logs, 20.0)
        lines_alone.append(np.var(found.logs, ddof=1) / pieces)
        said.append(lines_alone[-1] + found.bend_deviation**2)
        seen.append(np.mean(found.logs))
    assert np.mean(said) == pytest.approx(np.var(seen), rel=0.1)
    assert np.mean(lines_alone) < 0.9 * np.var(seen)


def test_arms_on_one_curve_are_alike_wherever_their_widths_lie() -> None:
    """The bend, the noise and the places are those of networks around A2 Lite."""
    generator = np.random.default_rng(3)
    target, pieces, repeats = 38.7, 14, 400
    arms = [34.0, 63.1, 96.1], [25.0, 38.7, 56.2, 106.4]

    def read(prices: list[float]) -> AtCost:
        place = np.log(np.array(prices) / target)[:, np.newaxis]
        logs = place**2 - 2.0 * place + generator.normal(0.0, 0.3, (len(prices), pieces))
        return at_cost([cost(one) for one in prices], logs, target)

    means, held = [], 0
    for _ in range(repeats):
        one, other = (read(prices) for prices in arms)
        shared = one.shared_variance + other.shared_variance
        interval = t_interval(one.logs - other.logs, 0.95, shared)
        held += interval.low <= 0.0 <= interval.high
        means.append(float(np.mean(one.logs - other.logs)))
    assert abs(np.mean(means)) < 0.02
    assert 0.92 < held / repeats <= 1.0


@pytest.mark.parametrize(
    ("prices", "target"),
    [([10.0, 20.0], 15.0), ([10.0, 20.0, 40.0], 41.0), ([10.0, 20.0, 20.0], 15.0)],
)
def test_widths_that_do_not_bracket_the_cost_are_refused(
    prices: list[float], target: float
) -> None:
    with pytest.raises(StudyError, match="do not bracket") as caught:
        at_cost([cost(one) for one in prices], np.zeros((len(prices), 3)), target)
    assert "host-c" in str(caught.value)


def test_changes_read_as_people_say_them() -> None:
    esr, aliasing = metric_of("esr"), metric_of("asr_db")
    assert change_text(math.log(0.92), esr) == "8.0\xa0% lower"
    assert change_text(math.log(1.5), esr) == "50\xa0% higher"
    assert change_text(aliasing.log(-1.2), aliasing) == "1.2\xa0dB lower"
    both = Interval(low=math.log(0.87), high=math.log(0.97), level=0.95)
    assert interval_text(both, esr, -0.1) == "3.0\u202613\xa0%"
    across = Interval(low=math.log(0.87), high=math.log(1.02), level=0.95)
    assert interval_text(across, esr, -0.1) == "2.0\xa0% higher to 13\xa0% lower"
    nothing = Interval(low=-math.inf, high=math.inf, level=0.95)
    assert "so few" in interval_text(nothing, esr, 0.0)
