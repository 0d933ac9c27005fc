"""What rings on after the playing has stopped."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.capture.checks.spectra import stretch_spectra
from triode.capture.checks.subject import Subject

__all__ = ["Tail", "measure_tail"]

_WINDOW_SECONDS = 0.02
_LOWEST_HZ = 120.0
_SHORTEST_SECONDS = 0.45
_LONGEST_SECONDS = 3.0
_LOOK_SECONDS = (0.15, 0.25)
_END_SECONDS = 0.12


@dataclass(frozen=True, kw_only=True, eq=False)
class Tail:
    """The pause in which most is left of the playing before it.

    `level_db`: 0.15 to 0.25 s after the end, relative to the playing of the whole recording;
    `above_end_db`: the same relative to the end of the pause, which is noise or later tail;
    `seconds`, `levels_db`: level over the time since the playing stopped.
    """

    level_db: float
    above_end_db: float
    seconds: npt.NDArray[np.float64]
    levels_db: npt.NDArray[np.float64]

    def lasts_seconds(self, to_db: float) -> float:
        """Until when it is louder than `to_db` relative to the playing."""
        loud = np.flatnonzero(self.levels_db > to_db)
        return float(self.seconds[loud[-1]]) if len(loud) else 0.0


def measure_tail(subject: Subject) -> Tail | None:
    """Look at every pause of half a second; None when there is none."""
    window = round(_WINDOW_SECONDS * subject.rate_hz)
    lowest = round(_LOWEST_HZ * window / subject.rate_hz)
    best: Tail | None = None
    for pause in subject.pauses:
        stop = min(pause.stop, pause.start + round(_LONGEST_SECONDS * subject.rate_hz))
        # A pause at the very start has nothing before it that could ring on.
        if stop - pause.start < _SHORTEST_SECONDS * subject.rate_hz or pause.start == 0:
            continue
        spectra = stretch_spectra(subject.wet, [(pause.start, stop)], window)
        subject.release()
        power = np.sum(np.abs(spectra[:, lowest:]) ** 2, axis=1)
        levels = 10 * np.log10(np.maximum(power / subject.wet_power, 1e-15))
        seconds = (np.arange(len(levels)) + 1) * window / 2 / subject.rate_hz
        look = (seconds >= _LOOK_SECONDS[0]) & (seconds <= _LOOK_SECONDS[1])
        end = seconds >= seconds[-1] - _END_SECONDS
        level = float(np.median(levels[look]))
        tail = Tail(
            level_db=level,
            above_end_db=level - float(np.median(levels[end])),
            seconds=seconds,
            levels_db=levels,
        )
        if best is None or level > best.level_db:
            best = tail
    return best
