"""The delay as it goes through a recording, finely: offsets, clock drift and jumps.

A straight line per stretch, all of one slope, is laid through the delays of passages; those that
lie far from it do not count.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import scipy.fft

from triode.capture.alignment.course import PASSAGE_FRAMES, Course, passages
from triode.capture.alignment.fitting import fitted
from triode.capture.alignment.measuring import ENOUGH_PASSAGES, measured
from triode.capture.alignment.spectra import average_spectra
from triode.capture.alignment.steps import steps
from triode.capture.alignment.stretches import joined, parted, seated
from triode.capture.alignment.tracking import Track
from triode.capture.alignment.wholes import Count, count_step

__all__ = ["drifts", "follow", "heard", "refit", "reseated", "settled_step", "unlikeness"]

_ROUNDS = 2
_MOST_JUMPS = 32
_LAST_ANSWER = 64
# For a slope, which is only as sure as the passages at both ends.
_ENOUGH_FOR_DRIFT = 240
# A drift that adds up to less than this over the whole recording is left alone.
_NOTABLE_DRIFT_SAMPLES = 1.0
_NOTABLE_DRIFT_DEVIATIONS = 10.0
_NEARLY_WHOLE = 0.35


def follow(dry: npt.NDArray[np.float32], wet: npt.NDArray[np.float32], track: Track) -> Course:
    """Refine a rough track of the delay.

    Args:
        dry: Shape (frames,).
        wet: Shape (frames,), another length perhaps.
        track: What `coarse_track` found.
    """
    course = _from_track(track)
    for _ in range(_ROUNDS):
        course = fitted(measured(dry, wet, joined(course)))
    for _ in range(_MOST_JUMPS):
        broken = parted(course)
        if broken is None:
            break
        course = fitted(measured(dry, wet, broken))
    course = joined(course)
    if len(course.edges):
        alike = replace(course, offsets=course.offsets + unlikeness(dry, wet, course))
        course = fitted(measured(dry, wet, alike))
    course = replace(course, raw_drift=course.drift)
    return course if drifts(course, len(dry)) else fitted(course, drifting=False)


def unlikeness(
    dry: npt.NDArray[np.float32], wet: npt.NDArray[np.float32], course: Course
) -> npt.NDArray[np.float64]:
    """How much later than in the longest stretch the gear's answer comes in each, (stretches,).

    Gear that rings answers a few times in a row, and one stretch may have been taken for a later
    answer than another.
    """
    found = np.zeros(len(course.offsets))
    if len(found) == 1:
        return found
    starts = passages(len(dry), course, ENOUGH_PASSAGES)
    centres = np.asarray(starts + 0.5 * PASSAGE_FRAMES, np.float64)
    stretch = np.searchsorted(course.edges, centres)
    longest = int(np.argmax(np.bincount(stretch, minlength=len(found))))
    delays = course.at(centres)

    def answer(number: int) -> npt.NDArray[np.complex128]:
        chosen = stretch == number
        one = average_spectra(dry, wet, starts[chosen], delays[chosen], PASSAGE_FRAMES).total()
        return np.asarray(one.cross[0] / np.sqrt(np.maximum(one.dry[0] * one.wet[0], 1e-300)))

    reference = np.conj(answer(longest))
    for number in range(len(found)):
        if number != longest and np.any(stretch == number):
            likeness = scipy.fft.irfft(answer(number) * reference)
            near = np.concatenate([likeness[-_LAST_ANSWER:], likeness[: _LAST_ANSWER + 1]])
            found[number] = int(np.argmax(near)) - _LAST_ANSWER
    return found


def drifts(course: Course, frames: int) -> bool:
    """Whether the slope of a course is more than a figment and adds up to anything."""
    return abs(course.drift) >= max(
        _NOTABLE_DRIFT_SAMPLES / max(1, frames),
        _NOTABLE_DRIFT_DEVIATIONS * course.drift_deviation,
    )


def refit(
    dry: npt.NDArray[np.float32], laid: npt.NDArray[np.float32], course: Course
) -> tuple[Course, Course]:
    """Refine a course by the wet signal with that course already taken out.

    A recorder loses or repeats whole samples, so from here on jumps are whole.

    Args:
        dry: Shape (frames,).
        laid: The wet signal on the dry one's time, shape (frames,).
        course: What was taken out.

    Returns:
        The whole course anew, and the part of it that is still in `laid`.
    """
    taken = course.offsets if course.drift else np.round(course.offsets)
    drifting = course.drift != 0
    rest = replace(course, drift=0.0, offsets=course.offsets - taken)
    enough = _ENOUGH_FOR_DRIFT if len(taken) == 1 else ENOUGH_PASSAGES
    for _ in range(_ROUNDS):
        rest = fitted(measured(dry, laid, rest, enough), drifting=drifting)
    if len(taken) > 1:
        rest = fitted(_with_whole_shifts(rest, taken, dry, laid), drifting=drifting, tied=True)
    speed = 1 + course.drift
    drift = speed * (1 + rest.drift) - 1
    raw_drift = drift
    if not drifting:
        raw_drift = fitted(measured(dry, laid, fitted(rest, tied=True), enough), tied=True).drift
    whole = replace(rest, drift=drift, raw_drift=raw_drift, offsets=taken + speed * rest.offsets)
    return whole, rest


def reseated(
    dry: npt.NDArray[np.float32],
    laid: npt.NDArray[np.float32],
    course: Course,
    rest: Course,
) -> Course | None:
    """A course that now, finely measured, breaks once more or elsewhere; None where it does not.

    Args:
        dry: Shape (frames,).
        laid: The wet signal on the dry one's time, shape (frames,).
        course: From `refit`.
        rest: The part of it that is still in `laid`.
    """
    broken = parted(course)
    if broken is not None or not len(course.edges):
        return broken
    return seated(heard(dry, laid, course, rest))


def heard(
    dry: npt.NDArray[np.float32],
    laid: npt.NDArray[np.float32],
    course: Course,
    rest: Course,
) -> Course:
    """The course with what all passages say by others, those in which edges may lie among them.

    Args:
        dry: Shape (frames,).
        laid: The wet signal on the dry one's time, shape (frames,).
        course: From `refit`.
        rest: The part of it that is still in `laid`.
    """
    whole = measured(dry, laid, replace(rest, brackets=np.empty((0, 2))), by_others=True)
    kept = {name: getattr(whole, name) for name in ("centres", "residuals", "scores")}
    return replace(course, **kept)


def _with_whole_shifts(
    rest: Course,
    taken: npt.NDArray[np.float64],
    dry: npt.NDArray[np.float32],
    laid: npt.NDArray[np.float32],
) -> Course:
    """What is left of a course, changed so that all shifts of the whole one are whole."""
    lows, highs = rest.brackets[:, 0], rest.brackets[:, 1]
    begins, ends = [0.0, *highs], [*lows, float(len(dry))]
    counts = tuple(
        count_step(dry, laid, (begins[index], ends[index]), (begins[index + 1], ends[index + 1]))
        for index in range(len(lows))
    )
    near = np.round(np.diff(taken))
    views = np.diff(taken)[:, None] - near[:, None] + steps(rest)
    told = [settled_step(*both) for both in zip(views, counts, strict=True)]
    shifts = near + [step for step, _ in told]
    whole = np.concatenate([[0.0], np.cumsum(shifts)]) - (taken - taken[0])
    tied = replace(rest, offsets=rest.offsets[0] + whole, counted=all(sure for _, sure in told))
    return replace(
        tied,
        residuals=rest.residuals + rest.at(rest.centres) - tied.at(rest.centres),
    )


def settled_step(views: npt.NDArray[np.float64], count: Count | None) -> tuple[int, bool]:
    """How many samples an edge is worth beyond what was assumed, and whether that is sure.

    What the model of the gear is sure of counts. Where it is sure of nothing, all views have to
    mean the same number, and the model as well or all views nearly. Nothing is sure that the model
    denies: asked of near material and of all, it may contradict itself.
    """
    seen = round(float(np.median(views)))
    if count is None:
        return seen, False
    if count.whole is not None:
        return count.whole, not count.denies(count.whole)
    nearly = float(np.abs(views - seen).max()) < _NEARLY_WHOLE
    agreed = nearly or (bool(np.all(np.round(views) == seen)) and count.means(seen))
    return seen, agreed and not count.denies(seen)


def _from_track(track: Track) -> Course:
    level = track.delays - track.drift * track.centres
    kinds = np.unique(track.pieces)
    changes = np.flatnonzero(np.diff(track.pieces))
    nothing = np.empty(0)
    return Course(
        drift=track.drift,
        offsets=np.array([np.median(level[track.pieces == kind]) for kind in kinds]),
        edges=0.5 * (track.centres[changes] + track.centres[changes + 1]),
        brackets=np.stack(
            [track.centres[changes] - track.reach, track.centres[changes + 1] + track.reach], axis=1
        ),
        centres=nothing,
        residuals=nothing,
        scores=nothing,
        levels=nothing,
        brightness=nothing,
    )
