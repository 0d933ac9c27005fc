"""Error and dynamics by how loud the input is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.errors import AudioError
from triode.metrics.checks import checked_pair, checked_rate_hz, checked_signal
from triode.metrics.windows import power_db, window_levels_db, windowed

__all__ = ["ByInputLevel", "by_input_level"]

_STEP_DB = 3.0
_QUIETEST_DBFS = -72.0
_FEWEST_WINDOWS = 4

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ByInputLevel:
    """One value per range of input levels that the recording has, (ranges,) each.

    Attributes:
        input_db: Middle of each range of 3 dB, in dBFS RMS over 50 ms.
        seconds: How much of the recording lies in it.
        gear_db: Median level of the gear there, dBFS.
        model_db: Median level of the model there, dBFS.
        error_db: 10 log10 of the energy of the error there over that of the gear; NaN where the
            gear is silent.
        error_share: Which part of the whole error's energy lies there, 0 to 1.
    """

    input_db: Float64Array
    seconds: Float64Array
    gear_db: Float64Array
    model_db: Float64Array
    error_db: Float64Array
    error_share: Float64Array


def by_input_level(
    dry: npt.ArrayLike, wet: npt.ArrayLike, output: npt.ArrayLike, rate_hz: float
) -> ByInputLevel:
    """Sort windows of 50 ms by the level of the dry signal, in steps of 3 dB from -72 dBFS up.

    Ranges with fewer than four windows are left out.

    Args:
        dry: What was sent into the gear, (frames,).
        wet: What came back, (frames,).
        output: What the model makes of `dry`, (frames,).
        rate_hz: Sample rate of all three.

    Raises:
        AudioError: Empty, too short, mismatched or non-finite input.
    """
    rate = checked_rate_hz(rate_hz)
    sent = checked_signal(dry, "dry")
    gear, model = checked_pair(wet, output)
    if sent.size != gear.size:
        raise AudioError(
            "dry and wet differ in length", expected=f"{gear.size} frames", got=f"{sent.size}"
        )
    levels_db = window_levels_db(sent, rate)
    gear_power = np.square(windowed(gear, rate)).mean(axis=1)
    model_power = np.square(windowed(model, rate)).mean(axis=1)
    error_power = np.square(windowed(gear - model, rate)).mean(axis=1)
    total = float(error_power.sum()) or 1.0
    window_seconds = windowed(sent, rate).shape[1] / rate
    rows = []
    for low_db in np.arange(_QUIETEST_DBFS, 3.0, _STEP_DB):
        chosen = (levels_db >= low_db) & (levels_db < low_db + _STEP_DB)
        if chosen.sum() < _FEWEST_WINDOWS:
            continue
        energy, error = float(gear_power[chosen].sum()), float(error_power[chosen].sum())
        rows.append(
            (
                low_db + _STEP_DB / 2.0,
                chosen.sum() * window_seconds,
                float(power_db(np.median(gear_power[chosen]))),
                float(power_db(np.median(model_power[chosen]))),
                float(power_db(error / energy)) if energy > 0.0 else np.nan,
                error / total,
            )
        )
    columns = np.array(rows, np.float64).reshape(-1, 6).T
    return ByInputLevel(
        input_db=columns[0],
        seconds=columns[1],
        gear_db=columns[2],
        model_db=columns[3],
        error_db=columns[4],
        error_share=columns[5],
    )
