"""How a model answers to steady tones: its transfer curve, and harmonics against input level."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.metrics.aliasing import harmonic_energies
from triode.metrics.checks import checked_rate_hz, checked_signal
from triode.metrics.windows import power_db

__all__ = ["HarmonicLevels", "TransferCurve", "harmonic_levels", "transfer_curve"]

Render = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.floating]]
Float64Array = npt.NDArray[np.float64]

_FRAME_SAMPLES = 8191  # a prime, as in `triode.metrics.aliasing`
_HARMONICS_HZ = 110.0
_TRANSFER_HZ = 55.0
_TRANSFER_POINTS = 256
_INPUTS_DBFS = np.arange(-60.0, 0.1, 3.0)
_HARMONICS = 5


@dataclass(frozen=True, kw_only=True)
class HarmonicLevels:
    """Harmonics of a 110 Hz sine.

    Attributes:
        input_dbfs: Peak levels of the sine, (levels,).
        output_dbfs: Peak level of each harmonic, the fundamental first, (levels, 5).
    """

    input_dbfs: Float64Array
    output_dbfs: Float64Array


@dataclass(frozen=True, kw_only=True)
class TransferCurve:
    """Output against input over one period of a slow sine; the two ways differ by memory.

    Attributes:
        entry: The sine, (points,).
        leave: What the model plays, (points,).
    """

    entry: Float64Array
    leave: Float64Array


def harmonic_levels(
    render: Render, rate_hz: float, *, rest_samples: int, inputs_dbfs: npt.ArrayLike = _INPUTS_DBFS
) -> HarmonicLevels:
    """Return the harmonics of a 110 Hz sine from -60 to 0 dBFS, in steps of 3 dB.

    The sine and its frame are made as in `triode.metrics.aliasing`, N being 8,191.

    Args:
        render: Plays (frames,) float32 from the same state at every call.
        rate_hz: The model's sample rate.
        rest_samples: How long the model takes to reach its steady state.
        inputs_dbfs: Other peak levels, (levels,).

    Raises:
        AudioError: The rate makes no sense, or the output is not finite.
    """
    levels_dbfs = np.asarray(inputs_dbfs, np.float64)
    rows = []
    for level_dbfs in levels_dbfs:
        amplitude = 10.0 ** (level_dbfs / 20.0)
        places, frame = _steady(render, rate_hz, _HARMONICS_HZ, amplitude, rest_samples)
        energies = harmonic_energies(frame, places)[1 : 1 + _HARMONICS]
        rows.append(power_db(energies * (2.0 / _FRAME_SAMPLES) ** 2))
    return HarmonicLevels(input_dbfs=levels_dbfs, output_dbfs=np.array(rows))


def transfer_curve(
    render: Render, rate_hz: float, *, rest_samples: int, level_dbfs: float = -6.0
) -> TransferCurve:
    """Return one period of the steady answer to a 55 Hz sine, beside the sine.

    Args:
        render: Plays (frames,) float32 from the same state at every call.
        rate_hz: The model's sample rate.
        rest_samples: How long the model takes to reach its steady state.
        level_dbfs: Peak level of the sine.

    Raises:
        AudioError: The rate makes no sense, or the output is not finite.
    """
    amplitude = 10.0 ** (level_dbfs / 20.0)
    places, frame = _steady(render, rate_hz, _TRANSFER_HZ, amplitude, rest_samples)
    period = np.empty(_FRAME_SAMPLES)
    period[places] = frame
    shown = np.linspace(0, _FRAME_SAMPLES - 1, _TRANSFER_POINTS).astype(int)
    entry = amplitude * np.sin(2.0 * np.pi * shown / _FRAME_SAMPLES)
    return TransferCurve(entry=entry, leave=period[shown])


def _steady(
    render: Render, rate_hz: float, frequency_hz: float, amplitude: float, rest_samples: int
) -> tuple[npt.NDArray[np.int_], Float64Array]:
    """Places in the period, and the answer there, (N,) each."""
    bin_ = max(1, round(frequency_hz * _FRAME_SAMPLES / checked_rate_hz(rate_hz)))
    places = bin_ * np.arange(rest_samples + _FRAME_SAMPLES) % _FRAME_SAMPLES
    tone = amplitude * np.sin(2.0 * np.pi / _FRAME_SAMPLES * places)
    played = checked_signal(render(tone.astype(np.float32)), "the model's output")
    return places[rest_samples:], played[rest_samples:]
