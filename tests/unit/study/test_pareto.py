"""The front over measured cost."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triode.study import Cost
from triode.study.counting import misrankings, rank_agreement
from triode.study.pareto import Point, hypervolume, on_front, points
from triode.study.statistics import cost_on, metric_of, results
from unit.study.made import GEAR, candidate, trials


def point(name: str, price: float, value: float, macs: int = 1) -> Point:
    cost = Cost(
        engine="host-c",
        ns_per_sample=price,
        quartiles=(price * 0.99, price * 1.01),
        peak_share=None,
        block=64,
    )
    return Point(
        candidate=name,
        cost=cost,
        log=math.log(value),
        value=value,
        gear=3,
        diverged=0,
        epochs=10,
        macs=macs,
    )


FEW = st.lists(
    st.tuples(st.integers(1, 6), st.integers(1, 6)).map(
        lambda pair: point("x", float(pair[0]), float(pair[1]))
    ),
    max_size=12,
)


@given(FEW)
def test_a_point_is_on_the_front_unless_another_dominates_it(given_points: list[Point]) -> None:
    def dominates(one: Point, other: Point) -> bool:
        pairs = (one.cost.ns_per_sample, one.value), (other.cost.ns_per_sample, other.value)
        return pairs[0] != pairs[1] and all(a <= b for a, b in zip(*pairs, strict=True))

    expected = tuple(
        not any(dominates(one, other) for one in given_points) for other in given_points
    )
    assert on_front(given_points) == expected


@given(FEW)
def test_the_hypervolume_is_that_of_the_front_and_grows_with_a_better_point(
    given_points: list[Point],
) -> None:
    whole = hypervolume(given_points, 7.0, math.log(7.0))
    front = [one for one, on in zip(given_points, on_front(given_points), strict=True) if on]
    assert hypervolume(front, 7.0, math.log(7.0)) == pytest.approx(whole)
    better = [*given_points, point("best", 0.5, 0.5)]
    assert hypervolume(better, 7.0, math.log(7.0)) > whole


def test_the_hypervolume_of_two_steps_is_their_area() -> None:
    two = [point("a", 1.0, math.e**2), point("b", math.e, math.e)]
    # Above b: 2 wide and 2 high; a adds 1 wide and 1 high on its left.
    assert hypervolume(two, math.e**3, 3.0) == pytest.approx(2 * 2 + 1 * 1)


def test_candidates_that_lack_gear_are_not_compared() -> None:
    data = trials({"a": -0.2, "b": 0.0}) + trials({"c": -1.0}, gear=GEAR[:5])
    records = [candidate("a", 10.0), candidate("b", 20.0), candidate("c", 30.0)]
    found = points(results(data, metric_of("esr")), records, cost_on("host-c", records))
    assert [(one.candidate, one.gear) for one in found] == [("a", 14), ("b", 14)]
    logs = [math.log(one.outcome.metrics["esr"]) for one in data if one.key.candidate == "a"]
    assert found[0].value == pytest.approx(math.exp(sum(logs) / 14))


def test_counting_is_caught_where_it_ranks_wrongly() -> None:
    tanh = point("tanh", 30.0, 0.02, macs=1000)
    leaky = point("leaky", 20.0, 0.02, macs=1500)
    large = point("large", 60.0, 0.01, macs=4000)
    (found,) = misrankings([tanh, leaky, large])
    assert (found.fewer_macs, found.cheaper) == (tanh, leaky)
    assert (found.macs_ratio, found.cost_ratio) == (1.5, pytest.approx(2 / 3))
    assert rank_agreement([tanh, leaky, large]) == pytest.approx(1 / 3)
    # Within the quartiles nothing is wrong.
    assert misrankings([tanh, point("close", 29.9, 0.02, macs=1500)]) == ()


def test_a_metric_in_decibels_has_a_front_too() -> None:
    metric = metric_of("asr_db")
    data = [
        replace(
            one, outcome=replace(one.outcome, metrics={"asr_db": -50.0 - ord(one.key.candidate)})
        )
        for one in trials({"a": 0.0, "b": 0.0})
    ]
    records = [candidate("a", 10.0), candidate("b", 20.0)]
    found = points(results(data, metric), records, cost_on("host-c", records))
    assert [one.value for one in found] == pytest.approx([-147.0, -148.0])
    assert on_front(found) == (True, True)
    height = metric.log(1.0)
    assert hypervolume(found, 20.0, metric.log(-147.0) + height) == pytest.approx(
        height * math.log(2.0)
    )
