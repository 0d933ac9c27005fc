"""A noise gate: gain that falls away below a level, or noise that stops when the playing does."""

from dataclasses import dataclass

import numpy as np

from triode.capture.checks.dynamics import gain_curve
from triode.capture.checks.finding import Finding, Plot, Series, Severity
from triode.capture.checks.pauses import frame_levels_db
from triode.capture.checks.subject import Subject

__all__ = ["NoiseUnder", "check_gate", "noise_under"]

_DEEP_DB = 12.0
_WITHIN_DB = 9.0
_QUIETER_DB = 12.0
_AUDIBLE_DBFS = -105.0
_NOISE_SLOPE = 0.35
_FEWEST_FRAMES = 100
# A minute of a passage says as much as half an hour of it, in a thirtieth of the memory.
_LONGEST_SECONDS = 60.0
_PLAYING_RANGE_DB = 30.0


@dataclass(frozen=True, kw_only=True)
class NoiseUnder:
    """Noise under the playing, and in pauses.

    `playing_dbfs`: level of what two takes of one passage do not share, per take. `pause_dbfs`:
    level of the pauses. `slope`: how many dB the first rises when the playing rises by one; noise
    does not care, modulation follows.
    """

    playing_dbfs: float
    pause_dbfs: float
    slope: float

    @property
    def gated(self) -> bool:
        """Whether noise is there while something is played, and not otherwise."""
        return (
            self.playing_dbfs > max(self.pause_dbfs + _QUIETER_DB, _AUDIBLE_DBFS)
            and abs(self.slope) < _NOISE_SLOPE
        )


def noise_under(subject: Subject) -> NoiseUnder | None:
    """Compare the two; None without a passage played twice or without a pause."""
    if not subject.repeats or not subject.pauses:
        return None
    repeat = subject.repeats[0]
    longest = round(_LONGEST_SECONDS * subject.rate_hz)
    frames = min(repeat.frames, len(subject.wet) - repeat.second, longest)
    takes = [subject.wet[at : at + frames] for at in (repeat.first, repeat.second)]
    signal = frame_levels_db(takes[1], subject.rate_hz)
    noise = frame_levels_db(takes[1] - takes[0], subject.rate_hz) - 10 * np.log10(2)
    rests = [
        frame_levels_db(subject.wet[one.settled : one.stop], subject.rate_hz)
        for one in subject.pauses
    ]
    if len(signal) < _FEWEST_FRAMES:
        return None
    playing = signal > np.percentile(signal, 90) - _PLAYING_RANGE_DB
    spread = signal[playing] - signal[playing].mean()
    rise = noise[playing] - noise[playing].mean()
    return NoiseUnder(
        playing_dbfs=float(np.median(noise[playing])),
        pause_dbfs=float(np.median(np.concatenate(rests))),
        slope=float(spread @ rise / max(float(spread @ spread), 1e-9)),
    )


def check_gate(subject: Subject) -> Finding:
    """Whether quiet playing is cut off, from which level on, and how deeply."""
    curve = gain_curve(subject.short_time)
    if curve is None:
        return Finding(
            check="gate",
            severity=Severity.UNKNOWN,
            summary="The dry recording has too little dynamics to see a gate.",
        )
    levels, gains = curve.dry_db, curve.gain_db
    # How much lower the gain is than at any louder level no more than 9 dB further up: steep.
    depth = np.zeros(len(levels))
    for place, level in enumerate(levels):
        above = (levels > level) & (levels <= level + _WITHIN_DB)
        depth[place] = float(gains[above].max() - gains[place]) if above.any() else 0.0
    steepest = int(np.argmax(depth))
    # The highest gain of all levels above, which is what quiet playing should have at least.
    above_gain = np.array([gains[place:].max() for place in range(len(gains))])
    total = float((above_gain - gains).max())
    threshold_db = float(levels[steepest] + _WITHIN_DB / 2)
    evidence = {
        "depth_db": total,
        "steepest_db": float(depth[steepest]),
        "threshold_dry_dbfs": threshold_db,
    }
    under = noise_under(subject)
    if under is not None:
        evidence |= {
            "noise_while_playing_dbfs": under.playing_dbfs,
            "noise_in_pauses_dbfs": under.pause_dbfs,
            "noise_slope": under.slope,
        }
    silenced = under is not None and under.gated
    if depth[steepest] < _DEEP_DB and not silenced:
        return Finding(
            check="gate",
            severity=Severity.FINE,
            summary="Quiet playing comes through: no gate is at work.",
            evidence=evidence,
        )
    return Finding(
        check="gate",
        severity=Severity.WARNING,
        summary=f"The noise under the playing is at {under.playing_dbfs:.0f} dBFS, in pauses at "
        f"{under.pause_dbfs:.0f}: a noise gate closes between the notes."
        if silenced and under is not None
        else f"Below about {threshold_db:.0f} dBFS of the dry signal the gain falls by "
        f"{total:.0f} dB: a noise gate, or gear that cuts quiet notes off.",
        evidence=evidence,
        causes=(
            "A noise gate in the gear, the interface's software or the session is on.",
            "Noise reduction was applied to the recording.",
            "The gear itself does so, as a starved or misbiased fuzz: then it is the sound.",
        ),
        advice=(
            "Switch the gate off and record again; put a gate before or after the capture instead.",
            "If it is the gear's own sound, go on, and judge the ends of notes by ear.",
        ),
        plot=Plot(
            title="Gain at every level",
            x_label="Dry level, dBFS",
            y_label="Gain, dB",
            series=(Series(name="Wet over dry", x=levels, y=gains),),
            marks=((threshold_db, "steepest"),),
        ),
    )
