"""What is in doubt about the place of a gap when passages say something else."""

from dataclasses import replace

import numpy as np
import pytest

from triode.capture.alignment.breaks import in_doubt
from triode.capture.alignment.course import PASSAGE_FRAMES, Course

BEFORE, AFTER = 6.0, 70.0
GAP = 12.25 * PASSAGE_FRAMES
BRACKET = (5.0 * PASSAGE_FRAMES, 15.0 * PASSAGE_FRAMES)
CENTRES = PASSAGE_FRAMES * (0.5 + np.arange(20.0))


@pytest.fixture
def heard() -> Course:
    """Passages of which those near a gap in a sweep are a few samples off, and one is unclear."""
    levels = np.where(GAP > CENTRES, BEFORE, AFTER) + np.where(abs(CENTRES - GAP) < 1e5, 9.0, 0.0)
    levels[12] = 42.0
    scores = np.full(20, 20.0)
    return Course(
        drift=0.0,
        offsets=np.array([BEFORE, AFTER]),
        edges=np.array([10.0 * PASSAGE_FRAMES]),
        brackets=np.array([BRACKET]),
        centres=CENTRES,
        residuals=levels - np.where(10.0 * PASSAGE_FRAMES > CENTRES, BEFORE, AFTER),
        scores=scores,
        levels=np.zeros(20),
        brightness=np.zeros(20),
    )


@pytest.mark.parametrize(
    ("place", "believed"), [(12.25, True), (11.5, True), (13.5, True), (6.3, False), (14.2, False)]
)
def test_a_place_that_passages_contradict_is_not_believed(
    heard: Course, place: float, believed: bool
) -> None:
    doubts = np.array([[place - 0.1, place + 0.1]]) * PASSAGE_FRAMES
    expected = doubts if believed else np.array([BRACKET])
    assert np.array_equal(in_doubt(heard, doubts), expected)


def test_what_is_unclear_contradicts_nothing(heard: Course) -> None:
    doubts = np.array([[6.2, 6.4]]) * PASSAGE_FRAMES
    inside = (BRACKET[0] < CENTRES) & (BRACKET[1] > CENTRES)
    noise = replace(heard, scores=np.where(inside, 3.0, 20.0))
    assert np.array_equal(in_doubt(noise, doubts), doubts)
    # Nor does what is beyond the passages that the edge is surely between.
    astray = replace(noise, residuals=heard.residuals - (AFTER - BEFORE) * (np.arange(20) == 18))
    assert np.array_equal(in_doubt(astray, doubts), doubts)
