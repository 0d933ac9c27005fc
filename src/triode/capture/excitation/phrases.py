"""More of what an amplifier must be shown: lowest and highest notes, held and fast ones."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from triode.synthetic import Phrase, Pluck, Stroke

__all__ = ["MORE_PHRASES"]

_LOWEST_NOTE = 28  # the E of a bass, in MIDI note numbers
_SCALE = (0, 2, 3, 5, 7, 9, 10)


def _note(
    generator: np.random.Generator, midi_note: float, seconds: float, strength: float
) -> Pluck:
    frequency_hz = 440.0 * np.exp2((midi_note - 69.0 + generator.uniform(-0.04, 0.04)) / 12.0)
    return Pluck(
        frequency_hz=float(frequency_hz),
        seconds=seconds,
        strength=float(np.clip(strength * generator.uniform(0.7, 1.1), 0.05, 1.0)),
        pick_position=float(generator.uniform(0.05, 0.3)),
        damping=float(generator.uniform(0.02, 0.3)),
        sustain_seconds=float(generator.uniform(2.0, 8.0)),
    )


def _low_line(generator: np.random.Generator) -> Phrase:
    """A bass or a guitar tuned down: a line between 41 and 110 Hz."""
    strokes, now = [], 0.0
    for _ in range(int(generator.integers(5, 9))):
        seconds = float(generator.choice([0.18, 0.3, 0.45, 0.7]))
        midi_note = _LOWEST_NOTE + int(generator.integers(0, 17))
        note = _note(generator, midi_note, seconds, float(generator.uniform(0.4, 1.0)))
        strokes.append(Stroke(start_seconds=now, note=note))
        now += seconds
    return Phrase(seconds=now, strokes=tuple(strokes))


def _high_line(generator: np.random.Generator) -> Phrase:
    """A solo above the twelfth fret, up to 1.3 kHz, with bends and vibrato."""
    strokes, now = [], 0.0
    for _ in range(int(generator.integers(6, 12))):
        seconds = float(generator.choice([0.1, 0.15, 0.25, 0.5, 1.0]))
        midi_note = 64 + 12 * int(generator.integers(0, 2)) + int(generator.choice(_SCALE))
        plain = _note(generator, midi_note, seconds, float(generator.uniform(0.4, 1.0)))
        long = seconds > 0.3
        note = Pluck(
            frequency_hz=plain.frequency_hz,
            seconds=plain.seconds,
            strength=plain.strength,
            pick_position=plain.pick_position,
            damping=plain.damping,
            sustain_seconds=plain.sustain_seconds,
            bend_cents=float(generator.choice([0.0, 100.0, 200.0])) if long else 0.0,
            vibrato_cents=float(generator.uniform(0.0, 40.0)) if long else 0.0,
        )
        strokes.append(Stroke(start_seconds=now, note=note))
        now += seconds
    return Phrase(seconds=now, strokes=tuple(strokes))


def _power_chords(generator: np.random.Generator) -> Phrase:
    """Roots and fifths, struck hard and held."""
    strokes, now = [], 0.0
    for _ in range(int(generator.integers(2, 5))):
        seconds = float(generator.choice([0.25, 0.5, 0.75, 1.2]))
        root = 35 + int(generator.integers(0, 17))
        for order, interval in enumerate((0, 7, 12)):
            note = _note(generator, root + interval, seconds, 0.9)
            strokes.append(Stroke(start_seconds=now + 0.004 * order, note=note))
        now += seconds
    return Phrase(seconds=now, strokes=tuple(strokes))


def _double_stops(generator: np.random.Generator) -> Phrase:
    """Two strings at once, one of them bent against the other."""
    strokes, now = [], 0.0
    for _ in range(int(generator.integers(3, 6))):
        seconds = float(generator.choice([0.2, 0.35, 0.6, 0.9]))
        root = 52 + int(generator.integers(0, 20))
        strength = float(generator.uniform(0.3, 1.0))
        for interval in (0, int(generator.choice([3, 4, 5, 7, 9]))):
            note = _note(generator, root + interval, seconds, strength)
            strokes.append(Stroke(start_seconds=now, note=note))
        now += seconds
    return Phrase(seconds=now, strokes=tuple(strokes))


def _fast_picking(generator: np.random.Generator) -> Phrase:
    """Sixteenth notes, each cut off by the next, soft and hard ones mixed."""
    step = float(generator.uniform(0.07, 0.12))
    root = 40 + int(generator.integers(0, 24))
    strokes = []
    count = int(generator.integers(12, 20))
    for index in range(count):
        midi_note = root + int(generator.choice(_SCALE))
        note = _note(generator, midi_note, step, float(generator.uniform(0.2, 1.0)))
        strokes.append(Stroke(start_seconds=index * step, note=note))
    return Phrase(seconds=count * step, strokes=tuple(strokes))


MORE_PHRASES: Mapping[str, Callable[[np.random.Generator], Phrase]] = MappingProxyType(
    {
        "low line": _low_line,
        "high line": _high_line,
        "power chords": _power_chords,
        "double stops": _double_stops,
        "fast picking": _fast_picking,
    }
)
