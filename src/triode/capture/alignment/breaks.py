"""The breaks of a course as jumps: where each is, and how many samples it is worth."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from triode.capture.alignment.course import PASSAGE_FRAMES, Course
from triode.capture.alignment.jumps import linear_part, locate_jump
from triode.capture.alignment.spectra import Average
from triode.capture.timing import Jump

__all__ = ["in_doubt", "located", "settled", "with_jumps"]

# So much nearer to the delay of one side than to that of the other.
_CLEARLY_NEARER = 4.0


def located(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    rate_hz: float,
    course: Course,
    average: Average,
) -> tuple[tuple[Jump, ...], npt.NDArray[np.float64]]:
    """The jump at each edge, and between which dry samples each is in doubt, (edges, 2).

    Args:
        dry: Shape (frames,).
        wet: Shape (frames,).
        rate_hz: The rate of both.
        course: The course.
        average: Spectra with the course taken out.
    """
    linear = linear_part(average, rate_hz)
    found = [
        locate_jump(
            dry,
            wet,
            rate_hz,
            (float(low), float(high)),
            (float(course.offsets[index]), float(course.offsets[index + 1])),
            course.drift,
            linear,
        )
        for index, (low, high) in enumerate(course.brackets)
    ]
    doubts = np.array([doubt for _, doubt in found], np.float64)
    return tuple(jump for jump, _ in found), doubts


def in_doubt(heard: Course, doubts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Between which dry samples each edge is in doubt when passages are asked as well, (edges, 2).

    Where a whole passage lies before what is in doubt and has the delay of after, or the other way
    round, what explains the wet signal best is no guide: gear that distorts is not explained by its
    linear part, least in a sweep. Then all is in doubt that the edge is surely between.

    Args:
        heard: With what all passages say, those in which its edges may lie among them.
        doubts: What is in doubt by what explains the wet signal best, (edges, 2).
    """
    good = heard.good
    centres = heard.centres[good]
    levels = (heard.at(heard.centres) + heard.residuals)[good] - heard.drift * centres
    away = np.abs(levels[:, None] - heard.offsets)
    found = doubts.copy()
    for number, (low, high) in enumerate(heard.brackets):
        to_before, to_after = away[:, number], away[:, number + 1]
        before = centres + 0.5 * PASSAGE_FRAMES <= doubts[number, 0]
        after = centres - 0.5 * PASSAGE_FRAMES >= doubts[number, 1]
        astray = before & (_CLEARLY_NEARER * to_after < to_before)
        astray |= after & (_CLEARLY_NEARER * to_before < to_after)
        if np.any(astray & (low < centres) & (centres < high)):
            found[number] = low, high
    return np.maximum.accumulate(found, axis=0)


def with_jumps(course: Course, jumps: Sequence[Jump]) -> Course:
    """The course with its edges where the jumps were located."""
    edges = np.array([float(jump.position_samples) for jump in jumps])
    if np.any(np.diff(edges) <= 0):
        return course
    doubts = np.array([float(jump.uncertainty_samples) for jump in jumps])
    return replace(course, edges=edges, brackets=np.stack([edges - doubts, edges + doubts], axis=1))


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
