"""How far exactly the delay steps where samples were lost or repeated."""

import numpy as np
import numpy.typing as npt

from triode.capture.alignment.course import Course
from triode.capture.alignment.fitting import robust_fit, traits

__all__ = ["steps"]

# How many passages on either side, and how many of their traits are taken into account.
_VIEWS = ((1 << 20, 3), (30, 1), (30, 3), (45, 2), (45, 3))
_FEWEST_ON_A_SIDE = 6
_NEAR_SAMPLES = 12.0
_UNKNOWN = 0.5
_HIGHEST_SCORE = 40.0

_Floats = npt.NDArray[np.float64]


def steps(course: Course) -> _Floats:
    """How far the delay steps at each edge by several views of what is around it, (edges, views).

    Gear answers loud, dull playing up to two samples sooner than soft, bright playing, and what is
    played after an edge is not what was played before it. So what is played is fitted along, and
    near passages are asked as well as all: where the views differ, the step is not known.
    """
    good = course.good & (np.abs(course.residuals) < _NEAR_SAMPLES)
    centres = course.centres[good]
    delays = (course.at(course.centres) + course.residuals)[good] - course.drift * centres
    weights = np.minimum(course.scores[good], _HIGHEST_SCORE)
    played = traits(course, good, weights)
    found = np.repeat(np.diff(course.offsets)[:, None], len(_VIEWS), axis=1)
    bounds = [-np.inf, *course.edges, np.inf]
    for index, edge in enumerate(course.edges):
        before = np.flatnonzero((centres > bounds[index]) & (centres < edge))
        after = np.flatnonzero((centres > edge) & (centres < bounds[index + 2]))
        if min(len(before), len(after)) < _FEWEST_ON_A_SIDE:
            found[index, 0] += _UNKNOWN
            continue
        for view, (most, columns) in enumerate(_VIEWS):
            chosen = np.concatenate([before[-most:], after[:most]])
            later = chosen >= after[0]
            matrix = np.column_stack([~later, later, played[chosen, :columns]]).astype(np.float64)
            start = np.zeros(matrix.shape[1])
            start[:2] = [np.median(delays[chosen[one]]) for one in (~later, later)]
            solution, _ = robust_fit(matrix, delays[chosen], weights[chosen], start)
            found[index, view] = solution[1] - solution[0]
    return found
