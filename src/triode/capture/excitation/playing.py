"""The guitar of the signal: every style at every level, phrase after phrase."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d
from scipy.signal import lfilter

from triode.capture.excitation.phrases import MORE_PHRASES
from triode.synthetic import PHRASES, Phrase, play_phrase

__all__ = ["PASSAGE_PEAKS_DBFS", "PEAKS_DBFS", "STYLES", "decay", "play"]

PEAKS_DBFS: Final = (-1.0, -1.0, -1.0, -2.0, -3.0, -4.0, -6.0, -8.0, -11.0, -15.0, -21.0, -30.0)
"""Peaks of the phrases, in shuffled order, all of them before any comes again."""

PASSAGE_PEAKS_DBFS: Final = (-1.0, -4.0, -9.0, -18.0)
"""The same for the passage that is played three times, which is short."""

STYLES: Final[Mapping[str, Callable[[np.random.Generator], Phrase]]] = MappingProxyType(
    {
        **{
            name: PHRASES[name]
            for name in ("single notes", "chords", "palm mutes", "arpeggio", "volume swell")
        },
        **MORE_PHRASES,
    }
)
"""What is played, in shuffled order, all of them before any comes again."""

_TONE_HZ = (100.0, 3_000.0)
_MOST_EVENED = 0.6
_ENVELOPE_SECONDS = 0.06
_SOFTEST = 10.0 ** (-40.0 / 20.0)
_RELEASE_SECONDS = 0.03

Signal = npt.NDArray[np.float64]


def play(
    frames: int,
    rate_hz: float,
    generator: np.random.Generator,
    peaks_dbfs: tuple[float, ...] = PEAKS_DBFS,
) -> Signal:
    """Phrases that fill `frames`, the last one damped at the end.

    Args:
        frames: Length of the result, (frames,).
        rate_hz: Sample rate, at least 8 kHz.
        generator: Chooses the music.
        peaks_dbfs: Peaks of the phrases.
    """
    signal = np.zeros(frames)
    names, styles = tuple(STYLES), _shuffled(len(STYLES), generator)
    levels = _shuffled(len(peaks_dbfs), generator)
    start_seconds = 0.0
    while round(start_seconds * rate_hz) < frames:
        phrase = STYLES[names[next(styles)]](generator)
        sound = _darkened(play_phrase(phrase, rate_hz, generator), rate_hz, generator)
        sound = _evened(sound, rate_hz, float(generator.uniform(0.0, _MOST_EVENED)))
        sound *= 10.0 ** (peaks_dbfs[next(levels)] / 20.0) / np.abs(sound).max()
        first = round(start_seconds * rate_hz)
        room = frames - first
        signal[first : first + len(sound)] += sound[:room]
        start_seconds += phrase.seconds
    return _damped(_limited(signal, max(peaks_dbfs)), rate_hz)


def decay(frames: int, rate_hz: float, generator: np.random.Generator) -> Signal:
    """One hard chord that is left to ring down to nothing, peak 1."""
    sound = play_phrase(PHRASES["let ring"](generator), rate_hz, generator)[:frames]
    signal = np.zeros(frames)
    signal[: len(sound)] = sound
    # Strings alone would still ring at the end; this takes another 80 dB off on the way.
    signal *= 10.0 ** (-4.0 * np.arange(frames) / frames)
    return _damped(signal / np.abs(signal).max(), rate_hz)


def _shuffled(count: int, generator: np.random.Generator) -> Iterator[int]:
    while True:
        yield from map(int, generator.permutation(count))


def _darkened(signal: Signal, rate_hz: float, generator: np.random.Generator) -> Signal:
    """The tone knob, or another pick-up: a first-order low-pass somewhere in the guitar's range."""
    corner_hz = np.exp(generator.uniform(*np.log(_TONE_HZ)))
    pole = float(np.exp(-2.0 * np.pi * corner_hz / rate_hz))
    return np.asarray(lfilter([1.0 - pole], [1.0, -pole], signal))


def _evened(signal: Signal, rate_hz: float, share: float) -> Signal:
    """What a compressor does: of every level below the peak, in dB, a share is taken away.

    Recorded guitars are far steadier than plucked strings; without this, much of the signal would
    be too soft to learn from.
    """
    window = max(1, round(_ENVELOPE_SECONDS * rate_hz))
    power = uniform_filter1d(np.square(signal), window, mode="constant")
    envelope = np.sqrt(np.maximum(power, 0.0))
    highest = max(float(envelope.max()), np.finfo(np.float64).tiny)
    return np.asarray(signal * np.maximum(envelope / highest, _SOFTEST) ** -share)


def _limited(signal: Signal, loudest_dbfs: float) -> Signal:
    """Turn all of it down when what rings on adds up to more than the limit."""
    limit = 10.0 ** (loudest_dbfs / 20.0)
    highest = float(np.abs(signal).max(initial=0.0))
    return signal if highest <= limit else signal * (limit / highest)


def _damped(signal: Signal, rate_hz: float) -> Signal:
    release = min(len(signal), round(_RELEASE_SECONDS * rate_hz))
    signal[len(signal) - release :] *= np.square(np.cos(np.linspace(0.0, np.pi / 2.0, release)))
    return signal
