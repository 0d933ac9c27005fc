"""How far an alignment can be believed."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from triode.capture.alignment.course import Course
from triode.capture.alignment.tracking import Track
from triode.capture.timing import Vote

__all__ = [
    "HEARD_CONFIDENCE",
    "belong_together",
    "confidence",
    "polarity_clarity",
    "standard_error",
]

HEARD_CONFIDENCE: Final = 0.3
"""An estimator less sure than this is not asked."""

# Recordings that do not belong together collect up to 0.3 of what they could, real ones 0.7 on.
_UNRELATED_SHARE = 0.3
_RELATED_SHARE = 0.6
_FEWEST_PASSAGES = 4
_DISPUTED = 0.4
_UNSUPPORTED = 0.7
_TYPICAL_DISTINCT = 0.6
_STEADY_SAMPLES = 1.0
_STEADY_GAP_SAMPLES = 0.15
_ON_COURSE_SHARE = 0.8


def confidence(track: Track, course: Course, votes: Sequence[Vote], sway: float = 0.0) -> float:
    """The product of what the estimators, the course and the agreement are worth, 0 to 1.

    Args:
        track: The rough track.
        course: What became of it.
        votes: The deciding one first.
        sway: How many samples the delay moves if samples were lost elsewhere.
    """
    on_track = len(track.centres)
    related = (track.share - _UNRELATED_SHARE) / (_RELATED_SHARE - _UNRELATED_SHARE)
    related = min(max(related, 0.0), 1.0) * min(1.0, on_track / _FEWEST_PASSAGES)
    decided, *others = votes
    distinct = min(1.0, decided.confidence / _TYPICAL_DISTINCT)
    heard = [vote for vote in others if vote.confidence >= HEARD_CONFIDENCE]
    if any(not vote.agrees for vote in heard):
        agreement = _DISPUTED
    elif heard:
        agreement = 1.0
    else:
        agreement = _UNSUPPORTED
    # With a quarter of the recording left out, it would say something else.
    if decided.uncertainty_samples > _STEADY_SAMPLES:
        agreement = min(agreement, _DISPUTED)
    counted = len(course.edges) == 0 or (course.counted and sway <= _STEADY_GAP_SAMPLES)
    whole = 1.0 if counted else _DISPUTED
    on_course = min(1.0, course.share / _ON_COURSE_SHARE) ** 2
    return related * distinct * agreement * whole * on_course


def belong_together(track: Track, votes: Sequence[Vote]) -> bool:
    """Whether the recordings are surely of one signal, however unsure the delay may be.

    A vibrato or a chorus moves the delay all the time: no value is right, but the passages of both
    recordings find each other, and all estimators mean the same place.
    """
    enough = track.share >= _RELATED_SHARE and len(track.centres) >= _FEWEST_PASSAGES
    return enough and all(vote.agrees for vote in votes)


def polarity_clarity(votes: Sequence[Vote], clarity: float) -> float:
    """Less where another estimator that hears a sign hears the other one."""
    decided = votes[0]
    against = any(
        vote.polarity == -decided.polarity and vote.estimator == "correlation" for vote in votes
    )
    return 0.5 * clarity if against else clarity


def standard_error(course: Course) -> float:
    """Of the delay, from how far the passages lie from the course."""
    near = np.abs(course.residuals[course.good])
    near = near[near < 2.0]
    return float(1.4826 * np.median(near) / np.sqrt(len(near))) if len(near) else float("inf")
