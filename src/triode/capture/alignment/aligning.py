"""Where the wet recording sits against the dry one: delay, drift, jumps and polarity, and how sure.

First the course of the delay through the recording is followed (`tracking`, then `delays`), then
several estimators say where on this course the gear's answer begins (`arrival`). If they agree
within half a millisecond, it is believed.

The delay is that of the phase estimator. The wet signal is advanced less than that: to one sample
before the earliest sign of an answer, so that a model never has to look ahead; what is left the
model learns.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from triode.audio import IN_MEMORY, SignalStore
from triode.capture.alignment.clicks import click_vote, find_clicks
from triode.capture.alignment.course import PASSAGE_FRAMES, Course, passages
from triode.capture.alignment.fitting import fitted
from triode.capture.alignment.following import drifts, follow, refit
from triode.capture.alignment.jumps import linear_part, locate_jump
from triode.capture.alignment.laying import lay
from triode.capture.alignment.onsets import onset_vote
from triode.capture.alignment.phase import correlation_vote, phase_vote
from triode.capture.alignment.spectra import Average, average_spectra
from triode.capture.alignment.tracking import SEARCH_SECONDS, Track, coarse_track
from triode.capture.timing import USABLE_CONFIDENCE, Alignment, Jump, Vote
from triode.errors import CaptureError

__all__ = ["align", "given_delay"]

_MARGIN_SAMPLES: Final = 1
_AGREEMENT_SECONDS = 0.0005
_HEARD_CONFIDENCE = 0.3
# Recordings that do not belong together collect up to 0.3 of what they could, real ones 0.7 on.
_UNRELATED_SHARE = 0.3
_RELATED_SHARE = 0.6
_FEWEST_PASSAGES = 4
_DISPUTED = 0.4
_UNSUPPORTED = 0.7
_TYPICAL_DISTINCT = 0.6
_WHOLE_SHIFT_DOUBT = 0.4
_ON_COURSE_SAMPLES = 4.0
_EVEN_SAMPLES = 1.0


def align(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    rate_hz: float,
    store: SignalStore = IN_MEMORY,
) -> Alignment:
    """Find how `wet` lies against `dry`, within two seconds to either side.

    Args:
        dry: What was sent, shape (frames,), not silent.
        wet: What came back, shape (frames,), not silent; lengths may differ.
        rate_hz: The rate of both.
        store: Where to keep what is made of them on the way.

    Raises:
        CaptureError: The two do not belong together as far as can be told.
    """
    track = coarse_track(dry, wet, rate_hz, store)
    if track is None:
        raise _unrelated(0.0)
    course = follow(dry, wet, track)
    average = _average(dry, wet, course)
    jumps: tuple[Jump, ...] = ()
    if len(course.edges):
        jumps = _located(dry, wet, rate_hz, course, average)
        course = _with_jumps(course, jumps)
    laid = lay(wet, course, len(dry), store)
    course, rest = refit(dry, laid, course)
    if course.drift and not drifts(course, len(dry)):
        course = fitted(course, drifting=False)
        laid = lay(wet, course, len(dry), store)
        course, rest = refit(dry, laid, course)
    average = _average(dry, laid, rest)
    laid = lay(wet, course, len(dry), store)
    course_at_zero = float(course.offsets[0])
    votes, clarity, begins = _votes(dry, laid, rate_hz, course, average)
    decided = votes[0]
    confidence = _confidence(track, course, votes)
    if jumps and _unevenness(dry, wet, rate_hz, course) > _EVEN_SAMPLES:
        confidence *= _DISPUTED
    if confidence < USABLE_CONFIDENCE:
        raise _unrelated(confidence)
    delay = course_at_zero + decided.delay_samples
    earliest = course_at_zero + begins
    advance = 0 if -1.5 < earliest < 1.0 else math.floor(earliest + 0.25) - _MARGIN_SAMPLES
    fraction = 0.0
    if course.drift:
        fraction = earliest - _MARGIN_SAMPLES - round(earliest - _MARGIN_SAMPLES)
        advance = round(earliest - _MARGIN_SAMPLES)
    votes = tuple(
        replace(vote, delay_samples=vote.delay_samples + course_at_zero) for vote in votes
    )
    return Alignment(
        delay_samples=delay,
        advance_samples=advance,
        advance_fraction=fraction,
        polarity=decided.polarity,
        polarity_clarity=_polarity_clarity(votes, clarity),
        confidence=confidence,
        uncertainty_samples=_standard_error(course),
        drift_ppm=1e6 * course.drift,
        raw_drift_ppm=1e6 * course.raw_drift,
        pivot_samples=course.pivot,
        jumps=_settled(jumps, course, decided.delay_samples),
        votes=votes,
    )


def given_delay(delay_samples: float) -> Alignment:
    """What the user says about the delay, in place of a measurement.

    It is taken literally: the wet signal is moved so that one sample of it is left, by
    interpolation if that takes a fraction. Polarity, drift and jumps are not known then.
    """
    target = delay_samples - _MARGIN_SAMPLES if delay_samples else 0.0
    return Alignment(
        delay_samples=delay_samples,
        advance_samples=round(target),
        advance_fraction=target - round(target),
        polarity=1,
        polarity_clarity=0.0,
        confidence=0.0,
        given=True,
    )


def _average(dry: npt.NDArray[np.float32], wet: npt.NDArray[np.float32], course: Course) -> Average:
    starts = passages(len(dry), course)
    return average_spectra(
        dry,
        wet,
        starts,
        course.at(np.asarray(starts + 0.5 * PASSAGE_FRAMES, np.float64)),
        PASSAGE_FRAMES,
    )


def _located(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    rate_hz: float,
    course: Course,
    average: Average,
) -> tuple[Jump, ...]:
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


def _unevenness(
    dry: npt.NDArray[np.float32], wet: npt.NDArray[np.float32], rate_hz: float, course: Course
) -> float:
    """How far apart the phase estimator puts the stretches between jumps, in samples.

    It does not go by what passages have in common, so it sees when a jump was fitted a few samples
    too long because the gear was played otherwise after it.
    """
    starts = passages(len(dry), course)
    centres = np.asarray(starts + 0.5 * PASSAGE_FRAMES, np.float64)
    delays, stretch = course.at(centres), np.searchsorted(course.edges, centres)
    places = []
    for one in np.unique(stretch):
        of = stretch == one
        average = average_spectra(dry, wet, starts[of], delays[of], PASSAGE_FRAMES)
        places.append(phase_vote(average, rate_hz)[0].delay_samples)
    return max(places) - min(places)


def _between(course: Course, edge: float) -> tuple[float, float]:
    """The nearest passages on either side of an edge that lie on the course."""
    known = course.centres[course.good & (np.abs(course.residuals) < _ON_COURSE_SAMPLES)]
    before, after = known[known < edge], known[known > edge]
    low = float(before[-1]) if len(before) else edge
    return low, float(after[0]) if len(after) else edge


def _with_jumps(course: Course, jumps: Sequence[Jump]) -> Course:
    edges = np.array([float(jump.position_samples) for jump in jumps])
    if np.any(np.diff(edges) <= 0):
        return course
    return replace(course, edges=edges)


def _settled(jumps: Sequence[Jump], course: Course, decided: float) -> tuple[Jump, ...]:
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


def _votes(
    dry: npt.NDArray[np.float32],
    laid: npt.NDArray[np.float32],
    rate_hz: float,
    course: Course,
    average: Average,
) -> tuple[tuple[Vote, ...], float, float]:
    """All votes, the deciding one first, the clarity of the polarity, and the earliest answer."""
    decided, clarity, begins = phase_vote(average, rate_hz)
    others = [correlation_vote(average, rate_hz)]
    # The laid signal was moved by whole samples where nothing drifts; the rest is added here.
    moved = 0.0 if course.drift else round(float(course.offsets[0])) - float(course.offsets[0])
    clicks = find_clicks(dry, rate_hz)
    click = click_vote(dry, laid, rate_hz, clicks) if len(clicks) else None
    others.extend(
        replace(vote, delay_samples=vote.delay_samples + moved)
        for vote in (click, onset_vote(dry, laid, rate_hz))
        if vote is not None
    )
    tolerance = _AGREEMENT_SECONDS * rate_hz
    votes = [decided]
    for vote in others:
        allowed = tolerance + (vote.uncertainty_samples if vote.estimator == "onset" else 0.0)
        near = abs(vote.delay_samples - decided.delay_samples) <= allowed
        votes.append(replace(vote, agrees=near))
        if vote.estimator == "click" and near and vote.confidence >= _HEARD_CONFIDENCE:
            begins = min(begins, vote.delay_samples)
    return tuple(votes), clarity, begins


def _confidence(track: Track, course: Course, votes: Sequence[Vote]) -> float:
    """The product of what the estimators, the course and the agreement are worth."""
    on_track = len(track.centres)
    related = (track.share - _UNRELATED_SHARE) / (_RELATED_SHARE - _UNRELATED_SHARE)
    related = min(max(related, 0.0), 1.0) * min(1.0, on_track / _FEWEST_PASSAGES)
    decided, *others = votes
    distinct = min(1.0, decided.confidence / _TYPICAL_DISTINCT)
    heard = [vote for vote in others if vote.confidence >= _HEARD_CONFIDENCE]
    if any(not vote.agrees for vote in heard):
        agreement = _DISPUTED
    elif heard:
        agreement = 1.0
    else:
        agreement = _UNSUPPORTED
    whole = _DISPUTED if course.shift_doubt > _WHOLE_SHIFT_DOUBT else 1.0
    return related * distinct * agreement * whole * min(1.0, course.share / 0.8) ** 2


def _polarity_clarity(votes: Sequence[Vote], clarity: float) -> float:
    """Less where another estimator that hears a sign hears the other one."""
    decided = votes[0]
    against = any(
        vote.polarity == -decided.polarity and vote.estimator == "correlation" for vote in votes
    )
    return 0.5 * clarity if against else clarity


def _standard_error(course: Course) -> float:
    """Of the delay, from how far the passages lie from the course."""
    near = np.abs(course.residuals[course.good])
    near = near[near < 2.0]
    return float(1.4826 * np.median(near) / np.sqrt(len(near))) if len(near) else float("inf")


def _unrelated(confidence: float) -> CaptureError:
    return CaptureError(
        "the wet recording does not follow the dry one, as far as can be told",
        expected=f"a confidence of at least {USABLE_CONFIDENCE}",
        got=f"{confidence:.2f} within +-{SEARCH_SECONDS:.1f} s",
        hint="Likely reasons: the wet file belongs to another dry file, a delay or tempo that "
        "changes during the recording, or a recording that is mostly noise, a single note or too "
        "short. If you know the delay, give it with --delay SAMPLES.",
    )
