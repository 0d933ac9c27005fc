"""Where a course breaks: edges taken away and put in."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from triode.capture.alignment.course import PASSAGE_FRAMES, Course

__all__ = ["joined", "parted", "seated"]

# Gear that answers loud notes sooner than soft ones moves its delay by up to two samples.
_SMALLEST_JUMP_SAMPLES = 4.0
_FEWEST_ON_A_SIDE = 6
_MOST_ON_A_SIDE = 40
_JUMP_DEVIATIONS = 4.0
_BRACKET_FRAMES = PASSAGE_FRAMES
_ON_COURSE_SAMPLES = 2.0


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
    best: tuple[float, float, int, float, float, float, float] | None = None
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
                    best = (*key, stretch, places[cut - 1], places[cut], left, right)
    if best is None:
        return None
    _, _, stretch, low, high, left, right = best
    # Which of the passages next to it are before it and which after is not quite certain.
    bracket = [low - _BRACKET_FRAMES, high + _BRACKET_FRAMES]
    offsets = np.insert(course.offsets, stretch, course.offsets[stretch])
    offsets[stretch : stretch + 2] += left, right
    broken = replace(
        course,
        edges=np.insert(course.edges, stretch, 0.5 * (low + high)),
        brackets=np.insert(course.brackets, stretch, bracket, axis=0),
        offsets=offsets,
    )
    changed = course.at(course.centres) - broken.at(course.centres)
    return replace(broken, residuals=course.residuals + changed)


def seated(course: Course) -> Course | None:
    """The course with each edge between the last passage before it and the first beyond it.

    A passage that lies on the course of one side alone is of that side. Edges were found when the
    delay was known roughly, and what lay next to them may have been on neither side then.

    Args:
        course: With all passages, those in which its edges may lie among them.

    Returns:
        None where every edge is between the passages that it is said to be between.
    """
    good = course.good
    centres = course.centres[good]
    levels = (course.at(course.centres) + course.residuals)[good] - course.drift * centres
    on = np.abs(levels[:, None] - course.offsets) < _ON_COURSE_SAMPLES
    edges, brackets = course.edges.copy(), course.brackets.copy()
    bounds = [-np.inf, *course.edges, np.inf]
    for number, (low, high) in enumerate(zip(bounds[:-2], bounds[2:], strict=True)):
        near = (centres > low) & (centres < high)
        before, after = on[near, number], on[near, number + 1]
        first, second = centres[near][before & ~after], centres[near][after & ~before]
        if not len(first) or not len(second):
            continue
        astray = [np.sum(first > cut) + np.sum(second <= cut) for cut in first]
        cut = float(first[int(np.argmin(astray))])
        beyond = float(second[second > cut].min(initial=high))
        bracket = cut - _BRACKET_FRAMES, beyond + _BRACKET_FRAMES
        if bracket[0] < brackets[number, 0] or bracket[1] > brackets[number, 1]:
            edges[number], brackets[number] = 0.5 * (cut + beyond), bracket
    moved = np.any(brackets != course.brackets) and np.all(np.isfinite(brackets))
    return replace(course, edges=edges, brackets=brackets) if moved else None
