"""Edges of a course: put in where the delay steps, and moved to where passages change sides."""

import numpy as np
import pytest

from triode.capture.alignment.course import PASSAGE_FRAMES, Course
from triode.capture.alignment.fitting import fitted
from triode.capture.alignment.stretches import parted, seated

STEP = -64.0
CENTRES = 0.5 * PASSAGE_FRAMES * np.arange(1, 101)


def course(*, gap: int, edge: int | None = None, unclear: range = range(0)) -> Course:
    """A hundred passages whose delay steps after number `gap`; an edge may be set elsewhere."""
    random = np.random.default_rng(4)
    delays = 20.0 + STEP * (np.arange(100) > gap) + 0.1 * random.standard_normal(100)
    delays[list(unclear)] += random.uniform(-15, 15, len(unclear))
    offsets, edges = np.array([20.0]), np.empty(0)
    if edge is not None:
        offsets, edges = np.array([20.0, 20.0 + STEP]), CENTRES[[edge]] + 0.25 * PASSAGE_FRAMES
    assumed = offsets[np.searchsorted(edges, CENTRES)]
    return Course(
        drift=0.0,
        offsets=offsets,
        edges=edges,
        brackets=edges[:, None] + np.array([[-1.25, 1.25]]) * PASSAGE_FRAMES,
        centres=CENTRES,
        residuals=delays - assumed,
        scores=np.full(100, 30.0),
        levels=random.uniform(0, 2, 100),
        brightness=random.uniform(4, 5, 100),
    )


@pytest.mark.parametrize("gap", [30, 70])
def test_a_step_becomes_an_edge_and_is_fitted(gap: int) -> None:
    broken = parted(course(gap=gap))
    assert broken is not None
    # From here nearly every passage is near its stretch, so that none passes for an outlier.
    whole = fitted(broken, drifting=False)
    assert whole.offsets == pytest.approx([20.0, 20.0 + STEP], abs=0.1)
    settled = seated(whole) or whole
    assert settled.edges[0] == pytest.approx(CENTRES[gap : gap + 2].mean())


@pytest.mark.parametrize("edge", [35, 65])
def test_an_edge_moves_to_where_passages_change_sides(edge: int) -> None:
    moved = seated(course(gap=50, edge=edge))
    assert moved is not None
    assert moved.edges[0] == pytest.approx(CENTRES[50:52].mean())
    low, high = moved.brackets[0]
    assert low == CENTRES[50] - PASSAGE_FRAMES
    assert high == CENTRES[51] + PASSAGE_FRAMES
    assert np.array_equal(moved.offsets, course(gap=50, edge=edge).offsets)


def test_an_edge_is_in_doubt_over_passages_of_neither_side() -> None:
    moved = seated(course(gap=50, edge=50, unclear=range(46, 57)))
    assert moved is not None
    low, high = moved.brackets[0]
    assert low <= CENTRES[46] - PASSAGE_FRAMES
    assert high >= CENTRES[56] + PASSAGE_FRAMES


def test_an_edge_in_its_place_stays() -> None:
    assert seated(course(gap=50, edge=50)) is None


def test_nothing_steps_in_a_steady_course() -> None:
    assert parted(course(gap=200)) is None
