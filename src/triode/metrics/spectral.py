"""How far apart two signals are in spectrum, with phase forgiven."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.fft import rfft
from scipy.signal import get_window

from triode.errors import AudioError
from triode.metrics.checks import checked_pair, reference_energy

__all__ = ["STFT_RESOLUTIONS", "StftResolution", "stft_distance"]

# Few enough to stay in the processor's cache: 128 frames of 2,048 points take 1 MB.
_BLOCK_FRAMES = 128
# Keeps the logarithm finite in silence; the loss used in training has the same floor.
_POWER_FLOOR = 1e-8


@dataclass(frozen=True, kw_only=True)
class StftResolution:
    """One short-time Fourier transform: points, hop and Hann window length, in samples."""

    points: int
    hop_samples: int
    window_samples: int


STFT_RESOLUTIONS = (
    StftResolution(points=1024, hop_samples=120, window_samples=600),
    StftResolution(points=2048, hop_samples=240, window_samples=1200),
    StftResolution(points=512, hop_samples=50, window_samples=240),
)


def stft_distance(reference: npt.ArrayLike, estimate: npt.ArrayLike) -> float:
    """Return the multi-resolution STFT distance (Yamamoto et al. 2020, Parallel WaveGAN).

    For each resolution, with magnitudes Y and E of reference and estimate,

        norm(Y - E) / norm(Y) + mean(|ln Y - ln E|)

    where norm is Frobenius and magnitudes are sqrt(max(power, 1e-8)); then the mean over the
    three resolutions (512, 1024 and 2048 points). Unitless, 0 for identical signals. Frames are
    centred, the ends reflected, as customary in training.

    Args:
        reference: y, (frames,), at least 1025.
        estimate: e, (frames,).

    Raises:
        AudioError: Empty, too short, mismatched or non-finite input, or a silent reference.
    """
    wanted, played = checked_pair(reference, estimate)
    reference_energy(wanted)
    shortest = max(resolution.points for resolution in STFT_RESOLUTIONS) // 2 + 1
    if wanted.size < shortest:
        raise AudioError(
            "the passage is too short for a spectrum",
            expected=f"at least {shortest} frames",
            got=f"{wanted.size} frames",
            hint="Measure a longer passage.",
        )
    # Single precision is far finer than any distance of interest, and twice as fast.
    signals = wanted.astype(np.float32), played.astype(np.float32)
    distances = [_distance(*signals, resolution) for resolution in STFT_RESOLUTIONS]
    return float(np.mean(distances))


def _distance(
    wanted: npt.NDArray[np.float32], played: npt.NDArray[np.float32], resolution: StftResolution
) -> float:
    difference_energy = wanted_energy = log_difference = 0.0
    count = 0
    for wanted_magnitude, played_magnitude in zip(
        _magnitudes(wanted, resolution), _magnitudes(played, resolution), strict=True
    ):
        difference_energy += _energy(wanted_magnitude - played_magnitude)
        wanted_energy += _energy(wanted_magnitude)
        log_difference += float(np.sum(np.abs(np.log(wanted_magnitude / played_magnitude))))
        count += wanted_magnitude.size
    return float(np.sqrt(difference_energy / wanted_energy)) + log_difference / count


def _energy(values: npt.NDArray[np.float32]) -> float:
    flat = values.ravel()
    return float(flat @ flat)


def _magnitudes(
    signal: npt.NDArray[np.float32], resolution: StftResolution
) -> Iterator[npt.NDArray[np.float32]]:
    """Yield (frames, bins) blocks of floored magnitudes."""
    points = resolution.points
    window = np.zeros(points, np.float32)
    start = (points - resolution.window_samples) // 2
    window[start : start + resolution.window_samples] = get_window(
        "hann", resolution.window_samples
    )
    padded = np.pad(signal, points // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, points)[:: resolution.hop_samples]
    for first in range(0, frames.shape[0], _BLOCK_FRAMES):
        spectrum = rfft(frames[first : first + _BLOCK_FRAMES] * window, axis=1)
        power = np.square(spectrum.real) + np.square(spectrum.imag)
        yield np.sqrt(np.maximum(power, np.float32(_POWER_FLOOR)))
