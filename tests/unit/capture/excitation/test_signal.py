"""The samples are what the table says."""

import hashlib

import numpy as np
import pytest

from triode.capture import Layout, excitation_signal, find_repeats
from triode.capture.excitation import Segment
from triode.errors import AudioError

RATE_HZ = 48_000


def parts(kind: str) -> list[tuple[Segment, slice]]:
    layout = Layout.of(1.0, RATE_HZ)
    return [(one, slice(*layout.span(one))) for one in layout.segments if one.kind == kind]


def test_equal_arguments_give_equal_samples(signal: np.ndarray) -> None:
    again = excitation_signal(1.0, RATE_HZ)
    assert hashlib.sha256(again.tobytes()).digest() == hashlib.sha256(signal.tobytes()).digest()
    assert np.abs(signal).max() <= 0.9
    assert np.isfinite(signal).all()


def test_clicks_stand_alone(signal: np.ndarray) -> None:
    layout = Layout.of(1.0, RATE_HZ)
    for _, where in parts("marker"):
        assert np.count_nonzero(signal[where]) == 3
    assert np.all(signal[list(layout.clicks)] == np.float32(0.9))


def test_silences_are_silent(signal: np.ndarray) -> None:
    for _, where in parts("silence"):
        assert not signal[where].any()


@pytest.mark.parametrize("kind", ["sweep", "tones", "noise", "decay"])
def test_probes_have_their_level(signal: np.ndarray, kind: str) -> None:
    for segment, where in parts(kind):
        peak_dbfs = 20 * np.log10(np.abs(signal[where]).max())
        # A short sweep may miss its peak by a little.
        assert peak_dbfs == pytest.approx(segment.peak_dbfs, abs=0.05)


def test_the_decay_ends_in_silence(signal: np.ndarray) -> None:
    ((_, where),) = parts("decay")
    assert np.abs(signal[where][-RATE_HZ // 20 :]).max() < 10 ** (-80 / 20)


def test_the_playing_is_soft_and_loud(signal: np.ndarray) -> None:
    playing = np.concatenate([signal[where] for _, where in parts("playing")])
    blocks = playing[: len(playing) // 4800 * 4800].reshape(-1, 4800)
    levels = 20 * np.log10(np.sqrt(np.mean(np.square(blocks, dtype=np.float64), axis=1)) + 1e-9)
    low, high = np.percentile(levels, [10, 90])
    assert high > -17
    assert high - low > 15


def test_only_the_passage_repeats(signal: np.ndarray) -> None:
    found = find_repeats(signal, RATE_HZ)
    known = Layout.of(1.0, RATE_HZ).repeats
    assert {one.second - one.first for one in found} == {one.second - one.first for one in known}


def test_a_rate_too_low_for_a_guitar() -> None:
    with pytest.raises(AudioError, match="sample rate"):
        excitation_signal(1.0, 4_000)
