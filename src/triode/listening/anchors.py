"""Anchors: systems that are known to be worse, so that a scale has fixed points."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.fft
import scipy.signal

from triode.audio import resample
from triode.errors import ListeningError
from triode.metrics import stft_distance

__all__ = ["Waveshaper", "fit_waveshaper", "low_pass"]

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]

_STOP_DB = 70.0
_PAST_EDGE = 4000.0 / 3500.0
_OVERSAMPLING = 4
_DRIVES_DB = tuple(10.0 * step for step in range(7))
_CORNERS_HZ = (0.0, 200.0, 1000.0)
_TAPS = 1024
_FFT_POINTS = 4096
_OCTAVES = 1.0 / 6.0
_RANGE = 1e-4


def low_pass(signal: Float32Array, edge_hz: float, rate_hz: float) -> Float32Array:
    """`signal` without what lies above `edge_hz`, no phase changed.

    A filter of linear phase, its delay taken out: flat within 0.1 dB to the edge, 70 dB down from
    8/7 of it on (4 kHz for 3.5 kHz), which is more than ITU-R BS.1534-3 asks of its anchors.

    Raises:
        ListeningError: The edge lies too near to half the rate.
    """
    stop_hz = edge_hz * _PAST_EDGE
    if stop_hz >= rate_hz / 2.0:
        raise ListeningError(
            "the sample rate is too low for this anchor",
            expected=f"more than {2.0 * stop_hz:.0f} Hz",
            got=f"{rate_hz:g} Hz",
        )
    count, beta = scipy.signal.kaiserord(_STOP_DB, (stop_hz - edge_hz) / (rate_hz / 2.0))
    taps = scipy.signal.firwin(
        count | 1, (edge_hz + stop_hz) / 2.0, window=("kaiser", beta), fs=rate_hz
    )
    return np.asarray(
        scipy.signal.fftconvolve(signal.astype(np.float64), taps, mode="same"), np.float32
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Waveshaper:
    """A curve without memory between two filters: high-pass, tanh(gain * x), equaliser.

    Attributes:
        corner_hz: Of the high-pass of first order before the curve; zero for none.
        drive_db: How far the loudest sample that it was fitted to is driven into the curve.
        gain: The same as a factor on what the high-pass leaves.
        taps: The equaliser, (taps,).
        distance: The STFT distance to the gear that is left.
    """

    corner_hz: float
    drive_db: float
    gain: float
    taps: Float64Array
    distance: float

    def play(self, dry: Float32Array, rate_hz: float) -> Float32Array:
        """What it makes of `dry`, (frames,)."""
        shaped = _shaped(_high_passed(dry, self.corner_hz, rate_hz), self.gain, rate_hz)
        return _filtered(shaped, self.taps)

    def facts(self) -> dict[str, float]:
        """For the manifest."""
        return {
            "corner_hz": self.corner_hz,
            "drive_db": self.drive_db,
            "distance": round(self.distance, 4),
        }


def fit_waveshaper(dry: Float32Array, wet: Float32Array, rate_hz: float) -> Waveshaper:
    """The static waveshaper that sounds most like the gear.

    Of seven drives, 0 to 60 dB, and three high-passes before the curve, the pair is taken whose
    output is nearest to the wet signal by the STFT distance. The equaliser after the curve is of
    minimum phase and brings the averaged spectrum to the gear's, smoothed over a sixth of an
    octave. The curve is oversampled four times. It has neither memory nor sag nor bias, and so is
    what a model of an amplifier should beat.

    Args:
        dry: (frames,), what listeners will hear of it, one clip after the other.
        wet: (frames,) beside it.
        rate_hz: Their rate.

    Raises:
        ListeningError: One of them is silent.
    """
    if not dry.any() or not wet.any():
        raise ListeningError("the clips are silent", where="anchor waveshaper")
    wanted = _spectrum(wet, rate_hz)
    tried = []
    for corner_hz in _CORNERS_HZ:
        filtered = _high_passed(dry, corner_hz, rate_hz)
        peak = float(np.abs(filtered).max())
        for drive_db in _DRIVES_DB:
            gain = 10.0 ** (drive_db / 20.0) / peak
            shaped = _shaped(filtered, gain, rate_hz)
            taps = _minimum_phase(np.sqrt(wanted / _spectrum(shaped, rate_hz)))
            tried.append(
                Waveshaper(
                    corner_hz=corner_hz,
                    drive_db=drive_db,
                    gain=gain,
                    taps=taps,
                    distance=stft_distance(wet, _filtered(shaped, taps)),
                )
            )
    return min(tried, key=lambda one: one.distance)


def _high_passed(signal: Float32Array, corner_hz: float, rate_hz: float) -> Float32Array:
    if corner_hz == 0.0:
        return signal
    numerator, denominator = scipy.signal.butter(1, corner_hz, "highpass", fs=rate_hz)
    return np.asarray(
        scipy.signal.lfilter(numerator, denominator, signal.astype(np.float64)), np.float32
    )


def _shaped(signal: Float32Array, gain: float, rate_hz: float) -> Float32Array:
    high = resample(signal, rate_hz, _OVERSAMPLING * rate_hz)
    shaped = resample(np.tanh(high * np.float32(gain)), _OVERSAMPLING * rate_hz, rate_hz)
    return np.pad(shaped[: len(signal)], (0, max(0, len(signal) - len(shaped))))


def _filtered(signal: Float32Array, taps: Float64Array) -> Float32Array:
    out = scipy.signal.fftconvolve(signal.astype(np.float64), taps)[: len(signal)]
    return np.asarray(out, np.float32)


def _spectrum(signal: Float32Array, rate_hz: float) -> Float64Array:
    """Averaged power, (bins,), smoothed over a sixth of an octave, 80 dB of range."""
    frequencies_hz, power = scipy.signal.welch(
        signal.astype(np.float64), rate_hz, nperseg=_FFT_POINTS, detrend=False
    )
    sums = np.concatenate([[0.0], np.cumsum(power)])
    half = 2.0 ** (_OCTAVES / 2.0)
    step = frequencies_hz[1]
    low = np.clip(np.floor(frequencies_hz / half / step), 0, len(power) - 1).astype(int)
    high = np.clip(np.ceil(frequencies_hz * half / step), 0, len(power) - 1).astype(int)
    smooth = (sums[high + 1] - sums[low]) / (high + 1 - low)
    return np.asarray(np.maximum(smooth, _RANGE**2 * smooth.max()))


def _minimum_phase(gains: Float64Array) -> Float64Array:
    """The filter of these gains, (taps,), by the Hilbert transform of their logarithm."""
    size = 2 * (len(gains) - 1)
    cepstrum = scipy.fft.irfft(np.log(gains), n=size)
    cepstrum[1 : size // 2] *= 2.0
    cepstrum[size // 2 + 1 :] = 0.0
    response = scipy.fft.irfft(np.exp(scipy.fft.rfft(cepstrum)), n=size)[:_TAPS]
    fade = _TAPS // 4
    response[-fade:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(fade) / fade)
    return np.asarray(response)
