"""The breaks of a course as jumps: where each is, and how many samples it is worth."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from triode.capture.alignment.course import Course
from triode.capture.alignment.jumps import linear_part, locate_jump
from triode.capture.alignment.spectra import Average
from triode.capture.timing import Jump

__all__ = ["located", "settled", "with_jumps"]

_ON_COURSE_SAMPLES = 4.0


def located(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    rate_hz: float,
    course: Course,
    average: Average,
) -> tuple[Jump, ...]:
    """The jump at each edge of a course; `average` is of the spectra with the course taken out."""
    linear = linear_part(average, rate_hz)
    return tuple(
        locate_jump(
            dry,
            wet,
            rate_hz,
            _between(course, float(edge)),
            (float(course.offsets[index]), float(course.offsets[index + 1])),
            course.drift,
            linear,
        )
        for index, edge in enumerate(course.edges)
    )


def with_jumps(course: Course, jumps: Sequence[Jump]) -> Course:
    """The course with its edges where the jumps were located."""
    edges = np.array([float(jump.position_samples) for jump in jumps])
    if np.any(np.diff(edges) <= 0):
        return course
    return replace(course, edges=edges)


def settled(jumps: Sequence[Jump], course: Course, decided: float) -> tuple[Jump, ...]:
    """Jumps with their shifts as fitted, and their places by the delay that was decided on."""
    shifts = np.diff(course.offsets)
    return tuple(
        replace(
            jump,
            position_samples=jump.position_samples - round(decided),
            shift_samples=float(np.round(shift)),
        )
        for jump, shift in zip(jumps, shifts, strict=True)
    )


def _between(course: Course, edge: float) -> tuple[float, float]:
    """The nearest passages on either side of an edge that lie on the course."""
    known = course.centres[course.good & (np.abs(course.residuals) < _ON_COURSE_SAMPLES)]
    before, after = known[known < edge], known[known > edge]
    low = float(before[-1]) if len(before) else edge
    return low, float(after[0]) if len(after) else edge
