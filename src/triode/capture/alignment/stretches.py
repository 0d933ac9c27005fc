"""Where a course breaks: edges taken away and put in."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from triode.capture.alignment.course import PASSAGE_FRAMES, Course

__all__ = ["joined", "parted"]

# Gear that answers loud notes sooner than soft ones moves its delay by up to two samples.
_SMALLEST_JUMP_SAMPLES = 4.0
_FEWEST_ON_A_SIDE = 6
_MOST_ON_A_SIDE = 40
_JUMP_DEVIATIONS = 4.0
_BRACKET_FRAMES = PASSAGE_FRAMES


def joined(course: Course) -> Course:
    """The course without edges at which the delay stays what it was."""
    steps = np.abs(np.diff(course.offsets))
    keep = steps >= _SMALLEST_JUMP_SAMPLES
    if keep.all():
        return course
    return replace(
        course,
        edges=course.edges[keep],
        brackets=course.brackets[keep],
        offsets=course.offsets[np.insert(keep, 0, True)],
    )


def parted(course: Course) -> Course | None:
    """The course with one more edge, where its residuals step; None where none does."""
    good = course.good
    centres, residuals = course.centres[good], course.residuals[good]
    best: tuple[float, float, int, float, float] | None = None
    bounds = [-np.inf, *course.edges, np.inf]
    for stretch, (low, high) in enumerate(pairwise(bounds)):
        inside = (centres > low) & (centres < high)
        values, places = residuals[inside], centres[inside]
        for cut in range(_FEWEST_ON_A_SIDE, len(values) - _FEWEST_ON_A_SIDE + 1):
            near = slice(max(0, cut - _MOST_ON_A_SIDE), cut), slice(cut, cut + _MOST_ON_A_SIDE)
            left, right = (float(np.median(values[side])) for side in near)
            spread = max(
                float(np.median(np.abs(values[near[0]] - left))),
                float(np.median(np.abs(values[near[1]] - right))),
                0.05,
            )
            step = right - left
            clear = abs(step) / spread
            if abs(step) >= _SMALLEST_JUMP_SAMPLES and clear > _JUMP_DEVIATIONS * 1.4826:
                worth = abs(step) * np.sqrt(min(cut, len(values) - cut, _MOST_ON_A_SIDE)) / spread
                fit = -float(
                    np.abs(values[near[0]] - left).sum() + np.abs(values[near[1]] - right).sum()
                )
                key = (round(worth, 3), fit)
                if best is None or key > (best[0], best[1]):
                    best = (*key, stretch, places[cut - 1], places[cut])
    if best is None:
        return None
    _, _, stretch, low, high = best
    # Which of the passages next to it are before it and which after is not quite certain.
    bracket = [low - _BRACKET_FRAMES, high + _BRACKET_FRAMES]
    return replace(
        course,
        edges=np.insert(course.edges, stretch, 0.5 * (low + high)),
        brackets=np.insert(course.brackets, stretch, bracket, axis=0),
        offsets=np.insert(course.offsets, stretch, course.offsets[stretch]),
    )
