"""The delay as it goes through a recording, finely: offsets, clock drift and jumps.

Passages are compared with what all of them have in common, their averaged cross-spectrum, so the
gear's own phase cancels and what is left per passage is its own delay, to a few hundredths of a
sample. A straight line per stretch, all of one slope, is laid through these; passages that lie far
from it do not count.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import scipy.fft

from triode.capture.alignment.course import PASSAGE_FRAMES, Course, passages
from triode.capture.alignment.fitting import fitted
from triode.capture.alignment.spectra import GROUPS, Average, average_spectra, passage_spectra
from triode.capture.alignment.steps import steps
from triode.capture.alignment.stretches import joined, parted, seated
from triode.capture.alignment.tracking import Track
from triode.capture.alignment.wholes import Count, count_step

__all__ = ["drifts", "follow", "heard", "refit", "reseated", "settled_step", "unlikeness"]

_REACH = 160
_ROUNDS = 2
_MOST_JUMPS = 32
_LAST_ANSWER = 64
_BAND = 0.92
_QUIETEST = 1e-9
_ENOUGH_PASSAGES = 60
# For a slope, which is only as sure as the passages at both ends.
_ENOUGH_FOR_DRIFT = 240
# A drift that adds up to less than this over the whole recording is left alone.
_NOTABLE_DRIFT_SAMPLES = 1.0
_NOTABLE_DRIFT_DEVIATIONS = 10.0
_NEARLY_WHOLE = 0.35
# Without itself and its neighbours, three quarters of all passages are left to compare one with.
_GROUPS_BY_OTHERS = 12


def follow(dry: npt.NDArray[np.float32], wet: npt.NDArray[np.float32], track: Track) -> Course:
    """Refine a rough track of the delay.

    Args:
        dry: Shape (frames,).
        wet: Shape (frames,), another length perhaps.
        track: What `coarse_track` found.
    """
    course = _from_track(track)
    for _ in range(_ROUNDS):
        course = fitted(_measured(dry, wet, joined(course)))
    for _ in range(_MOST_JUMPS):
        broken = parted(course)
        if broken is None:
            break
        course = fitted(_measured(dry, wet, broken))
    course = joined(course)
    if len(course.edges):
        alike = replace(course, offsets=course.offsets + unlikeness(dry, wet, course))
        course = fitted(_measured(dry, wet, alike))
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
    starts = passages(len(dry), course, _ENOUGH_PASSAGES)
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
    enough = _ENOUGH_FOR_DRIFT if len(taken) == 1 else _ENOUGH_PASSAGES
    for _ in range(_ROUNDS):
        rest = fitted(_measured(dry, laid, rest, enough), drifting=drifting)
    if len(taken) > 1:
        rest = fitted(_with_whole_shifts(rest, taken, dry, laid), drifting=drifting, tied=True)
    speed = 1 + course.drift
    drift = speed * (1 + rest.drift) - 1
    raw_drift = drift
    if not drifting:
        raw_drift = fitted(_measured(dry, laid, fitted(rest, tied=True), enough), tied=True).drift
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
    whole = _measured(dry, laid, replace(rest, brackets=np.empty((0, 2))), by_others=True)
    measured = {name: getattr(whole, name) for name in ("centres", "residuals", "scores")}
    return replace(course, **measured)


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


def _measured(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    course: Course,
    enough: int = _ENOUGH_PASSAGES,
    *,
    by_others: bool = False,
) -> Course:
    """The course with what at least `enough` passages say about it.

    Each is compared with what all have in common or, `by_others`, all but itself and its
    neighbours. A sweep is alone with its frequencies: what is common to all is itself there, and
    says of it whatever delay it was taken to have.
    """
    starts = passages(len(dry), course, enough)
    centres = np.asarray(starts + 0.5 * PASSAGE_FRAMES, np.float64)
    delays = course.at(centres)
    groups = _GROUPS_BY_OTHERS if by_others else GROUPS
    average = average_spectra(dry, wet, starts, delays, PASSAGE_FRAMES, groups=groups)
    common = average.total()
    references = [common]
    if by_others:
        beside = [[(own + step) % groups for step in (-1, 0, 1)] for own in range(groups)]
        references = [average.without(*some) for some in beside]
    templates = np.stack([_template(one) for one in references])
    residuals, scores, shares, energies, bright = np.zeros((5, len(starts)))
    flat = (1 / (common.dry[0] + 1e-5 * common.dry[0].max() + 1e-30)).astype(np.float32)
    squares = (np.arange(templates.shape[1], dtype=np.float32) + 1) ** 2
    for rows, x, y in passage_spectra(dry, wet, starts, delays, PASSAGE_FRAMES):
        template = templates[np.arange(rows.start, rows.stop) % len(templates)]
        likeness = scipy.fft.irfft(np.conj(x) * y * template, axis=1)
        noise = np.sqrt(np.mean(likeness**2, axis=1))
        near = np.concatenate([likeness[:, -_REACH:], likeness[:, : _REACH + 1]], axis=1)
        peaks = np.clip(np.argmax(near, axis=1), 1, 2 * _REACH - 1)
        before, here, after = (near[np.arange(len(near)), peaks + step] for step in (-1, 0, 1))
        bend = before - 2 * here + after
        vertex = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, 1), 0)
        residuals[rows] = peaks - _REACH + vertex.clip(-1, 1)
        scores[rows] = here / np.maximum(noise, 1e-30)
        played = np.abs(x) ** 2
        shares[rows], energies[rows], bright[rows] = (
            played @ flat,
            played.sum(axis=1),
            played @ squares,
        )
    return replace(
        course,
        centres=centres,
        residuals=residuals,
        scores=scores,
        levels=np.log10(energies + _QUIETEST),
        brightness=np.log10((bright + _QUIETEST) / (energies + _QUIETEST)),
        pivot=float(centres @ shares / max(shares.sum(), 1e-30)),
    )


def _template(common: Average) -> npt.NDArray[np.complex64]:
    """What turns the cross-spectrum of a passage into its likeness to `common`, of one group."""
    cross, powers = common.cross[0], np.maximum(common.dry[0] * common.wet[0], 1e-300)
    # Weights of the maximum likelihood estimate (Knapp and Carter 1976), from what is common.
    coherence = np.convolve(np.abs(cross) ** 2 / powers, np.ones(9) / 9, "same").clip(0, 0.98)
    weight = coherence / (1 - coherence) / np.sqrt(np.maximum(powers, 1e-10 * powers.max()))
    weight[int(_BAND * len(weight)) :] = 0
    weight[:4] = 0
    template = np.conj(cross) / np.maximum(np.abs(cross), 1e-300) * weight
    return np.asarray(template, np.complex64)
