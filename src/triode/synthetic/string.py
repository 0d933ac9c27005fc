"""One plucked string: a digital waveguide of one delay loop.

The loop is the extended Karplus-Strong model (Jaffe and Smith 1983, "Extensions of the
Karplus-Strong Plucked-String Algorithm"): a delay of one period, a linear-phase low-pass for the
losses, and third-order Lagrange interpolation (Laakso et al. 1996, "Splitting the Unit Delay") for
the fraction of a sample, so that the pitch is exact and may move.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.errors import AudioError

__all__ = ["LOWEST_RATE_HZ", "Pluck", "pluck"]

LOWEST_RATE_HZ = 8000.0
# Nepers per second that 1 kHz loses on an undamped string, and how often that with the palm on it.
_DAMPING_AT_1_KHZ = 0.15
_DAMPING_RANGE = 200.0
_VIBRATO_HZ = 5.5
_RELEASE_SECONDS = 0.02
_PICKUP_POSITION = 0.18


@dataclass(frozen=True, kw_only=True)
class Pluck:
    """How one string is played.

    Attributes:
        frequency_hz: Fundamental at the start, 20 Hz to a tenth of the rate.
        seconds: How long it sounds before the finger stops it.
        strength: 0 (touched) to 1 (as hard as it goes): louder and brighter.
        pick_position: Fraction of the string between bridge and pick, 0.02 to 0.5.
        sustain_seconds: Time for the fundamental to fall by 60 dB.
        damping: 0 (bright, new string) to 1 (palm on the bridge): how fast overtones die.
        bend_cents: Where the pitch ends up, relative to `frequency_hz`.
        bend_start_seconds: When the bend begins.
        bend_seconds: How long it takes.
        vibrato_cents: Depth of a 5.5 Hz vibrato that starts after the bend.
    """

    frequency_hz: float
    seconds: float
    strength: float = 0.7
    pick_position: float = 0.13
    sustain_seconds: float = 6.0
    damping: float = 0.1
    bend_cents: float = 0.0
    bend_start_seconds: float = 0.1
    bend_seconds: float = 0.2
    vibrato_cents: float = 0.0


def pluck(note: Pluck, rate_hz: float, generator: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return the string's velocity under the pick-up, (frames,), peaking near `strength`.

    Args:
        note: How it is played.
        rate_hz: Sample rate, at least 8 kHz.
        generator: Draws the noise of the pick; equal states give equal samples.

    Raises:
        AudioError: The rate is too low, or the pitch beyond what it can carry.
    """
    if not rate_hz >= LOWEST_RATE_HZ:
        raise AudioError(
            "the sample rate is too low for a string",
            where="rate_hz",
            expected=f"at least {LOWEST_RATE_HZ:g} Hz",
            got=f"{rate_hz:g} Hz",
        )
    frames = max(1, round(note.seconds * rate_hz))
    period = _period_samples(note, rate_hz, frames)
    if not 10.0 <= period.min() <= period.max() <= rate_hz / 20.0:
        raise AudioError(
            "the pitch is out of range",
            where="frequency_hz",
            expected=f"20 to {rate_hz / 10.0:g} Hz, bends included",
            got=f"{rate_hz / period.max():.1f} to {rate_hz / period.min():.1f} Hz",
        )
    excitation = _excitation(note, rate_hz, float(period[0]), generator)
    string = _waveguide(note, rate_hz, period, excitation)
    # A pick-up hears the wave twice, the second time inverted from the bridge.
    heard = max(1, round(_PICKUP_POSITION * float(period[0])))
    string[heard:] -= string[:-heard].copy()
    release = min(frames, max(1, round(_RELEASE_SECONDS * rate_hz)))
    string[-release:] *= np.square(np.cos(np.linspace(0.0, np.pi / 2.0, release)))
    return string


def _period_samples(note: Pluck, rate_hz: float, frames: int) -> npt.NDArray[np.float64]:
    seconds = np.arange(frames) / rate_hz
    along = np.clip((seconds - note.bend_start_seconds) / max(note.bend_seconds, 1e-3), 0.0, 1.0)
    cents = note.bend_cents * np.square(np.sin(along * np.pi / 2.0))
    if note.vibrato_cents:
        since = np.maximum(seconds - note.bend_start_seconds - note.bend_seconds, 0.0)
        depth = note.vibrato_cents * (1.0 - np.exp(-since / 0.15))
        cents += depth * np.sin(2.0 * np.pi * _VIBRATO_HZ * since)
    return np.asarray(rate_hz / (note.frequency_hz * np.exp2(cents / 1200.0)))


def _excitation(
    note: Pluck, rate_hz: float, period_samples: float, generator: np.random.Generator
) -> npt.NDArray[np.float64]:
    """The first period: the velocity of an ideal string released from a kink at the pick.

    Its harmonics are sin(pi k position) / k, that is a rectangle of the pick's width. A soft touch
    rounds it, as a fleshy or slow pick does, and every pick scrapes a little.
    """
    frames = round(period_samples)
    width = max(1, round(note.pick_position * period_samples))
    wave = np.zeros(frames)
    wave[:width] = 1.0
    wave -= wave.mean()
    rounding_seconds = 0.8e-3 * 0.1**note.strength
    scrape = generator.standard_normal(frames) * np.exp(-np.arange(frames) / (0.001 * rate_hz))
    wave += 0.15 * note.strength * (scrape - scrape.mean())
    rounding = np.hanning(max(3, round(rounding_seconds * rate_hz)) + 2)
    rounded = np.convolve(wave, rounding / rounding.sum())
    return np.asarray(note.strength**1.3 * rounded, dtype=np.float64)


def _waveguide(
    note: Pluck,
    rate_hz: float,
    period: npt.NDArray[np.float64],
    excitation: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Run the loop in blocks shorter than a period, so that each reads finished samples only."""
    frames = period.size
    kernel = _loss_kernel(note, rate_hz, period)
    centre = kernel.size // 2
    lead = math.ceil(period.max()) + kernel.size + 4
    string = np.zeros(lead + frames)
    used = min(excitation.size, frames)
    string[lead : lead + used] = excitation[:used]
    filtered = np.zeros(lead + frames)
    # The symmetric kernel delays by its centre; the interpolator supplies the rest.
    delay = period - centre
    block = int(delay.min()) - 3
    whole = np.floor(delay).astype(np.int64)
    fraction = delay - whole
    weights = (
        -fraction * (fraction - 1.0) * (fraction - 2.0) / 6.0,
        (fraction + 1.0) * (fraction - 1.0) * (fraction - 2.0) / 2.0,
        -(fraction + 1.0) * fraction * (fraction - 2.0) / 2.0,
        (fraction + 1.0) * fraction * (fraction - 1.0) / 6.0,
    )
    source = np.arange(frames) + lead - whole
    for first in range(0, frames, block):
        last = min(first + block, frames)
        here = slice(lead + first, lead + last)
        for offset, weight in zip((1, 0, -1, -2), weights, strict=True):
            string[here] += weight[first:last] * filtered[source[first:last] + offset]
        behind = string[lead + first - 2 * centre : lead + last]
        filtered[here] = np.convolve(behind, kernel, mode="valid")
    return string[lead:]


def _loss_kernel(
    note: Pluck, rate_hz: float, period: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """What a round trip leaves of the wave: a bell whose variance gives overtones their decay.

    A variance of v samples squared attenuates the angular frequency w by v w^2 / 2 nepers a trip,
    so overtones die with the square of their frequency, as they do in air. Repeating a three-point
    smoother makes the bell at any rate; it takes at most 0.4 of the period.
    """
    nepers_per_second = _DAMPING_AT_1_KHZ * _DAMPING_RANGE**note.damping
    variance = 2.0 * nepers_per_second / note.frequency_hz * (rate_hz / (2000.0 * math.pi)) ** 2
    repeats = min(max(1, math.ceil(2.0 * variance)), int(0.4 * period.min()))
    smoothing = min(variance / repeats, 0.5)
    kernel = np.ones(1)
    for _ in range(repeats):
        kernel = np.convolve(kernel, [smoothing / 2.0, 1.0 - smoothing, smoothing / 2.0])
    loss = 10.0 ** (-3.0 / (note.sustain_seconds * note.frequency_hz))
    return np.asarray(loss * kernel, dtype=np.float64)
