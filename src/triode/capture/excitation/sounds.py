"""Sweeps, groups of tones and bursts of noise: what a guitar does not play, measured easily."""

import numpy as np
import numpy.typing as npt

__all__ = ["band_edges_hz", "noise", "sweep", "tones"]

_LOWEST_HZ = 20.0
_HIGHEST_HZ = 20_000.0
_HIGHEST_SHARE = 0.45
_FADE_SECONDS = 0.01
_TONES = 25
_TONES_HZ = (65.0, 6_500.0)
_NOISE_CORNER_HZ = (150.0, 2_500.0)

Signal = npt.NDArray[np.float64]


def band_edges_hz(rate_hz: float) -> tuple[float, float]:
    """Where a sweep begins and ends: 20 Hz to 20 kHz, or to 0.45 of a low rate."""
    return _LOWEST_HZ, min(_HIGHEST_HZ, _HIGHEST_SHARE * rate_hz)


def sweep(frames: int, rate_hz: float) -> Signal:
    """An exponential sine sweep (Farina 2000), (frames,), peak 1.

    sin(2 pi f0 T / L (e^(t L / T) - 1)) with L = ln(f1 / f0), and edges of 10 ms.
    """
    lowest, highest = band_edges_hz(rate_hz)
    seconds = frames / rate_hz
    growth = np.log(highest / lowest)
    time = np.arange(frames) / rate_hz
    phase = lowest * seconds / growth * np.expm1(time * growth / seconds)
    return _faded(np.sin(2.0 * np.pi * phase), rate_hz)


def tones(frames: int, rate_hz: float, generator: np.random.Generator) -> Signal:
    """25 sines of equal height, evenly spaced in pitch from 65 Hz to 6.5 kHz, peak 1."""
    lowest, highest = _TONES_HZ
    frequencies_hz = np.geomspace(lowest, min(highest, _HIGHEST_SHARE * rate_hz), _TONES)
    phases = generator.uniform(0.0, 2.0 * np.pi, _TONES)
    time = np.arange(frames) / rate_hz
    signal = np.zeros(frames)
    for frequency_hz, phase in zip(frequencies_hz, phases, strict=True):
        signal += np.sin(2.0 * np.pi * frequency_hz * time + phase)
    return _to_peak(_faded(signal, rate_hz))


def noise(frames: int, rate_hz: float, generator: np.random.Generator) -> Signal:
    """A burst of noise with the colour of a guitar: flat from 150 Hz to 2.5 kHz, peak 1."""
    spectrum = np.fft.rfft(generator.standard_normal(frames))
    frequencies_hz = np.fft.rfftfreq(frames, 1.0 / rate_hz)
    lowest, highest = _NOISE_CORNER_HZ
    spectrum *= frequencies_hz / np.hypot(frequencies_hz, lowest)
    spectrum /= 1.0 + (frequencies_hz / highest) ** 2
    return _to_peak(_faded(np.fft.irfft(spectrum, frames), rate_hz))


def _faded(signal: Signal, rate_hz: float) -> Signal:
    fade = min(len(signal) // 2, round(_FADE_SECONDS * rate_hz))
    edge = np.square(np.sin(np.linspace(0.0, np.pi / 2.0, fade, endpoint=False)))
    signal[:fade] *= edge
    signal[len(signal) - fade :] *= edge[::-1]
    return signal


def _to_peak(signal: Signal) -> Signal:
    highest = float(np.abs(signal).max(initial=np.finfo(np.float64).tiny))
    return np.asarray(signal / highest, np.float64)
