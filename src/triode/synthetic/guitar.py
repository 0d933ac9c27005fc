"""A guitar performance: phrases in shuffled styles, through a pick-up and a volume knob."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from triode.errors import AudioError
from triode.synthetic.phrases import PHRASES, Phrase
from triode.synthetic.string import LOWEST_RATE_HZ, pluck

__all__ = ["performance", "play_phrase"]

_PICKUP_RESONANCE_HZ = 4500.0
_PICKUP_QUALITY = 1.6
_LEAD_IN_SECONDS = 0.1


def performance(
    seconds: float,
    rate_hz: float = 48000.0,
    seed: int = 0,
    *,
    styles: Sequence[str] = tuple(PHRASES),
    peak_db: float = -3.0,
    noise_db: float | None = -90.0,
) -> npt.NDArray[np.float32]:
    """Return a direct-injection recording that nobody played.

    All styles come up once in shuffled order before any comes up again. The same arguments give
    the same samples.

    Args:
        seconds: Length, above 0.
        rate_hz: Sample rate, at least 8 kHz.
        seed: Chooses the music, at least 0.
        styles: Keys of `PHRASES` to play.
        peak_db: Level of the highest peak, in dBFS.
        noise_db: RMS of the pick-up's hiss in dBFS; None for none.

    Returns:
        (round(seconds * rate_hz),) float32.

    Raises:
        AudioError: A length, rate or style that cannot be played.
    """
    if not (math.isfinite(seconds) and math.isfinite(rate_hz) and rate_hz >= LOWEST_RATE_HZ):
        raise AudioError(
            "nothing can be played at this length and rate",
            expected=f"finite seconds, and at least {LOWEST_RATE_HZ:g} Hz",
            got=f"{seconds} s at {rate_hz} Hz",
        )
    frames = round(seconds * rate_hz)
    if frames < 1:
        raise AudioError(
            "the performance has no length",
            where="seconds",
            expected="at least one frame",
            got=f"{seconds} s",
        )
    unknown = [style for style in styles if style not in PHRASES]
    if unknown or not styles:
        raise AudioError(
            "the style is unknown" if unknown else "there is no style to play",
            where="styles",
            expected=f"some of {', '.join(PHRASES)}",
            got=", ".join(unknown) or "none",
        )
    generator = np.random.default_rng(seed)
    signal = np.zeros(frames)
    start_seconds = _LEAD_IN_SECONDS
    queue: list[str] = []
    while start_seconds < seconds:
        if not queue:
            queue = [str(style) for style in generator.permutation(list(styles))]
        phrase = PHRASES[queue.pop()](generator)
        _add(signal, play_phrase(phrase, rate_hz, generator), round(start_seconds * rate_hz))
        start_seconds += phrase.seconds
    highest = float(np.max(np.abs(signal)))
    if highest > 0.0:
        signal *= 10.0 ** (peak_db / 20.0) / highest
    if noise_db is not None:
        signal += 10.0 ** (noise_db / 20.0) * generator.standard_normal(frames)
    return signal.astype(np.float32)


def play_phrase(
    phrase: Phrase, rate_hz: float, generator: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return the phrase with its tail, (frames,), after pick-up and volume knob.

    Args:
        phrase: What is played.
        rate_hz: Sample rate, at least 8 kHz.
        generator: Draws the noise of the pick; equal states give equal samples.
    """
    ends = [stroke.start_seconds + stroke.note.seconds for stroke in phrase.strokes]
    frames = round(max([phrase.seconds, *ends]) * rate_hz) + 1
    strings = np.zeros(frames)
    for stroke in phrase.strokes:
        _add(strings, pluck(stroke.note, rate_hz, generator), round(stroke.start_seconds * rate_hz))
    times, positions = zip(*phrase.volume, strict=True)
    volume = np.interp(np.arange(frames) / rate_hz, times, positions)
    return np.asarray(_pickup(strings, rate_hz) * volume, dtype=np.float64)


def _pickup(strings: npt.NDArray[np.float64], rate_hz: float) -> npt.NDArray[np.float64]:
    """The coil with its cable: a resonant second-order low-pass (RBJ cookbook coefficients)."""
    resonance_hz = min(_PICKUP_RESONANCE_HZ, 0.4 * rate_hz)
    angle = 2.0 * math.pi * resonance_hz / rate_hz
    alpha = math.sin(angle) / (2.0 * _PICKUP_QUALITY)
    half = (1.0 - math.cos(angle)) / 2.0
    numerator = [half, 2.0 * half, half]
    denominator = [1.0 + alpha, -2.0 * math.cos(angle), 1.0 - alpha]
    return np.asarray(lfilter(numerator, denominator, strings))


def _add(target: npt.NDArray[np.float64], part: npt.NDArray[np.float64], first_frame: int) -> None:
    room = target.size - first_frame
    if room > 0:
        target[first_frame : first_frame + part.size] += part[:room]
