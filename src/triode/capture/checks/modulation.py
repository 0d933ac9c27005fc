"""Gear that moves by itself: chorus, flanger, phaser, vibrato, tremolo.

For every frame and every frequency up to 3 kHz, wet over dry is a complex number that the gear and
the music decide. Music changes it without a rule; a low-frequency oscillator changes it, in all
frequencies at once, at one rate. The spectrum of those changes over time therefore shows a line.

Music has lines of its own: phrases come every few seconds, and the slower the rate, the fewer and
the more alike are the turns that a recording holds. So a line is judged by three statistics, and
needs all of them: how many standard deviations it stands above lines of similar rate, within an
octave on both sides, as those vary more at slow rates than at fast ones; whether it stands in the
first half of the recording and in the second, as an oscillator never stops; and how many turns
there are.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.fft
import scipy.ndimage
import scipy.signal

from triode.capture.checks.finding import Finding, Plot, Series, Severity
from triode.capture.checks.short_time import ShortTime
from triode.capture.checks.subject import Subject

__all__ = ["Modulation", "check_modulation", "measure_modulation"]

_SHORTEST_SECONDS = 6.0
_RATES_HZ = (0.25, 12.0)
_AROUND_HZ = 0.6
_QUIET_SHARE = 1e-3
_LOWEST_HZ = 80.0
_MOST_DEVIATION = 2.0
_LINE_DB = 2.2
_LINE_SPREADS = 5.5
_HALF_LINE_DB = 1.2
_LEAST_TURNS = 8.0
_MUSIC_CHANCE_DB = 3.0
_MAIN_LOBE_TURNS = 3.0
_LEVEL_LINE_DB = 15.0
_LEVEL_RANGE_DB = 40.0
_MOST_CHANGE_DB = 6.0
_NOT_THE_MUSIC_DB = 7.0
_LEAST_DEPTH = 3e-3
_BINS_AT_ONCE = 16


@dataclass(frozen=True, kw_only=True, eq=False)
class Modulation:
    """The strongest periodic change of wet over dry.

    `rate_hz`; `turns`: how often it turns in the recording; `line_db`: how far its line stands
    above its surroundings, `spreads` the same in standard deviations of the lines within an octave,
    and `half_line_db` the same as `line_db` in that half of the recording where it stands lower;
    `music_db`: how far the dry level has a line there too; `depth`: amplitude of the change over
    the mean of wet over dry. `level_...`: the same of the level alone, all frequencies together,
    where a tremolo shows first.
    """

    rate_hz: float
    turns: float
    line_db: float
    spreads: float
    half_line_db: float
    music_db: float
    depth: float
    level_rate_hz: float
    level_line_db: float
    level_music_db: float
    rates_hz: npt.NDArray[np.float64]
    lines_db: npt.NDArray[np.float64]
    level_lines_db: npt.NDArray[np.float64]

    @property
    def level_found(self) -> bool:
        """Whether an oscillator moves the level of all frequencies together."""
        return self.level_line_db > _LEVEL_LINE_DB and self.level_music_db < _NOT_THE_MUSIC_DB

    @property
    def found(self) -> bool:
        """Whether an oscillator must have made this."""
        return self.level_found or (
            self.line_db > _LINE_DB
            # What the music does at that rate, too, needs more proof.
            and self.spreads > _LINE_SPREADS + max(0.0, self.music_db - _MUSIC_CHANCE_DB)
            and self.half_line_db > _HALF_LINE_DB
            and self.turns > _LEAST_TURNS
            and self.music_db < _NOT_THE_MUSIC_DB
            and self.depth > _LEAST_DEPTH
        )


def measure_modulation(spectra: ShortTime) -> Modulation | None:
    """Look for the line; None when the recording is too short to show one."""
    frame_hz = spectra.rate_hz / spectra.hop_samples
    frames = len(spectra.dry)
    if frames < _SHORTEST_SECONDS * frame_hz:
        return None
    lowest = round(_LOWEST_HZ / spectra.bin_hz)
    dry, wet = spectra.dry[:, lowest:], spectra.wet[:, lowest:]
    power = dry.real**2 + dry.imag**2
    active = power > _QUIET_SHARE * power.mean(axis=0)
    active &= power.sum(axis=1, keepdims=True) > _QUIET_SHARE * power.sum(axis=1).mean()
    count = np.maximum(active.sum(axis=0), 1)
    ratio = np.where(active, np.conj(dry) * wet / np.maximum(power, 1e-20), 0)
    mean = ratio.sum(axis=0) / count
    change = ratio / np.maximum(np.abs(mean), 1e-12) - mean / np.maximum(np.abs(mean), 1e-12)
    # A frame in which the dry signal has nothing at a frequency says nothing, however loudly.
    change /= np.maximum(1.0, np.abs(change) / _MOST_DEVIATION)
    change = np.where(active, change, 0)
    change -= np.where(active, change.sum(axis=0) / count, 0)
    # Frequencies at which the gear distorts little show the oscillator best.
    spread = (np.abs(change) ** 2).sum(axis=0) / count
    weight = np.where(spread > 0, 1.0 / np.maximum(spread, 1e-3 * np.median(spread) + 1e-12), 0)
    window = scipy.signal.windows.hann(frames).astype(np.float32)
    size = scipy.fft.next_fast_len(2 * frames)
    rates = np.arange(1, size // 2) * frame_hz / size
    both = _change_spectrum(change, weight, size)
    inside = (rates >= _RATES_HZ[0]) & (rates <= _RATES_HZ[1])
    around = int(_AROUND_HZ / rates[0]) | 1
    lines = _over_surroundings_db(both, around)
    best = int(np.argmax(np.where(inside, lines, -np.inf)))
    away = np.abs(rates - rates[best]) * frames / frame_hz
    octave = (rates > rates[best] / 2) & (rates < rates[best] * 2) & (away > _MAIN_LOBE_TURNS)
    half_lines = [
        _over_surroundings_db(_change_spectrum(half, weight, size), around)[away <= 1].max()
        for half in np.array_split(change, 2)
    ]
    loudness = np.log10(power.sum(axis=1, dtype=np.float64) + 1e-9)
    music = _over_surroundings_db(_spectrum(loudness - loudness.mean(), window, size), around)
    level_lines = _over_surroundings_db(_spectrum(_level_changes(spectra), window, size), around)
    level = int(np.argmax(np.where(inside, level_lines, -np.inf)))
    # Energy of a sinusoid of amplitude a in window w: a^2 (sum w)^2 in the two sides together.
    excess = both[best] * (1 - 10 ** (-lines[best] / 10))
    scale = float(np.sum(weight * (count / frames) ** 2)) * float(window.sum()) ** 2
    return Modulation(
        rate_hz=float(rates[best]),
        turns=float(rates[best]) * frames / frame_hz,
        line_db=float(lines[best]),
        spreads=float(lines[best] / max(_spread(lines[octave]), 1e-6)),
        half_line_db=float(min(half_lines)),
        music_db=float(music[best]),
        depth=float(np.sqrt(max(excess, 0.0) / max(scale, 1e-30))),
        level_rate_hz=float(rates[level]),
        level_line_db=float(level_lines[level]),
        level_music_db=float(music[level]),
        rates_hz=rates[inside],
        lines_db=lines[inside],
        level_lines_db=level_lines[inside],
    )


def _change_spectrum(
    change: npt.NDArray[np.complex64], weight: npt.NDArray[np.floating], size: int
) -> npt.NDArray[np.float64]:
    """Power of the changes at each rate, of either sign, all frequencies together."""
    window = scipy.signal.windows.hann(len(change)).astype(np.float32)
    strength = np.zeros(size)
    # A few frequencies at a time: the transforms of all of them take a hundred megabytes.
    for start in range(0, len(weight), _BINS_AT_ONCE):
        bins = slice(start, start + _BINS_AT_ONCE)
        transformed = scipy.fft.fft(change[:, bins] * window[:, None], n=size, axis=0)
        strength += np.abs(transformed) ** 2 @ weight[bins]
    return np.asarray(strength[1 : size // 2] + strength[-1 : -(size // 2) : -1])


def _level_changes(spectra: ShortTime) -> npt.NDArray[np.float64]:
    """Gain of each frame in dB, less its median at that dry level: what a tremolo moves."""
    dry_db, wet_db = spectra.middle_levels_db()
    usable = dry_db > np.percentile(dry_db, 95) - _LEVEL_RANGE_DB
    changes = np.zeros(len(dry_db))
    gain = wet_db - dry_db
    slots = np.floor(dry_db / 3.0)
    for slot in np.unique(slots[usable]):
        here = usable & (slots == slot)
        changes[here] = gain[here] - np.median(gain[here])
    return np.clip(changes, -_MOST_CHANGE_DB, _MOST_CHANGE_DB)


def _spectrum(
    values: npt.NDArray[np.float64], window: npt.NDArray[np.float32], size: int
) -> npt.NDArray[np.float64]:
    return np.asarray(np.abs(scipy.fft.rfft(values * window, n=size))[1 : size // 2] ** 2)


def _over_surroundings_db(power: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64]:
    floor = scipy.ndimage.median_filter(power, width)
    return np.asarray(10 * np.log10(np.maximum(power, 1e-30) / np.maximum(floor, 1e-30)))


def _spread(values: npt.NDArray[np.float64]) -> float:
    """Standard deviation by the median, which a few lines more do not move.

    Infinite where there is nothing to compare with: then no line stands out.
    """
    if not values.size:
        return float("inf")
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))


def check_modulation(subject: Subject) -> Finding:
    """Whether an oscillator moves the gear, and how fast."""
    measured = measure_modulation(subject.short_time)
    if measured is None:
        return Finding(
            check="modulation",
            severity=Severity.UNKNOWN,
            summary="The recording is too short to see a chorus or a tremolo turn.",
        )
    evidence = {
        "rate_hz": measured.rate_hz,
        "turns": measured.turns,
        "line_db": measured.line_db,
        "spreads": measured.spreads,
        "half_line_db": measured.half_line_db,
        "music_db": measured.music_db,
        "depth": measured.depth,
        "level_rate_hz": measured.level_rate_hz,
        "level_line_db": measured.level_line_db,
        "level_music_db": measured.level_music_db,
    }
    if not measured.found:
        return Finding(
            check="modulation",
            severity=Severity.FINE,
            summary="Nothing in the gear's answer goes up and down by itself.",
            evidence=evidence,
        )
    level = measured.level_found
    rate_hz = measured.level_rate_hz if level else measured.rate_hz
    lines_db = measured.level_lines_db if level else measured.lines_db
    return Finding(
        check="modulation",
        severity=Severity.WARNING,
        summary=f"The gear changes periodically, {rate_hz:.2g} times a second or a whole "
        "fraction of that: a chorus, "
        "flanger, phaser, vibrato or tremolo is on.",
        evidence=evidence,
        causes=(
            "A modulation effect in the gear is on.",
            "A plugin adds wow, drift or analogue modelling that turns by itself.",
        ),
        advice=(
            "Switch the effect off, record again, and add it after the capture.",
            "A capture cannot know where in its turn the effect is: it learns the average.",
        ),
        plot=Plot(
            title="Spectrum of the changes of wet over dry",
            x_label="Rate, Hz",
            y_label="dB above its surroundings",
            series=(Series(name="Change", x=measured.rates_hz, y=lines_db),),
            marks=((rate_hz, f"{rate_hz:.2g} Hz"),),
            frequency=True,
        ),
    )
