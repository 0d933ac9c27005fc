"""Where in a recording it is worth looking and listening."""

import numpy as np
import numpy.typing as npt

__all__ = ["liveliest_onset", "loudest_excerpt"]

_STEP_SECONDS = 0.01
_ATTACK_STEPS = 3


def loudest_excerpt(signal: npt.NDArray[np.float32], frames: int) -> slice:
    """The `frames` consecutive frames with the most energy, to a hundredth of their length.

    Args:
        signal: (frames,).
        frames: Wanted length, at least 1; a shorter signal is taken whole.
    """
    if len(signal) <= frames:
        return slice(0, len(signal))
    step = max(1, frames // 100)
    energy = np.concatenate([[0.0], np.cumsum(np.square(signal, dtype=np.float64))])
    starts = np.arange(0, len(signal) - frames + 1, step)
    start = int(starts[np.argmax(energy[starts + frames] - energy[starts])])
    return slice(start, start + frames)


def liveliest_onset(signal: npt.NDArray[np.float32], rate_hz: float) -> int:
    """The frame at which the level rises the most within 30 ms: a hard attack.

    Args:
        signal: (frames,); 0 is returned when it is shorter than 60 ms.
        rate_hz: Its sample rate.
    """
    step = max(1, round(_STEP_SECONDS * rate_hz))
    count = len(signal) // step
    if count < 2 * _ATTACK_STEPS:
        return 0
    power = np.square(signal[: count * step], dtype=np.float64).reshape(count, step).mean(axis=1)
    smooth = np.sqrt(np.convolve(power, np.full(_ATTACK_STEPS, 1.0 / _ATTACK_STEPS), "valid"))
    rise = smooth[_ATTACK_STEPS:] - smooth[:-_ATTACK_STEPS]
    return (int(np.argmax(rise)) + _ATTACK_STEPS) * step
