"""How a model answers to sudden changes: a step, and a tone that gets loud and soft again."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.metrics.checks import checked_rate_hz, checked_signal
from triode.metrics.windows import power_db

__all__ = ["BurstResponse", "burst_response", "step_response"]

Render = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.floating]]
Float64Array = npt.NDArray[np.float64]

_TONE_HZ = 440.0
_SOFT_DBFS, _LOUD_DBFS = -30.0, -6.0
_SOFT_SECONDS, _LOUD_SECONDS, _AFTER_SECONDS = 0.5, 0.5, 1.0
_SETTLED_DB = 0.5
_FLOOR_DBFS = -200.0  # so that silence has a level to settle at
_STEADY_SECONDS = 0.1
_STEP = 0.25
_STEP_SECONDS = 0.1
_BEFORE_STEP_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class BurstResponse:
    """The level of a 440 Hz tone that goes from -30 to -6 dBFS for half a second, and back.

    Attributes:
        times_seconds: Middle of each period from 0.1 s before the tone gets loud, which is at 0.
        levels_db: RMS level of the output over each period, dBFS without DC.
        attack_seconds: How long after the change the level comes to stay within 0.5 dB of where
            it ends.
        release_seconds: The same after the tone gets soft again.
        overshoot_db: How far the level exceeds, while loud, where it ends: what a compressor or
            a sagging supply lets through before it acts.
    """

    times_seconds: Float64Array
    levels_db: Float64Array
    attack_seconds: float
    release_seconds: float
    overshoot_db: float


def burst_response(render: Render, rate_hz: float) -> BurstResponse:
    """Play the burst through a model and follow the level, period by period.

    Args:
        render: Plays (frames,) float32 from the steady state of silence.
        rate_hz: The model's sample rate.

    Raises:
        AudioError: The rate makes no sense, or the output is not finite.
    """
    rate = checked_rate_hz(rate_hz)
    period = max(2, round(rate / _TONE_HZ))
    counts = [
        round(seconds * rate / period) for seconds in (_SOFT_SECONDS, _LOUD_SECONDS, _AFTER_SECONDS)
    ]
    soft, loud = (10.0 ** (level / 20.0) for level in (_SOFT_DBFS, _LOUD_DBFS))
    amplitude = np.repeat([soft, loud, soft], np.array(counts) * period)
    tone = amplitude * np.sin(2.0 * np.pi / period * np.arange(amplitude.size))
    played = checked_signal(render(tone.astype(np.float32)), "the model's output")
    levels_db = np.maximum(power_db(played.reshape(-1, period).var(axis=1)), _FLOOR_DBFS)
    first, second = counts[0], counts[0] + counts[1]
    steady = max(1, round(_STEADY_SECONDS * rate / period))
    while_loud, after = levels_db[first:second], levels_db[second:]
    shown = slice(max(0, first - steady), None)
    return BurstResponse(
        times_seconds=np.asarray(
            (np.arange(levels_db.size) + 0.5 - first) * period / rate, np.float64
        )[shown],
        levels_db=levels_db[shown],
        attack_seconds=_settling(while_loud, steady) * period / rate,
        release_seconds=_settling(after, steady) * period / rate,
        overshoot_db=max(0.0, float(while_loud.max() - _end(while_loud, steady))),
    )


def step_response(render: Render, rate_hz: float) -> tuple[Float64Array, Float64Array]:
    """Play a step to 0.25 of full scale after silence.

    Args:
        render: Plays (frames,) float32 from the steady state of silence.
        rate_hz: The model's sample rate.

    Returns:
        Milliseconds from the step on, from -2 to 100, and the output, (frames,) each.

    Raises:
        AudioError: The rate makes no sense, or the output is not finite.
    """
    rate = checked_rate_hz(rate_hz)
    before, after = round(_BEFORE_STEP_SECONDS * rate), round(_STEP_SECONDS * rate)
    step = np.concatenate([np.zeros(before), np.full(after, _STEP)]).astype(np.float32)
    played = checked_signal(render(step), "the model's output")
    start = before - round(0.002 * rate)
    times_ms = np.arange(start - before, step.size - before, dtype=np.float64) * 1000.0 / rate
    return times_ms, played[start:]


def _end(levels_db: Float64Array, steady: int) -> float:
    return float(np.median(levels_db[-steady:]))


def _settling(levels_db: Float64Array, steady: int) -> int:
    """After how many periods the level stays near its end."""
    far = np.flatnonzero(np.abs(levels_db - _end(levels_db, steady)) > _SETTLED_DB)
    return int(far[-1]) + 1 if far.size else 0
