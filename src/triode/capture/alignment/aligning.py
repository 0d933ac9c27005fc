"""Where the wet recording sits against the dry one: delay, drift, jumps and polarity, and how sure.

First the course of the delay through the recording is followed (`tracking`, then `following`), then
several estimators say where on this course the gear's answer begins (`phase`, `clicks`, `onsets`).
If they agree within half a millisecond, it is believed.

The delay is that of the phase estimator. The wet signal is advanced less than that: to one sample
before the earliest sign of an answer, so that a model never has to look ahead; what is left the
model learns.
"""

import math
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from triode.audio import IN_MEMORY, SignalStore
from triode.capture.alignment.breaks import in_doubt, located, settled, with_jumps
from triode.capture.alignment.clicks import click_vote, find_clicks
from triode.capture.alignment.confidence import (
    HEARD_CONFIDENCE,
    Elsewhere,
    belong_together,
    confidence,
    polarity_clarity,
    standard_error,
)
from triode.capture.alignment.course import PASSAGE_FRAMES, Course, passages
from triode.capture.alignment.fitting import fitted
from triode.capture.alignment.following import drifts, follow, heard, refit, reseated
from triode.capture.alignment.laying import lay
from triode.capture.alignment.onsets import onset_vote
from triode.capture.alignment.phase import correlation_vote, phase_vote, pure_delay
from triode.capture.alignment.spectra import Average, average_spectra
from triode.capture.alignment.stretches import joined
from triode.capture.alignment.tracking import SEARCH_SECONDS, coarse_track
from triode.capture.timing import USABLE_CONFIDENCE, Alignment, Jump, Vote
from triode.errors import CaptureError

__all__ = ["align", "given_delay"]

_MARGIN_SAMPLES: Final = 1
_AGREEMENT_SECONDS = 0.0005
_ENOUGH_PASSAGES = 60
_MOST_SEATINGS = 8
_BESIDE_FRAMES = PASSAGE_FRAMES // 4


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
    course, rest, taken, laid = _refined(dry, wet, follow(dry, wet, track), store)
    jumps: tuple[Jump, ...] = ()
    doubts = np.empty((0, 2))
    if len(course.edges):
        average = _average(dry, laid, rest)
        jumps, doubts = located(dry, wet, rate_hz, course, average)
        doubts = in_doubt(heard(dry, laid, course, rest), doubts).clip(0, len(dry))
        course, rest, taken = (with_jumps(one, jumps) for one in (course, rest, taken))
        laid = lay(wet, taken, len(dry), store)
    average = _common(dry, laid, rest)
    laid = lay(wet, course, len(dry), store)
    course_at_zero = float(course.offsets[0])
    votes, clarity, begins = _votes(dry, laid, rate_hz, course, average)
    decided = votes[0]
    elsewhere = None
    if jumps:
        delays = _delays_elsewhere(dry, wet, rate_hz, taken, rest, doubts, store)
        without, *ends = (abs(one - decided.delay_samples) for one in delays)
        elsewhere = Elsewhere(ends=max(ends), without=without)
    sureness = confidence(track, course, votes, elsewhere)
    if sureness < USABLE_CONFIDENCE and not belong_together(track, votes):
        raise _unrelated(sureness)
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
        polarity_clarity=polarity_clarity(votes, clarity),
        confidence=sureness,
        uncertainty_samples=standard_error(course),
        drift_ppm=1e6 * course.drift,
        raw_drift_ppm=1e6 * course.raw_drift,
        pivot_samples=course.pivot,
        jumps=settled(jumps, course, decided.delay_samples),
        votes=votes,
    )


def given_delay(delay_samples: float) -> Alignment:
    """What the user says about the delay, in place of a measurement.

    It is taken literally: the wet signal is moved so that one sample of it is left, by
    interpolation if that takes a fraction. Polarity, drift and jumps are not known then.

    Raises:
        CaptureError: It is not a number.
    """
    if not math.isfinite(delay_samples):
        raise CaptureError(
            "that cannot be a delay",
            where="--delay",
            expected="a number of samples, such as 136 or -12.5",
            got=str(delay_samples),
        )
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


def _refined(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    taken: Course,
    store: SignalStore,
) -> tuple[Course, Course, Course, npt.NDArray[np.float32]]:
    """A course known finely, with its breaks where they are.

    Args:
        dry: Shape (frames,).
        wet: Shape (frames,).
        taken: The course as followed.
        store: Where to keep what is made on the way.

    Returns:
        The course, what is left of it in the laid signal, what was taken out of that, and the
        laid signal, shape (frames,).
    """
    laid = lay(wet, taken, len(dry), store)
    course, rest = refit(dry, laid, taken)
    if course.drift and not drifts(course, len(dry)):
        taken = fitted(course, drifting=False)
        laid = lay(wet, taken, len(dry), store)
        course, rest = refit(dry, laid, taken)
    for _ in range(_MOST_SEATINGS):
        moved = reseated(dry, laid, course, rest)
        if moved is None:
            break
        over = lay(wet, moved, len(dry), store)
        refined, left = refit(dry, over, moved)
        if joined(refined) is not refined:
            # No break after all: clicks, say, that the gear answers later than playing.
            break
        course, rest, taken, laid = refined, left, moved, over
    return course, rest, taken, laid


def _common(dry: npt.NDArray[np.float32], laid: npt.NDArray[np.float32], rest: Course) -> Average:
    """What all passages have in common, those in which samples may have been lost among them.

    Gear that distorts has a delay that depends on what is played, and without the seconds around a
    gap it would be another one.
    """
    return _average(dry, laid, replace(rest, brackets=np.empty((0, 2))))


def _delays_elsewhere(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    rate_hz: float,
    taken: Course,
    rest: Course,
    doubts: npt.NDArray[np.float64],
    store: SignalStore,
) -> list[float]:
    """The delay if the passages that hold gaps did not count, and if gaps were elsewhere.

    Elsewhere is the one end of what is in doubt, and the other; but what is not in doubt may be
    wrong as well, and then the passages in which a gap was put, or beside it, are wrong in part.

    Args:
        dry: Shape (frames,).
        wet: Shape (frames,).
        rate_hz: The rate of both.
        taken: The course to take out.
        rest: What is left of the course then.
        doubts: Between which dry samples each edge is in doubt, (edges, 2).
        store: Where to keep what is made on the way.
    """
    beside = _BESIDE_FRAMES * np.array([-1.0, 1.0])
    around = rest.edges[:, None] + beside
    laid = lay(wet, taken, len(dry), store)
    delays = [pure_delay(_average(dry, laid, replace(rest, brackets=around)), rate_hz)]
    for edges in doubts.T:
        laid = lay(wet, replace(taken, edges=edges), len(dry), store)
        delays.append(pure_delay(_common(dry, laid, replace(rest, edges=edges)), rate_hz))
    return delays


def _average(dry: npt.NDArray[np.float32], wet: npt.NDArray[np.float32], course: Course) -> Average:
    starts = passages(len(dry), course, _ENOUGH_PASSAGES)
    return average_spectra(
        dry,
        wet,
        starts,
        course.at(np.asarray(starts + 0.5 * PASSAGE_FRAMES, np.float64)),
        PASSAGE_FRAMES,
        evenly=True,
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
        if vote.estimator == "click" and near and vote.confidence >= HEARD_CONFIDENCE:
            begins = min(begins, vote.delay_samples)
    return tuple(votes), clarity, begins


def _unrelated(sureness: float) -> CaptureError:
    return CaptureError(
        "the wet recording does not follow the dry one, as far as can be told",
        expected=f"a confidence of at least {USABLE_CONFIDENCE}",
        got=f"{sureness:.2f} within +-{SEARCH_SECONDS:.1f} s",
        hint="Likely reasons: the wet file belongs to another dry file, a delay or tempo that "
        "changes during the recording, or a recording that is mostly noise, a single note or too "
        "short. If you know the delay, give it with --delay SAMPLES.",
    )
