"""How far the delay steps at a gap, how wet is laid over dry around it, and what is left out."""

import numpy as np
import pytest

from triode.audio import IN_MEMORY
from triode.capture import Alignment, Jump
from triode.capture.alignment import excluded_ranges, lay_over
from triode.capture.alignment.course import Course
from triode.capture.alignment.fitting import fitted
from triode.capture.alignment.following import settled_step
from triode.capture.alignment.steps import steps
from triode.capture.alignment.wholes import Count


def course(step: float, *, sensitivity: float) -> Course:
    """A hundred passages; gear that answers sooner when played loudly, and louder later on."""
    random = np.random.default_rng(4)
    centres = 8192.0 * np.arange(1, 101)
    levels = random.uniform(0, 2, 100) + (centres > 410_000)
    delays = 3 - sensitivity * levels + step * (centres > 410_000)
    residuals = delays + 0.02 * random.standard_normal(100)
    return Course(
        drift=0.0,
        offsets=np.array([0.0, 0.0]),
        edges=np.array([410_000.0]),
        brackets=np.array([[400_000.0, 420_000.0]]),
        centres=centres,
        residuals=residuals,
        scores=np.full(100, 30.0),
        levels=levels,
        brightness=random.uniform(4, 5, 100),
    )


def test_louder_playing_does_not_pass_for_lost_samples() -> None:
    (views,) = steps(course(5.0, sensitivity=1.2))
    assert np.abs(views - 5).max() < 0.1
    # Without an eye on the level, the step would be wrong by more than a sample.
    made = course(5.0, sensitivity=1.2)
    later = made.centres > made.edges[0]
    assert np.median(made.residuals[later]) - np.median(made.residuals[~later]) < 4.3


def test_louder_playing_does_not_pass_for_drift() -> None:
    made = course(0.0, sensitivity=1.2)
    joined = Course(
        **{**vars(made), "offsets": np.zeros(1), "edges": np.empty(0), "brackets": np.empty((0, 2))}
    )
    # Over the whole recording, a hundredth of a sample; the level alone steps by more than one.
    assert abs(fitted(joined).drift) * 819_200 < 0.05


def test_views_of_few_passages_do_not_agree() -> None:
    made = course(5.0, sensitivity=0.0)
    late = Course(**{**vars(made), "edges": np.array([8192.0 * 97.5])})
    (views,) = steps(late)
    assert np.ptp(views) >= 0.4


STEADY = (0.1, 0.0, 0.2, 0.1, 0.1)
ELSEWHERE = (1.1, 1.0, 1.2, 1.1, 1.1)
SCATTERED = (0.6, 0.1, 1.2, 0.9, 0.7)
# Neither is nearly whole, nor do all of the second mean the same number; none means zero or one.
BETWEEN = (-0.36, -0.27, 0.0, -0.41, -0.24)
BELOW = (-1.4, -0.63, -1.4, -1.24, -1.51)


@pytest.mark.parametrize(
    ("views", "steps", "expected"),
    [
        ([0.1, -0.2, 0.3, 0.0, 0.1], [], (0, False)),
        ([2.1, 2.2, 2.3, 2.0, 2.1], [STEADY], (0, True)),
        ([2.1, 2.2, 2.3, 2.0, 2.1], [SCATTERED, STEADY], (0, True)),
        ([1.1, 1.4, 0.8, 1.0, 1.1], [SCATTERED], (1, True)),
        ([1.1, 1.2, 1.3, 1.0, 1.1], [SCATTERED], (1, True)),
        ([0.1, 0.2, 0.3, 0.0, 0.1], [SCATTERED], (0, True)),
        ([2.1, 2.2, 2.3, 2.0, 2.1], [SCATTERED], (2, False)),
        ([2.1, 2.4, 2.3, 2.0, 2.1], [SCATTERED], (2, False)),
        ([2.1, 2.4, 2.3, 2.0, 2.1], [STEADY, ELSEWHERE], (2, False)),
        ([1.1, 1.7, 0.8, 1.0, 1.1], [SCATTERED], (1, False)),
        ([0.8, 1.0, 0.7, 0.9, 0.8], [BETWEEN, SCATTERED], (1, False)),
        ([0.8, 1.4, 0.7, 0.9, 0.8], [BETWEEN, SCATTERED], (1, False)),
        ([0.2, 0.0, 0.3, 0.1, 0.2], [BETWEEN, SCATTERED], (0, True)),
        ([-0.1, 0.2, -0.2, 0.1, -0.1], [BELOW, BETWEEN], (0, False)),
        ([1.1, 1.2, 1.3, 1.0, 1.1], [BETWEEN, ELSEWHERE], (1, False)),
    ],
)
def test_who_tells_how_many_samples_were_lost(
    views: list[float], steps: list[tuple[float, ...]], expected: tuple[int, bool]
) -> None:
    """First the model of the gear, then views that agree, with it or nearly; it must not deny."""
    count = Count(tuple(steps)) if steps else None
    assert settled_step(np.array(views), count) == expected


@pytest.fixture
def alignment() -> Alignment:
    """A hundred samples late, and fifty were lost."""
    jump = Jump(position_samples=40_000, shift_samples=-50, uncertainty_samples=20)
    return Alignment(
        delay_samples=101.0,
        advance_samples=100,
        polarity=1,
        polarity_clarity=1.0,
        confidence=1.0,
        jumps=(jump,),
    )


def test_after_a_gap_everything_is_in_its_place(alignment: Alignment) -> None:
    dry = np.random.default_rng(5).standard_normal(96_000).astype(np.float32)
    late = np.concatenate([np.zeros(100, np.float32), dry])
    wet = np.delete(late, slice(40_050, 40_100))
    cut_dry, laid, cut = lay_over(dry, wet, alignment, IN_MEMORY)
    assert cut == 0
    ((start, stop),) = excluded_ranges(alignment, 48_000, cut, len(laid))
    assert start < 39_950 < 40_000 < stop
    for part in (slice(0, start), slice(stop, len(laid))):
        assert np.array_equal(laid[part], cut_dry[: len(laid)][part])
    assert not np.array_equal(laid[start:stop], cut_dry[start:stop])


def test_what_was_cut_off_is_not_excluded(alignment: Alignment) -> None:
    ((start, stop),) = excluded_ranges(alignment, 48_000, 1000, 90_000)
    assert (start, stop) == (38_450, 41_420)
    assert excluded_ranges(alignment, 48_000, 0, 30_000) == ()
