"""Where a model is worst."""

import numpy as np
import numpy.typing as npt

from triode.metrics.checks import checked_pair, checked_rate_hz, reference_energy

__all__ = ["worst_passage"]

_STEP_SECONDS = 0.1
_QUIETEST_SHARE = 0.1


def worst_passage(
    reference: npt.ArrayLike, estimate: npt.ArrayLike, rate_hz: float, *, seconds: float = 5.0
) -> slice:
    """Return the `seconds` with the highest ESR among those that are not quiet.

    Passages with less than a tenth of the average power of the reference (10 dB down) do not
    count: their ratio says little about playing. Starts are tried every 0.1 s.

    Args:
        reference: y, (frames,).
        estimate: e, (frames,).
        rate_hz: Sample rate of both.
        seconds: Wanted length; a shorter signal is taken whole.

    Raises:
        AudioError: Empty, mismatched or non-finite input, or a silent reference.
    """
    wanted, played = checked_pair(reference, estimate)
    mean_power = reference_energy(wanted) / wanted.size
    rate = checked_rate_hz(rate_hz)
    length = max(1, min(wanted.size, round(seconds * rate)))
    starts = np.arange(0, wanted.size - length + 1, max(1, round(_STEP_SECONDS * rate)))
    energy = _sums(wanted, starts, length)
    error = _sums(wanted - played, starts, length)
    loud = energy >= _QUIETEST_SHARE * mean_power * length
    ratio = np.where(loud, error / np.maximum(energy, np.finfo(np.float64).tiny), -1.0)
    start = int(starts[np.argmax(ratio)])
    return slice(start, start + length)


def _sums(
    signal: npt.NDArray[np.float64], starts: npt.NDArray[np.int_], length: int
) -> npt.NDArray[np.float64]:
    energy = np.concatenate([[0.0], np.cumsum(np.square(signal))])
    return np.asarray(energy[starts + length] - energy[starts], np.float64)
