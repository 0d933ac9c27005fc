"""One slope for all stretches and a level for each, laid through what the passages say."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from triode.capture.alignment.course import Course

__all__ = ["fitted", "robust_fit", "traits"]

_FIT_ROUNDS = 12
_TUKEY = 4.7
_WIDEST = 8.0
_FINEST_SCATTER = 0.01
_HIGHEST_SCORE = 40.0
_FEWEST_FOR_TRAITS = 24

_Floats = npt.NDArray[np.float64]


def fitted(course: Course, *, drifting: bool = True, tied: bool = False) -> Course:
    """The line per stretch that the passages lie along.

    What is played is fitted with it: much gear answers loud or dull playing a sample or two sooner
    than soft or bright playing, and that must not pass for drift. With `tied`, the steps between
    stretches stay as they are and only their common level is fitted.
    """
    good = course.good
    if np.count_nonzero(good) < 2:
        return course
    centres = course.centres[good]
    delays = (course.at(course.centres) + course.residuals)[good]
    stretch = np.searchsorted(course.edges, centres)
    stretches = len(course.offsets)
    matrix = np.zeros((len(centres), stretches + 1))
    matrix[np.arange(len(centres)), stretch] = 1
    if tied:
        matrix[:, 1:-1] = 0
        matrix[:, 0] = 1
        delays = delays - (course.offsets - course.offsets[0])[stretch]
    scale = max(1.0, float(course.centres.max()))
    matrix[:, -1] = centres / scale if drifting else 0.0
    base = np.minimum(course.scores[good], _HIGHEST_SCORE)
    matrix = np.hstack([matrix, traits(course, good, base)])
    start = np.zeros(matrix.shape[1])
    start[:stretches] = course.offsets
    start[stretches] = course.drift * scale if drifting else 0.0
    solution, weights = robust_fit(matrix, delays, base, start)
    inverse = np.linalg.pinv((matrix * weights[:, None]).T @ matrix)
    error = delays - matrix @ solution
    # Neighbouring passages overlap by half, so only every other is news: hence the factor 2.
    variance = 2 * float(np.sum(weights**2 * error**2) / max(np.sum(weights**2), 1e-30))
    slope = inverse[stretches, stretches]
    deviation = np.sqrt(variance * np.mean(weights) * abs(slope)) / scale
    offsets = solution[:stretches]
    if tied:
        offsets = solution[0] + course.offsets - course.offsets[0]
    old = course.at(course.centres) + course.residuals
    drift = float(solution[stretches] / scale) if drifting else 0.0
    changed = replace(course, offsets=offsets, drift=drift)
    return replace(
        changed,
        residuals=old - changed.at(course.centres),
        drift_deviation=float(deviation) if drifting else course.drift_deviation,
    )


def traits(course: Course, chosen: npt.NDArray[np.bool_], weights: _Floats) -> _Floats:
    """What is played in the chosen passages, around its mean, (chosen, 3); nothing for a few."""
    if len(weights) < _FEWEST_FOR_TRAITS:
        return np.empty((len(weights), 0))
    level = course.levels[chosen] - np.average(course.levels[chosen], weights=weights)
    columns = np.stack([level, level**2, course.brightness[chosen]], axis=1)
    return np.asarray(columns - np.average(columns, axis=0, weights=weights))


def robust_fit(
    matrix: _Floats, values: _Floats, base: _Floats, start: _Floats
) -> tuple[_Floats, _Floats]:
    """Solution and weights of weighted least squares, with Tukey's weights against outliers.

    What counts as an outlier is narrowed from round to round. So the solution does not depend on
    where it begins, and a recording with another drift ends at the same one.

    Args:
        matrix: (values, unknowns).
        values: (values,).
        base: What each value weighs as long as it is no outlier, (values,).
        start: Where to begin, (unknowns,).
    """
    solution, weights = start, base
    for number in range(_FIT_ROUNDS):
        error = values - matrix @ solution
        spread = max(1.4826 * float(np.median(np.abs(error))), _FINEST_SCATTER)
        wide = _TUKEY * spread * max(1.0, _WIDEST * 0.5**number)
        weights = base * np.clip(1 - (error / wide) ** 2, 0, None)
        root = np.sqrt(weights)[:, None]
        step = np.linalg.lstsq(matrix * root, error * root[:, 0], rcond=None)[0]
        solution = solution + step
    return solution, weights
