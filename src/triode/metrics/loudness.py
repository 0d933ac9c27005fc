"""The `loudness` and `gain` that a `.nam` file carries in its metadata.

Players use them to level and sort captures, so every trainer should mean the same by them. Both
come from a standard excitation played through the model. Ours is made from a formula and calibrated
against the reference trainer, which plays one second of Gaussian pink noise; for the captures at
hand the two agree within 0.3 dB and 0.04.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from triode.errors import AudioError
from triode.metrics.checks import checked_rate_hz, checked_signal

__all__ = ["Render", "gain", "loudness_and_gain", "loudness_db", "standard_excitation"]

Render = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.floating]]

_SECONDS = 1.0
_LOWEST_HZ = 1.0
_RMS_DB = -14.87
# The reference noise has a small offset; models without a coupling capacitor answer to it.
_MEAN = -0.04
_PHASE_SEED = 1
_STEPS = 11


def standard_excitation(rate_hz: float = 48000.0) -> npt.NDArray[np.float32]:
    """Return the standard excitation: one second of pink noise, the same at every call.

    Every line of the spectrum from 1 Hz to Nyquist, 1 Hz apart, has amplitude 1 / sqrt(f) and a
    fixed pseudo-random phase; the noise is scaled to an RMS of -14.87 dB and a mean of -0.04 is
    added. Peaks stay below 1.

    Args:
        rate_hz: Sample rate of the model, above 2 Hz.

    Returns:
        (round(rate_hz),) float32.
    """
    rate = checked_rate_hz(rate_hz)
    frames = round(_SECONDS * rate)
    frequencies_hz = np.fft.rfftfreq(frames, 1.0 / rate)
    # The raw words of a bit generator are fixed for good; a Generator's distributions are not.
    words = np.random.PCG64(_PHASE_SEED).random_raw(frequencies_hz.size)
    phases = 2.0 * np.pi * np.ldexp(words.astype(np.float64), -64)
    used = (frequencies_hz >= _LOWEST_HZ) & (frequencies_hz < rate / 2.0)
    if not used.any():
        raise AudioError(
            "the sample rate leaves no room for the standard excitation",
            where="rate_hz",
            expected="more than 2 Hz",
            got=rate_hz,
        )
    spectrum = np.zeros(frequencies_hz.size, dtype=np.complex128)
    spectrum[used] = np.exp(1j * phases[used]) / np.sqrt(frequencies_hz[used])
    noise = np.fft.irfft(spectrum, frames)
    noise *= 10.0 ** (_RMS_DB / 20.0) / math.sqrt(float(np.mean(np.square(noise))))
    return (noise + _MEAN).astype(np.float32)


def loudness_db(render: Render, rate_hz: float = 48000.0) -> float:
    """Return 20 log10 of the output's RMS for the standard excitation, in dB.

    Args:
        render: Plays (frames,) float32 through the model and returns as many frames, starting
            from the steady state of silence at every call.
        rate_hz: Sample rate of the model.

    Raises:
        AudioError: The model's output is silent, not finite or of another length.
    """
    return 20.0 * math.log10(_output_rms(render, standard_excitation(rate_hz)))


def gain(render: Render, rate_hz: float = 48000.0) -> float:
    """Return how far the model compresses, from 0 (output follows input) to 1 (output constant).

    With r(g) the RMS of the output for the excitation times g, over the eleven values g = 0,
    0.1, ... 1: gain = 2 sum(r) / (11 r(1)) - 1, clipped to 0...1. A linear model gives 0, and a
    model as loud for any input as for the full one gives 1. Arguments and errors are those of
    `loudness_db`.
    """
    return loudness_and_gain(render, rate_hz)[1]


def loudness_and_gain(render: Render, rate_hz: float = 48000.0) -> tuple[float, float]:
    """Return `loudness_db` and `gain` with one render fewer than by separate calls."""
    excitation = standard_excitation(rate_hz)
    loudest = _output_rms(render, excitation)
    quieter = sum(
        _output_rms(render, excitation * np.float32(step / (_STEPS - 1)), may_be_silent=True)
        for step in range(_STEPS - 1)
    )
    compression = 2.0 * (quieter + loudest) / (_STEPS * loudest) - 1.0
    return 20.0 * math.log10(loudest), min(max(compression, 0.0), 1.0)


def _output_rms(
    render: Render, excitation: npt.NDArray[np.float32], *, may_be_silent: bool = False
) -> float:
    output = checked_signal(render(excitation), "the model's output")
    if output.size != excitation.size:
        raise AudioError(
            "the model's output has another length than its input",
            expected=f"{excitation.size} frames",
            got=f"{output.size} frames",
        )
    rms = math.sqrt(float(np.dot(output, output)) / output.size)
    if rms == 0.0 and not may_be_silent:
        raise AudioError(
            "the model plays silence, so it has neither loudness nor gain",
            expected="a model that answers to pink noise",
            got="zeros only",
            hint="Check its weights, or train it again.",
        )
    return rms
