"""Each estimator of where the answer begins, by itself, on signals whose delay is known."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.signal

from triode.audio import read_between
from triode.capture import Vote
from triode.capture.alignment.clicks import click_vote, find_clicks
from triode.capture.alignment.confidence import Elsewhere, confidence
from triode.capture.alignment.course import PASSAGE_FRAMES, Course
from triode.capture.alignment.onsets import onset_vote
from triode.capture.alignment.phase import correlation_vote, phase_vote
from triode.capture.alignment.spectra import Average, average_spectra
from triode.capture.alignment.tracking import Track

RATE_HZ = 48_000
DELAY = 7.25


def averaged(dry: np.ndarray, wet: np.ndarray) -> Average:
    starts = np.arange(0, len(dry) - PASSAGE_FRAMES, PASSAGE_FRAMES // 2)
    return average_spectra(dry, wet, starts, np.zeros(len(starts)), PASSAGE_FRAMES)


def delayed(signal: np.ndarray, samples: float) -> np.ndarray:
    return read_between(signal, -samples, 1.0, len(signal))


@pytest.mark.parametrize("sign", [1, -1])
def test_phase_is_that_of_the_delay(dry: np.ndarray, sign: int) -> None:
    vote, clarity, begins = phase_vote(averaged(dry, sign * delayed(dry, DELAY)), RATE_HZ)
    # Interpolation takes away the very highest frequencies, which has a little phase of its own.
    assert vote.delay_samples == pytest.approx(DELAY, abs=0.05)
    assert vote.polarity == sign
    assert vote.confidence > 0.7
    assert clarity > 0.5
    assert DELAY - 2 < begins <= DELAY + 0.05


def test_phase_does_not_mind_tone(dry: np.ndarray) -> None:
    """A high-pass turns the phase by up to half a turn, a cabinet rings; neither is delay."""
    high = scipy.signal.butter(2, 120, "highpass", fs=RATE_HZ, output="sos")
    peak = scipy.signal.iirpeak(1200, 3, fs=RATE_HZ)
    for toned in (scipy.signal.sosfilt(high, dry), dry + scipy.signal.lfilter(*peak, dry)):
        wet = delayed(toned.astype(np.float32), DELAY)
        vote, _, _ = phase_vote(averaged(dry, wet), RATE_HZ)
        assert vote.delay_samples == pytest.approx(DELAY, abs=0.2)
        assert vote.polarity == 1


@pytest.mark.parametrize("sign", [1, -1])
def test_correlation_peaks_at_the_delay(dry: np.ndarray, sign: int) -> None:
    vote = correlation_vote(averaged(dry, sign * delayed(dry, DELAY)), RATE_HZ)
    assert vote.delay_samples == pytest.approx(DELAY, abs=0.02)
    assert vote.polarity == sign
    assert vote.confidence > 0.7


def test_unrelated_recordings_have_no_distinct_peak(dry: np.ndarray) -> None:
    noise = np.random.default_rng(1).standard_normal(len(dry)).astype(np.float32)
    average = averaged(dry, noise)
    assert correlation_vote(average, RATE_HZ).confidence < 0.3
    assert phase_vote(average, RATE_HZ)[0].confidence < 0.3


def test_clicks_are_found_and_answered(dry: np.ndarray) -> None:
    signal = np.concatenate([np.zeros(2 * RATE_HZ, np.float32), dry[: 2 * RATE_HZ]])
    clicks = [RATE_HZ // 2, RATE_HZ // 2 + 30_000]
    signal[clicks] = 0.9
    found = find_clicks(signal, RATE_HZ)
    assert found.tolist() == clicks
    noise = 1e-4 * np.random.default_rng(2).standard_normal(len(signal))
    wet = (noise - 0.5 * delayed(signal, DELAY)).astype(np.float32)
    vote = click_vote(signal, wet, RATE_HZ, found)
    assert vote is not None
    # A quarter of the rise of one click, at four times the rate.
    assert vote.delay_samples == pytest.approx(DELAY, abs=0.5)
    assert vote.polarity == -1
    assert vote.confidence > 0.7


def test_playing_has_no_clicks(dry: np.ndarray) -> None:
    assert len(find_clicks(dry, RATE_HZ)) == 0


@pytest.mark.parametrize("delay", [-480, 0, 960])
def test_onsets_tell_roughly(dry: np.ndarray, delay: int) -> None:
    wet = np.tanh(5 * delayed(dry, delay))
    for answer in (wet, -wet):
        vote = onset_vote(dry, answer, RATE_HZ)
        assert vote is not None
        assert abs(vote.delay_samples - delay) <= vote.uncertainty_samples
        assert vote.confidence > 0.3
        assert vote.polarity == 0


@pytest.fixture
def followed() -> tuple[Track, Course]:
    """A track and a course that nothing is wrong with."""
    passages = np.arange(40.0)
    track = Track(
        centres=passages,
        delays=passages,
        reach=0.5,
        pieces=np.zeros(40, np.int64),
        drift=0.0,
        scores=passages,
        share=1.0,
        passages=40,
    )
    course = Course(
        drift=0.0,
        offsets=np.zeros(1),
        edges=np.empty(0),
        brackets=np.empty((0, 2)),
        centres=passages,
        residuals=np.zeros(40),
        scores=np.full(40, 30.0),
        levels=np.zeros(40),
        brightness=np.zeros(40),
    )
    return track, course


def vote(estimator: str, sureness: float, *, agrees: bool = True) -> Vote:
    return Vote(
        estimator=estimator,
        delay_samples=0.0,
        uncertainty_samples=0.5,
        polarity=1,
        confidence=sureness,
        agrees=agrees,
    )


def test_agreement_decides(followed: tuple[Track, Course]) -> None:
    track, course = followed
    decided = vote("phase", 0.9)
    together = confidence(*followed, [decided, vote("click", 0.9)])
    alone = confidence(*followed, [decided])
    disputed = confidence(*followed, [decided, vote("click", 0.9, agrees=False)])
    unheard = confidence(*followed, [decided, vote("click", 0.1, agrees=False)])
    assert together == 1
    assert alone == unheard == pytest.approx(0.7)
    assert disputed < 0.5
    broken = replace(course, edges=np.array([1000.0]))
    votes = [decided, vote("click", 0.9)]
    assert confidence(track, broken, votes) < 0.5
    counted = replace(broken, counted=True)
    assert confidence(track, counted, votes, Elsewhere(ends=0.01, without=0.15)) == 1
    assert confidence(track, counted, votes, Elsewhere(ends=0.15)) < 0.5
    assert confidence(track, counted, votes, Elsewhere(without=0.25)) < 0.5
    wavering = replace(decided, uncertainty_samples=3.0)
    assert confidence(*followed, [wavering, vote("click", 0.9)]) < 0.5
