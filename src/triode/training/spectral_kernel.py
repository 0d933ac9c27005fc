"""The multi-resolution STFT distance and its gradient through compiled code, on the CPU.

Windows are dealt to threads: torch transforms the frames of one, generated code does the rest, and
what is in work at one time stays in the cache. Sums are taken window by window, so that the number
of threads changes no bit. The definition is in `loss.py`.
"""

import ctypes
import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import numpy as np
import numpy.typing as npt
import torch

from triode.compiler import Isa, compile_library, host_isas, require_compiler
from triode.compiler.emit.spectral import emit_spectral
from triode.errors import CompileError
from triode.metrics import STFT_RESOLUTIONS, StftResolution
from triode.training.dealing import Dealer, Float32Array

__all__ = ["SpectralKernel", "TargetSpectra", "spectral_kernel"]

Complex64Array = npt.NDArray[np.complex64]
Work = Callable[[int, "_Area"], None]


@dataclass(frozen=True)
class TargetSpectra:
    """What a batch should become, at each resolution.

    Attributes:
        magnitudes: (batch, frames, bins) of each.
        norms: Square root of the sum of their squares.
    """

    magnitudes: tuple[Float32Array, ...]
    norms: tuple[float, ...]


@functools.cache
def spectral_kernel() -> "SpectralKernel | None":
    """The kernel for this machine, made once; None where there is no working compiler."""
    try:
        return SpectralKernel(host_isas()[0])
    except CompileError:
        return None


class SpectralKernel:
    """Compiled distances; one thread at a time may use it, which calls others for help.

    Raises:
        CompileError: There is no compiler, or it failed.
    """

    def __init__(self, isa: Isa) -> None:
        compiler = require_compiler()
        self._library = ctypes.CDLL(str(compile_library(emit_spectral(isa), isa, compiler)))
        self._library.take_magnitudes.restype = ctypes.c_double
        self._dealer = Dealer()
        self._areas: list[_Area] = []
        self._spare_areas: SimpleQueue[_Area] = SimpleQueue()
        # Held here, since generated code gets addresses: an array of a cache that two threads fill
        # at the same time would be gone while it is read.
        self._windows = tuple(_window(one) for one in STFT_RESOLUTIONS)

    def target(self, signal: Float32Array) -> TargetSpectra:
        """The spectra of what a batch should become, (batch, samples)."""
        batch, samples = signal.shape
        magnitudes = tuple(
            np.empty((batch, _count(one, samples), one.points // 2 + 1), np.float32)
            for one in STFT_RESOLUTIONS
        )
        squares = np.empty((batch, len(STFT_RESOLUTIONS)))

        def take(window: int, area: "_Area") -> None:
            for index, out in enumerate(magnitudes):
                spectrum = self._spectrum(signal[window], index, area)
                squares[window, index] = self._library.take_magnitudes(
                    _pointer(spectrum), _pointer(out[window]), _size(spectrum.size)
                )

        self._deal(batch, samples, take)
        return TargetSpectra(magnitudes, tuple(np.sqrt(squares.sum(0)).tolist()))

    def distance(
        self, estimate: Float32Array, target: TargetSpectra, *, gradient: bool
    ) -> tuple[float, Float32Array | None]:
        """The distance of a batch from its target, and its gradient if asked for.

        The error is that of the whole batch.

        Args:
            estimate: (batch, samples).
            target: Of the same shape.
            gradient: Whether to return the gradient by `estimate`, else None.
        """
        batch, samples = estimate.shape
        spectra: list[list[Complex64Array]] = [[] for _ in range(batch)]
        sums = np.empty((batch, len(STFT_RESOLUTIONS), 2))

        def compare(window: int, area: "_Area") -> None:
            for index, wanted in enumerate(target.magnitudes):
                spectrum = self._spectrum(estimate[window], index, area)
                self._compare(spectrum, wanted[window], sums[window, index])
                if gradient:
                    spectra[window].append(spectrum)

        self._deal(batch, samples, compare)
        errors = np.sqrt(sums[:, :, 0].sum(0)).tolist()
        logarithms = sums[:, :, 1].sum(0).tolist()
        counts = [one.size for one in target.magnitudes]
        value = sum(map(_distance, errors, target.norms, logarithms, counts)) / len(counts)
        if not gradient:
            return value, None
        shares = [error * norm for error, norm in zip(errors, target.norms, strict=True)]
        by_difference = [1.0 / share if share > 0.0 else 0.0 for share in shares]
        by_sign = [1.0 / count for count in counts]
        result = np.zeros((batch, samples), np.float32)

        def carry_back(window: int, area: "_Area") -> None:
            for index, wanted in enumerate(target.magnitudes):
                spectrum = spectra[window][index]
                self._steer(spectrum, wanted[window], by_difference[index], by_sign[index])
                self._add_back(spectrum, index, area, result[window])
            spectra[window].clear()

        self._deal(batch, samples, carry_back)
        return value, result

    def distance_by_window(
        self, estimate: Float32Array, target: TargetSpectra, *, gradient: bool
    ) -> tuple[float, Float32Array | None]:
        """The same with an error for each window: the sum of `window_distance`."""
        shares = np.empty(len(estimate))
        result = np.empty_like(estimate)

        def compare(window: int, _: "_Area") -> None:
            shares[window], result[window] = self.window_distance(window, estimate[window], target)

        self._deal(len(estimate), estimate.shape[1], compare)
        return float(shares.sum()), result if gradient else None

    def window_distance(
        self, window: int, estimate: Float32Array, target: TargetSpectra
    ) -> tuple[float, Float32Array]:
        """What one window adds to the distance with an error for each window, and the gradient.

        Any number of threads may ask for windows at the same time.

        Args:
            window: Which of the target's windows.
            estimate: (samples,).
            target: Of the whole batch.

        Returns:
            The share, and its gradient (samples,) by `estimate`.
        """
        area = self._spare_area(estimate.size)
        gradient = np.zeros_like(estimate)
        share, sums = 0.0, np.empty(2)
        for index, (wanted, norm) in enumerate(zip(target.magnitudes, target.norms, strict=True)):
            spectrum = self._spectrum(estimate, index, area)
            self._compare(spectrum, wanted[window], sums)
            # The mean over the windows of error / (norm of the batch / sqrt(windows)).
            error, scale = math.sqrt(sums[0]), norm * math.sqrt(len(wanted))
            share += _distance(error, scale, float(sums[1]), wanted.size)
            by_difference = 1.0 / (error * scale) if error > 0.0 else 0.0
            self._steer(spectrum, wanted[window], by_difference, 1.0 / wanted.size)
            self._add_back(spectrum, index, area, gradient)
        self._spare_areas.put(area)
        return share / len(target.norms), gradient

    def _compare(
        self, spectrum: Complex64Array, wanted: Float32Array, sums: npt.NDArray[np.float64]
    ) -> None:
        self._library.compare(
            _pointer(spectrum), _pointer(wanted), _size(spectrum.size), _pointer(sums)
        )

    def _steer(
        self,
        spectrum: Complex64Array,
        wanted: Float32Array,
        by_difference: float,
        by_sign: float,
    ) -> None:
        frames, bins = spectrum.shape
        self._library.steer(
            _pointer(spectrum),
            _pointer(wanted),
            _size(bins),
            _size(frames),
            ctypes.c_float(by_difference),
            ctypes.c_float(by_sign),
        )

    def _spare_area(self, samples: int) -> "_Area":
        """An area that no other thread is in; the caller puts it back."""
        try:
            area = self._spare_areas.get_nowait()
        except Empty:
            return _Area(samples)
        return area if area.samples == samples else _Area(samples)

    def _deal(self, batch: int, samples: int, work: "Work") -> None:
        if self._areas and self._areas[0].samples != samples:
            self._areas.clear()
        threads = self._dealer.threads(batch)
        self._areas += [_Area(samples) for _ in range(threads - len(self._areas))]
        self._dealer.deal(batch, self._areas[:threads], work)

    def _spectrum(self, signal: Float32Array, index: int, area: "_Area") -> Complex64Array:
        one, frames = STFT_RESOLUTIONS[index], area.frames[index]
        self._library.cut_frames(
            _pointer(signal),
            _size(signal.size),
            _pointer(self._windows[index]),
            *map(_size, (one.window_samples, one.hop_samples, one.points, len(frames))),
            _pointer(area.padded),
            _pointer(frames),
        )
        spectrum: Complex64Array = torch.fft.rfft(torch.from_numpy(frames)).numpy()
        return spectrum

    def _add_back(
        self, spectrum: Complex64Array, index: int, area: "_Area", gradient: Float32Array
    ) -> None:
        one = STFT_RESOLUTIONS[index]
        bins = torch.from_numpy(spectrum)
        parts = torch.fft.irfft(bins, n=one.points, norm="forward").numpy()
        self._library.add_frames(
            _pointer(parts),
            _size(gradient.size),
            _pointer(self._windows[index]),
            *map(_size, (one.window_samples, one.hop_samples, one.points, len(parts))),
            _pointer(area.padded),
            # Half of each complex number's gradient; the mean over the resolutions.
            ctypes.c_float(0.5 / len(STFT_RESOLUTIONS)),
            _pointer(gradient),
        )


def _distance(error: float, norm: float, logarithm: float, count: int) -> float:
    """The distance at one resolution; the floor of all magnitudes keeps `norm` above 0."""
    return error / norm + logarithm / count


class _Area:
    """What one thread works in, for signals of one length."""

    def __init__(self, samples: int) -> None:
        self.samples = samples
        widest = max(one.window_samples for one in STFT_RESOLUTIONS)
        self.padded = np.empty(samples + widest, np.float32)
        self.frames: Sequence[Float32Array] = [
            np.zeros((_count(one, samples), one.points), np.float32) for one in STFT_RESOLUTIONS
        ]


def _window(resolution: StftResolution) -> Float32Array:
    """The periodic Hann window."""
    steps = np.arange(resolution.window_samples) / resolution.window_samples
    return np.square(np.sin(np.pi * steps)).astype(np.float32)


def _count(resolution: StftResolution, samples: int) -> int:
    """Frames of a signal of so many samples."""
    return samples // resolution.hop_samples + 1


def _pointer(array: npt.NDArray[np.generic]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _size(value: int) -> ctypes.c_size_t:
    return ctypes.c_size_t(value)
