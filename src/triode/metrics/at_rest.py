"""What a model plays when nothing is played: DC, self-noise and idle tones.

A network with a finite memory comes to rest on one number, its DC. One with feedback can go on
humming in a limit cycle, and which one it falls into can depend on what it played before; so it is
asked after a loud note.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.fft import rfft
from scipy.signal import get_window

from triode.metrics.checks import checked_rate_hz, checked_signal
from triode.metrics.windows import power_db

__all__ = ["AtRest", "IdleTone", "at_rest"]

_NOTE_HZ, _NOTE_AMPLITUDE, _NOTE_SECONDS = 110.0, 0.5, 0.5
_WAIT_SECONDS = 2.0
_MEASURED_SECONDS = 1.0
_TONE_ABOVE_MEDIAN_DB = 20.0
_FAINTEST_TONE_DBFS = -120.0
_MOST_TONES = 5
_NEIGHBOURS = 4


@dataclass(frozen=True, kw_only=True)
class IdleTone:
    """A tone that a model plays by itself: its frequency, and its peak level in dBFS."""

    frequency_hz: float
    level_dbfs: float


@dataclass(frozen=True, kw_only=True)
class AtRest:
    """What is left two seconds after a loud note, over one second.

    Attributes:
        dc: Mean, linear.
        noise_dbfs: RMS level without the mean; -inf when the output stands still.
        tones: The strongest idle tones, at most five, the loudest first.
    """

    dc: float
    noise_dbfs: float
    tones: tuple[IdleTone, ...]

    @property
    def dc_dbfs(self) -> float:
        """The size of the DC in dB relative to full scale."""
        return float(2.0 * power_db(abs(self.dc)))


def at_rest(
    render: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.floating]], rate_hz: float
) -> AtRest:
    """Play half a second of a loud 110 Hz into a model, then silence, and listen to the silence.

    A tone counts when its line stands 20 dB above the median of the spectrum (Hann window, 1 s)
    and above -120 dBFS.

    Args:
        render: Plays (frames,) float32 through the model and returns as many frames.
        rate_hz: The model's sample rate.

    Raises:
        AudioError: The rate makes no sense, or the output is not finite.
    """
    rate = checked_rate_hz(rate_hz)
    note = np.arange(round(_NOTE_SECONDS * rate)) * (2.0 * np.pi * _NOTE_HZ / rate)
    silence = np.zeros(round((_WAIT_SECONDS + _MEASURED_SECONDS) * rate))
    signal = np.concatenate([_NOTE_AMPLITUDE * np.sin(note), silence]).astype(np.float32)
    played = checked_signal(render(signal), "the model's output")
    rest = played[-round(_MEASURED_SECONDS * rate) :]
    dc = float(rest.mean())
    moving = rest - dc
    noise_dbfs = float(power_db(np.square(moving).mean())) if np.ptp(rest) > 0.0 else -np.inf
    return AtRest(dc=dc, noise_dbfs=noise_dbfs, tones=_tones(moving, rate))


def _tones(signal: npt.NDArray[np.float64], rate_hz: float) -> tuple[IdleTone, ...]:
    window = get_window("hann", signal.size)
    spectrum = np.abs(rfft(signal * window)) * 2.0 / window.sum()
    levels_db = 2.0 * power_db(spectrum)
    audible = np.isfinite(levels_db)
    if not audible.any():
        return ()
    floor_db = float(np.median(levels_db[audible])) + _TONE_ABOVE_MEDIAN_DB
    left = levels_db.copy()
    left[:_NEIGHBOURS] = -np.inf
    tones: list[IdleTone] = []
    while len(tones) < _MOST_TONES:
        strongest = int(np.argmax(left))
        level = float(left[strongest])
        if level < max(floor_db, _FAINTEST_TONE_DBFS):
            break
        tones.append(IdleTone(frequency_hz=strongest * rate_hz / signal.size, level_dbfs=level))
        left[max(0, strongest - _NEIGHBOURS) : strongest + _NEIGHBOURS + 1] = -np.inf
    return tuple(tones)
