"""Gain that depends on level: gates below, compressors and automatic gain control over time.

The gain of each 43 ms frame is wet over dry in dB between 80 Hz and 5 kHz. Its median at each dry
level is the static curve. A gate shows in the curve: towards low levels the gain of an amplifier
rises or stays, that of a gate falls away. A compressor shows in what the curve leaves: after loud
playing the gain is lower than the present level explains, and comes back with a time constant.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.signal

from triode.capture.checks.short_time import ShortTime

__all__ = ["Curve", "Release", "gain_curve", "gain_release"]

Values = npt.NDArray[np.float64]

_STEP_DB = 3.0
_FEWEST_FRAMES = 8
_RANGE_DB = 75.0
RELEASES_SECONDS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8)


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """Median wet level and gain, in dB, of the frames at each dry level; all (levels,)."""

    dry_db: Values
    gain_db: Values
    frames: npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Release:
    """How the gain depends on the past.

    `seconds`: the time constant that explains most. `swing_db`: how far the gain goes between
    quiet and loud pasts at one present level. `correlation`: of gain and past, both less what the
    present explains; negative where loud playing turns the gain down.
    """

    seconds: float
    swing_db: float
    correlation: float
    by_constant: tuple[tuple[float, float, float], ...]


def gain_curve(spectra: ShortTime) -> Curve | None:
    """Measure the static curve; None when the recording has hardly any dynamics."""
    dry_db, wet_db = spectra.middle_levels_db()
    if len(dry_db) == 0:
        return None
    top = float(np.percentile(dry_db, 99))
    edges = np.arange(top - _RANGE_DB, top + _STEP_DB, _STEP_DB)
    slots = np.digitize(dry_db, edges)
    levels, gains, counts = [], [], []
    for slot in range(1, len(edges)):
        inside = slots == slot
        count = int(inside.sum())
        if count >= _FEWEST_FRAMES:
            levels.append(float(np.median(dry_db[inside])))
            gains.append(float(np.median((wet_db - dry_db)[inside])))
            counts.append(count)
    if len(levels) < 3:
        return None
    return Curve(dry_db=np.array(levels), gain_db=np.array(gains), frames=np.array(counts))


def gain_release(spectra: ShortTime) -> Release | None:
    """Measure how the past moves the gain; None when the recording is too short to say."""
    dry_db, wet_db = spectra.middle_levels_db()
    frame_hz = spectra.rate_hz / spectra.hop_samples
    if len(dry_db) < 8 * frame_hz:
        return None
    top = float(np.percentile(dry_db, 99))
    # A frame that rises hides which of its halves the gain belongs to.
    steady = np.abs(np.diff(dry_db, prepend=dry_db[0])) < 4.0
    usable = steady & (dry_db > top - 40.0)
    if usable.sum() < 4 * frame_hz:
        return None
    gain = wet_db - dry_db
    power = 10 ** (dry_db / 10)
    results = []
    for seconds in RELEASES_SECONDS:
        if seconds * 6 > len(dry_db) / frame_hz:
            break
        keep = np.exp(-1 / (seconds * frame_hz))
        past = scipy.signal.lfilter([0, 1 - keep], [1, -keep], power, zi=[power.mean()])[0]
        past_db = 10 * np.log10(np.maximum(past, 1e-12))
        gain_left, past_left = (
            _without_level(one[usable], dry_db[usable]) for one in (gain, past_db)
        )
        correlation, slope = _relation(past_left, gain_left)
        low, high = np.percentile(past_left, [5, 95])
        results.append((seconds, slope * float(high - low), correlation))
    seconds, swing, correlation = min(results, key=lambda one: one[2])
    return Release(
        seconds=seconds, swing_db=-swing, correlation=correlation, by_constant=tuple(results)
    )


def _without_level(values: Values, level_db: Values) -> Values:
    """Values less their median at each level."""
    slots = np.floor(level_db / 2.0).astype(np.int64)
    result = np.empty_like(values)
    for slot in np.unique(slots):
        inside = slots == slot
        result[inside] = values[inside] - np.median(values[inside])
    return result


def _relation(past: Values, gain: Values) -> tuple[float, float]:
    """Correlation and slope, with the wildest tenth of the frames left out."""
    calm = np.abs(gain) <= np.percentile(np.abs(gain), 90)
    past, gain = past[calm], gain[calm]
    spread = float(np.std(past) * np.std(gain))
    if spread < 1e-9:
        return 0.0, 0.0
    covariance = float(np.mean((past - past.mean()) * (gain - gain.mean())))
    return covariance / spread, covariance / max(float(np.var(past)), 1e-12)
