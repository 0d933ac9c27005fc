"""How far an alignment can be believed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from triode.capture.alignment.course import Course
from triode.capture.alignment.tracking import Track
from triode.capture.timing import Vote

__all__ = [
    "HEARD_CONFIDENCE",
    "Elsewhere",
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
_STEADY_END_SAMPLES = 0.1
_STEADY_WITHOUT_SAMPLES = 0.2
_ON_COURSE_SHARE = 0.8


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """How many samples the delay moves if gaps are not where they were put.

    Attributes:
        ends: At the most, with the gaps at one end of what is in doubt or at the other. That is an
            error.
        without: If the passages that gaps were put in do not count. That is partly what was played
            in them: gear that distorts answers sooner to some of it.
    """

    ends: float = 0.0
    without: float = 0.0

    @property
    def steady(self) -> bool:
        """Whether it stays where it is."""
        return self.ends <= _STEADY_END_SAMPLES and self.without <= _STEADY_WITHOUT_SAMPLES


def confidence(
    track: Track, course: Course, votes: Sequence[Vote], elsewhere: Elsewhere | None = None
) -> float:
    """The product of what the estimators, the course and the agreement are worth, 0 to 1.

    Args:
        track: The rough track.
        course: What became of it.
        votes: The deciding one first.
        elsewhere: What gaps in other places would change; None without gaps.
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
    steady = elsewhere is None or elsewhere.steady
    whole = 1.0 if len(course.edges) == 0 or (course.counted and steady) else _DISPUTED
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
