"""The guitar of the signal: every style at every level, phrase after phrase."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from triode.capture.excitation.phrases import MORE_PHRASES
from triode.synthetic import PHRASES, Phrase, play_phrase

__all__ = ["PEAKS_DBFS", "STYLES", "decay", "play"]

PEAKS_DBFS: Final = (-1.0, -1.0, -2.0, -4.0, -6.0, -8.0, -11.0, -14.0, -18.0, -24.0, -32.0)
"""Peaks of the phrases, in shuffled order, all of them before any comes again."""

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

_RELEASE_SECONDS = 0.03

Signal = npt.NDArray[np.float64]


def play(
    frames: int, rate_hz: float, generator: np.random.Generator, loudest_dbfs: float
) -> Signal:
    """Phrases that fill `frames`, the last one damped at the end.

    Args:
        frames: Length of the result, (frames,).
        rate_hz: Sample rate, at least 8 kHz.
        generator: Chooses the music.
        loudest_dbfs: Upper limit of the peaks, where what rings on adds to what comes next.
    """
    signal = np.zeros(frames)
    names, styles = tuple(STYLES), _shuffled(len(STYLES), generator)
    levels = _shuffled(len(PEAKS_DBFS), generator)
    start_seconds = 0.0
    while round(start_seconds * rate_hz) < frames:
        phrase = STYLES[names[next(styles)]](generator)
        sound = play_phrase(phrase, rate_hz, generator)
        sound *= 10.0 ** (PEAKS_DBFS[next(levels)] / 20.0) / np.abs(sound).max()
        first = round(start_seconds * rate_hz)
        room = frames - first
        signal[first : first + len(sound)] += sound[:room]
        start_seconds += phrase.seconds
    return _damped(_limited(signal, loudest_dbfs), rate_hz)


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


def _limited(signal: Signal, loudest_dbfs: float) -> Signal:
    """Turn all of it down where something lies above the limit."""
    limit = 10.0 ** (loudest_dbfs / 20.0)
    highest = float(np.abs(signal).max(initial=0.0))
    return signal if highest <= limit else signal * (limit / highest)


def _damped(signal: Signal, rate_hz: float) -> Signal:
    release = min(len(signal), round(_RELEASE_SECONDS * rate_hz))
    signal[len(signal) - release :] *= np.square(np.cos(np.linspace(0.0, np.pi / 2.0, release)))
    return signal
