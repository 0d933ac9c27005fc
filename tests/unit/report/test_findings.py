"""Findings: limits, words, and values that follow from signals made for them."""

import dataclasses
import math

import numpy as np
import pytest

from triode.report import Evaluation
from triode.report.findings import QUESTIONS, Question, finding, worst_depth_db
from triode.report.measures import best

BY_KEY = {one.key: one for one in QUESTIONS}


def value(key: str, evaluation: Evaluation, rank: int = 0) -> float:
    return BY_KEY[key].measure(evaluation.sizes[rank], evaluation)


@pytest.mark.parametrize(
    ("shown", "grade"), [(-30.0, "good"), (-20.0, "good"), (-19.9, "fair"), (-9.9, "poor")]
)
def test_grades_change_at_the_limits(evaluation: Evaluation, shown: float, grade: str) -> None:
    question = dataclasses.replace(BY_KEY["decays"], measure=lambda size, on: shown)
    found = finding(question, evaluation.sizes[0], evaluation)
    assert found.grade == grade
    assert found.text == getattr(question, grade)


def test_what_cannot_be_told_has_no_grade(evaluation: Evaluation) -> None:
    question = dataclasses.replace(BY_KEY["decays"], measure=lambda size, on: math.nan)
    assert finding(question, evaluation.sizes[0], evaluation).grade == "none"


def test_every_question_has_ordered_limits_and_a_source() -> None:
    for one in QUESTIONS:
        assert isinstance(one, Question)
        assert one.good_below < one.fair_below
        assert one.source


def test_a_linear_model_does_not_alias_and_stands_still(evaluation: Evaluation) -> None:
    assert value("aliasing", evaluation) < -120.0
    assert value("noise", evaluation) == value("offset", evaluation) == -math.inf


def test_the_larger_size_follows_the_dynamics_better(evaluation: Evaluation) -> None:
    assert value("dynamics", evaluation, 0) < 0.2 < value("dynamics", evaluation, 1)


def test_the_worst_depth_is_the_null_depth_there(evaluation: Evaluation, pair) -> None:
    size = evaluation.sizes[0]
    wet = pair.wet[size.worst].astype(np.float64)
    error = wet - size.output[size.worst]
    expected = 10 * math.log10(np.sum(error**2) / np.sum(wet**2))
    assert worst_depth_db(size, evaluation) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("values", "winners"),
    [
        ([1.0, 2.0, math.nan], {0}),
        ([2.0, 1.0, 1.0005], {1, 2}),
        ([-math.inf, -10.0], {0}),
        ([-math.inf, -math.inf], set()),
        ([3.0], set()),
        ([math.nan, math.nan], set()),
    ],
)
def test_the_best_are_found_ties_included(values: list[float], winners: set[int]) -> None:
    assert best(values) == winners
