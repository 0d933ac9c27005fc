"""Where in a passage the error lies."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.errors import AudioError
from triode.metrics.checks import checked_pair, checked_rate_hz, reference_energy

__all__ = ["ErrorOverTime", "error_over_time"]


@dataclass(frozen=True, kw_only=True)
class ErrorOverTime:
    """One value per window, (windows,) each.

    Attributes:
        start_seconds: Where each window starts.
        esr: sum((y - e)^2) / sum(y^2) within the window; NaN where the reference is silent.
        error_db: 10 log10(mean((y - e)^2)), the level of the residual; -inf without error.
        reference_db: 10 log10(mean(y^2)), the level of the reference; -inf in digital silence.
        silent: True where the reference is below the silence threshold.
    """

    start_seconds: npt.NDArray[np.float64]
    esr: npt.NDArray[np.float64]
    error_db: npt.NDArray[np.float64]
    reference_db: npt.NDArray[np.float64]
    silent: npt.NDArray[np.bool_]


def error_over_time(
    reference: npt.ArrayLike,
    estimate: npt.ArrayLike,
    rate_hz: float,
    *,
    window_seconds: float = 0.05,
    silence_db: float = -60.0,
) -> ErrorOverTime:
    """Return the error of consecutive windows that do not overlap; the last may be shorter.

    A ratio over silence says nothing about a model, so a window whose reference level lies more
    than `-silence_db` below the level of the whole reference gets NaN for its ESR and keeps
    `error_db`, which shows noise that a model plays into silence.

    Args:
        reference: y, (frames,).
        estimate: e, (frames,).
        rate_hz: Sample rate of both.
        window_seconds: Window length, above 0; at least one frame is used.
        silence_db: Threshold relative to the RMS of the whole reference, in dB, at most 0.

    Raises:
        AudioError: Empty, mismatched or non-finite input, a silent reference, or a window or
            threshold out of range.
    """
    wanted, played = checked_pair(reference, estimate)
    rate = checked_rate_hz(rate_hz)
    if not (np.isfinite(window_seconds) and window_seconds > 0.0):
        raise AudioError(
            "the window has no length",
            where="window_seconds",
            expected="a positive number of seconds",
            got=window_seconds,
        )
    if not silence_db <= 0.0:
        raise AudioError(
            "the silence threshold lies above the signal",
            where="silence_db",
            expected="at most 0 dB relative to the whole reference",
            got=silence_db,
        )
    mean_power = reference_energy(wanted) / wanted.size
    window_samples = max(1, round(window_seconds * rate))
    starts = np.arange(0, wanted.size, window_samples)
    lengths = np.diff(np.append(starts, wanted.size))
    reference_power = np.add.reduceat(np.square(wanted), starts) / lengths
    error_power = np.add.reduceat(np.square(wanted - played), starts) / lengths
    silent = (reference_power == 0.0) | (reference_power < mean_power * 10.0 ** (silence_db / 10.0))
    ratio = np.full(starts.size, np.nan)
    np.divide(error_power, reference_power, out=ratio, where=~silent)
    return ErrorOverTime(
        start_seconds=starts / rate,
        esr=ratio,
        error_db=_power_db(error_power),
        reference_db=_power_db(reference_power),
        silent=silent,
    )


def _power_db(power: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    level = np.full(power.shape, -np.inf)
    np.log10(power, out=level, where=power > 0.0)
    return 10.0 * level
