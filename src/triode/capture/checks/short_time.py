"""Short-time spectra of a dry and a wet signal, measured once for every check that looks at them.

Hann windows of about 43 ms every 21 ms. Only the bins up to 3 kHz, where a guitar is loud, are
kept as complex numbers; of an hour, the first five minutes are looked at, which bounds memory.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.fft
import scipy.signal

__all__ = ["ShortTime", "short_time"]

Complex = npt.NDArray[np.complex64]
Real = npt.NDArray[np.float32]

_WINDOW_SECONDS = 0.0427
_LONGEST_SECONDS = 300.0
_COMPLEX_UP_TO_HZ = 3_000.0
_MIDDLE_HZ = (80.0, 5_000.0)
_CHUNK_FRAMES = 512


@dataclass(frozen=True, kw_only=True, eq=False)
class ShortTime:
    """Spectra over time.

    Attributes:
        hop_samples: From one frame to the next.
        window_samples: Length of a frame.
        rate_hz: The sample rate.
        bin_hz: Width of a bin.
        dry: (frames, low bins) complex.
        wet: The same of the wet signal.
        dry_power: (frames, bins), mean square of a bin, so that full-scale noise sums to 1.
        wet_power: The same of the wet signal.
    """

    hop_samples: int
    window_samples: int
    rate_hz: float
    dry: Complex
    wet: Complex
    dry_power: Real
    wet_power: Real

    @property
    def bin_hz(self) -> float:
        """Width of a bin in hertz."""
        return self.rate_hz / self.window_samples

    @property
    def frequencies_hz(self) -> npt.NDArray[np.float64]:
        """The middle of every bin."""
        return np.asarray(np.arange(self.wet_power.shape[1]) * self.bin_hz)

    @property
    def seconds(self) -> npt.NDArray[np.float64]:
        """The middle of every frame."""
        middle = np.arange(len(self.wet_power)) * self.hop_samples + self.window_samples / 2
        return np.asarray(middle / self.rate_hz)

    def middle_levels_db(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Level of each frame, dry and wet, in dB of full scale between 80 Hz and 5 kHz."""
        low, high = (round(one / self.bin_hz) for one in _MIDDLE_HZ)
        powers = (one[:, low:high].sum(axis=1) for one in (self.dry_power, self.wet_power))
        dry, wet = (10 * np.log10(np.maximum(one.astype(np.float64), 1e-15)) for one in powers)
        return dry, wet


def short_time(dry: Real, wet: Real, rate_hz: float) -> ShortTime:
    """Measure two aligned signals of shape (frames,) each."""
    window = 2 * scipy.fft.next_fast_len(round(_WINDOW_SECONDS * rate_hz / 2), real=True)
    hop = window // 2
    frames = min(len(dry), len(wet), round(_LONGEST_SECONDS * rate_hz))
    count = max(0, (frames - window) // hop + 1)
    low = round(_COMPLEX_UP_TO_HZ * window / rate_hz)
    spectra = []
    for signal in (dry, wet):
        complex_bins = np.empty((count, low), np.complex64)
        power = np.empty((count, window // 2 + 1), np.float32)
        for start in range(0, count, _CHUNK_FRAMES):
            stop = min(count, start + _CHUNK_FRAMES)
            spectrum = _spectra(signal, start, stop, window, hop)
            complex_bins[start:stop] = spectrum[:, :low]
            power[start:stop] = spectrum.real**2 + spectrum.imag**2
        spectra.append((complex_bins, power))
    (dry_bins, dry_power), (wet_bins, wet_power) = spectra
    return ShortTime(
        hop_samples=hop,
        window_samples=window,
        rate_hz=rate_hz,
        dry=dry_bins,
        wet=wet_bins,
        dry_power=dry_power,
        wet_power=wet_power,
    )


def _spectra(signal: Real, start: int, stop: int, window: int, hop: int) -> Complex:
    """One-sided spectra scaled so that |.|^2 sums to the mean square under the window."""
    shape = scipy.signal.windows.hann(window, sym=False).astype(np.float32)
    shape *= np.float32(np.sqrt(2.0 / (window * float(np.sum(shape.astype(np.float64) ** 2)))))
    part = signal[start * hop : (stop - 1) * hop + window]
    views = np.lib.stride_tricks.sliding_window_view(part, window)[::hop]
    return np.asarray(scipy.fft.rfft(views * shape, axis=1), np.complex64)
