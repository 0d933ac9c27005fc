"""What a guitarist plays: phrases of a few seconds, each in one style."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from triode.synthetic.string import Pluck

__all__ = ["PHRASES", "Phrase", "Stroke"]

# Standard tuning, MIDI note numbers from the low E upwards.
_TUNING = (40, 45, 50, 55, 59, 64)
# Frets per string, low to high; None is not played.
_CHORDS: tuple[tuple[int | None, ...], ...] = (
    (0, 2, 2, 1, 0, 0),
    (0, 2, 2, 0, 0, 0),
    (None, 0, 2, 2, 2, 0),
    (None, 0, 2, 2, 1, 0),
    (None, None, 0, 2, 3, 2),
    (3, 2, 0, 0, 0, 3),
    (None, 3, 2, 0, 1, 0),
    (1, 3, 3, 2, 1, 1),
    (5, 7, 7, 5, 5, 5),
)
_MINOR_PENTATONIC = (0, 3, 5, 7, 10)


@dataclass(frozen=True, kw_only=True)
class Stroke:
    """A pluck and the moment in the phrase at which it happens."""

    start_seconds: float
    note: Pluck


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """Strokes, how long to wait for the next phrase, and the volume knob as (second, 0..1)."""

    seconds: float
    strokes: tuple[Stroke, ...] = ()
    volume: tuple[tuple[float, float], ...] = field(default=((0.0, 1.0),))


def _frequency_hz(midi_note: float, generator: np.random.Generator) -> float:
    """Equal temperament, each string up to two cents off as on a guitar that was tuned by ear."""
    return float(440.0 * np.exp2((midi_note - 69.0) / 12.0 + generator.uniform(-2.0, 2.0) / 1200.0))


def _strum(
    generator: np.random.Generator,
    *,
    start_seconds: float,
    ring_seconds: float,
    strength: float,
    frets: tuple[int | None, ...],
    spread_seconds: float,
    downwards: bool = True,
    damping: float = 0.12,
    sustain_seconds: float = 5.0,
) -> list[Stroke]:
    played = [(string, fret) for string, fret in enumerate(frets) if fret is not None]
    strokes = []
    for order, (string, fret) in enumerate(played if downwards else reversed(played)):
        note = Pluck(
            frequency_hz=_frequency_hz(_TUNING[string] + fret, generator),
            seconds=ring_seconds,
            strength=float(np.clip(0.75 * strength * generator.uniform(0.8, 1.1), 0.05, 1.0)),
            pick_position=float(generator.uniform(0.08, 0.25)),
            damping=damping,
            sustain_seconds=sustain_seconds,
        )
        strokes.append(Stroke(start_seconds=start_seconds + order * spread_seconds, note=note))
    return strokes


def _single_notes(generator: np.random.Generator) -> Phrase:
    """A lead line in the minor pentatonic, with bends and vibrato."""
    root = int(generator.integers(45, 58))
    strokes = []
    now = 0.0
    loudness = generator.uniform(0.35, 1.0)
    for _ in range(int(generator.integers(6, 12))):
        length = float(generator.choice([0.12, 0.18, 0.25, 0.36, 0.5, 0.9]))
        degree = int(generator.integers(0, 10))
        midi_note = root + 12 * (degree // 5) + _MINOR_PENTATONIC[degree % 5]
        bent = length > 0.3 and generator.random() < 0.6
        note = Pluck(
            frequency_hz=_frequency_hz(midi_note, generator),
            seconds=length * float(generator.uniform(0.85, 1.05)),
            strength=float(np.clip(loudness * generator.uniform(0.6, 1.1), 0.05, 1.0)),
            pick_position=float(generator.uniform(0.06, 0.3)),
            damping=float(generator.uniform(0.05, 0.25)),
            bend_cents=float(generator.choice([100.0, 200.0])) if bent else 0.0,
            bend_start_seconds=float(generator.uniform(0.03, 0.12)),
            bend_seconds=float(generator.uniform(0.08, 0.25)),
            vibrato_cents=float(generator.uniform(10.0, 35.0)) if length > 0.4 else 0.0,
        )
        strokes.append(Stroke(start_seconds=now, note=note))
        now += length
    return Phrase(seconds=now, strokes=tuple(strokes))


def _chords(generator: np.random.Generator) -> Phrase:
    """Strummed open and barre chords, down and up."""
    strokes: list[Stroke] = []
    beat = float(generator.uniform(0.28, 0.5))
    loudness = float(generator.uniform(0.3, 0.9))
    now = 0.0
    for _ in range(int(generator.integers(2, 4))):
        frets = _CHORDS[int(generator.integers(len(_CHORDS)))]
        for stroke in range(int(generator.integers(2, 4))):
            strokes += _strum(
                generator,
                start_seconds=now,
                ring_seconds=beat * float(generator.uniform(1.0, 1.6)),
                strength=loudness * (1.0 if stroke % 2 == 0 else 0.7),
                frets=frets,
                spread_seconds=float(generator.uniform(0.006, 0.02)),
                downwards=stroke % 2 == 0,
            )
            now += beat
    return Phrase(seconds=now, strokes=tuple(strokes))


def _palm_mutes(generator: np.random.Generator) -> Phrase:
    """Chugging on the low strings with the palm on the bridge, then one chord left open."""
    strokes: list[Stroke] = []
    step = float(generator.uniform(0.11, 0.2))
    fret = int(generator.integers(0, 6))
    frets = (fret, fret + 2, None, None, None, None)
    count = int(generator.integers(6, 12))
    for index in range(count):
        strokes += _strum(
            generator,
            start_seconds=index * step,
            ring_seconds=step * 1.1,
            strength=float(generator.uniform(0.6, 1.0)),
            frets=frets,
            spread_seconds=0.003,
            damping=float(generator.uniform(0.6, 0.9)),
            sustain_seconds=float(generator.uniform(0.3, 0.7)),
        )
    strokes += _strum(
        generator,
        start_seconds=count * step,
        ring_seconds=1.0,
        strength=0.95,
        frets=(fret, fret + 2, fret + 2, None, None, None),
        spread_seconds=0.004,
    )
    return Phrase(seconds=count * step + 0.9, strokes=tuple(strokes))


def _arpeggio(generator: np.random.Generator) -> Phrase:
    """A chord picked softly string by string, everything left to ring."""
    frets = _CHORDS[int(generator.integers(len(_CHORDS)))]
    step = float(generator.uniform(0.15, 0.3))
    strokes = _strum(
        generator,
        start_seconds=0.0,
        ring_seconds=step * 8.0,
        strength=float(generator.uniform(0.15, 0.5)),
        frets=frets,
        spread_seconds=step,
        damping=0.15,
    )
    return Phrase(seconds=step * 7.0, strokes=tuple(strokes))


def _swell(generator: np.random.Generator) -> Phrase:
    """A held chord while the volume knob goes up, down and up again."""
    strokes = _strum(
        generator,
        start_seconds=0.0,
        ring_seconds=3.0,
        strength=float(generator.uniform(0.6, 1.0)),
        frets=_CHORDS[int(generator.integers(len(_CHORDS)))],
        spread_seconds=0.012,
        sustain_seconds=8.0,
    )
    middle = float(generator.uniform(0.2, 0.5))
    volume = ((0.0, 0.02), (1.0, 1.0), (1.7, middle), (2.2, 1.0), (3.0, 1.0))
    return Phrase(seconds=3.0, strokes=tuple(strokes), volume=volume)


def _turned_down(generator: np.random.Generator) -> Phrase:
    """A lead line with the volume knob rolled back, as for a clean verse."""
    line = _single_notes(generator)
    level = float(generator.uniform(0.08, 0.4))
    return Phrase(seconds=line.seconds, strokes=line.strokes, volume=((0.0, level),))


def _let_ring(generator: np.random.Generator) -> Phrase:
    """One hard note or chord that decays for seconds, then silence."""
    strokes = _strum(
        generator,
        start_seconds=0.0,
        ring_seconds=2.6,
        strength=float(generator.uniform(0.5, 1.0)),
        frets=_CHORDS[int(generator.integers(len(_CHORDS)))],
        spread_seconds=0.01,
        sustain_seconds=2.0,
    )
    return Phrase(seconds=3.0, strokes=tuple(strokes))


def _silence(generator: np.random.Generator) -> Phrase:
    """Nothing, for up to a second."""
    return Phrase(seconds=float(generator.uniform(0.3, 0.9)))


PHRASES: Mapping[str, Callable[[np.random.Generator], Phrase]] = MappingProxyType(
    {
        "single notes": _single_notes,
        "chords": _chords,
        "palm mutes": _palm_mutes,
        "arpeggio": _arpeggio,
        "volume swell": _swell,
        "turned down": _turned_down,
        "let ring": _let_ring,
        "silence": _silence,
    }
)
