"""Cross-spectra of a dry and a wet recording, passage by passage, each at its own delay."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.fft
import scipy.signal

from triode.audio import release

__all__ = [
    "GROUPS",
    "Average",
    "average_spectra",
    "passage_spectra",
    "power_spectrum",
    "slice_padded",
]

GROUPS: Final = 4
"""Passages are dealt in turn to so many groups, whose scatter says how sure a figure is."""

_Complex = npt.NDArray[np.complex64]
_AT_ONCE = 32
_SILENT_ENERGY = 1e-9
_BLOCK_FRAMES = 1 << 18


@dataclass(frozen=True, kw_only=True, eq=False)
class Average:
    """Spectra summed over passages, one row per group, on the bins of an FFT of `size`.

    `cross` is conj(dry) * wet with every passage's delay taken out; `dry` and `wet` are powers.
    Shapes (groups, size // 2 + 1).
    """

    cross: npt.NDArray[np.complex128]
    dry: npt.NDArray[np.float64]
    wet: npt.NDArray[np.float64]
    size: int

    def total(self) -> "Average":
        """All groups as one."""
        return self._kept(np.ones(len(self.cross), np.bool_))

    def without(self, *groups: int) -> "Average":
        """All groups but some, as one."""
        return self._kept(np.array([one not in groups for one in range(len(self.cross))]))

    def _kept(self, chosen: npt.NDArray[np.bool_]) -> "Average":
        return Average(
            cross=self.cross[chosen].sum(axis=0, keepdims=True),
            dry=self.dry[chosen].sum(axis=0, keepdims=True),
            wet=self.wet[chosen].sum(axis=0, keepdims=True),
            size=self.size,
        )


def slice_padded(
    signal: npt.NDArray[np.float32], start: int, frames: int
) -> npt.NDArray[np.float32]:
    """`frames` samples from `start` on, with silence where the signal has none."""
    begin, end = max(0, start), min(len(signal), start + frames)
    if end - begin == frames:
        return signal[begin:end]
    result = np.zeros(frames, np.float32)
    if end > begin:
        result[begin - start : end - start] = signal[begin:end]
    return result


def passage_spectra(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    starts: npt.NDArray[np.int64],
    delays: npt.NDArray[np.float64],
    size: int,
) -> Iterator[tuple[slice, _Complex, _Complex]]:
    """Yield which passages, and their dry and wet spectra, some dozens at a time.

    Passage i is `size` windowed samples of `dry` from `starts[i]` on, and of `wet` from
    `starts[i] + delays[i]` on; the fraction of the delay is taken out by a linear phase.
    """
    window = scipy.signal.windows.tukey(size, 0.5, sym=False).astype(np.float32)
    turn = (-2j * np.pi * np.arange(size // 2 + 1) / size).astype(np.complex64)
    whole = np.round(delays).astype(np.int64)
    fractions = (whole - delays).astype(np.float32)
    for first in range(0, len(starts), _AT_ONCE):
        rows = slice(first, min(first + _AT_ONCE, len(starts)))
        places = list(zip(starts[rows], whole[rows], strict=True))
        x = np.stack([slice_padded(dry, int(at), size) for at, _ in places]) * window
        y = np.stack([slice_padded(wet, int(at + lag), size) for at, lag in places]) * window
        release(dry)
        release(wet)
        # A wet passage cut too early by a fraction is turned back by it.
        some = np.unique(fractions[rows])
        back = np.exp(turn * (some if len(some) == 1 else fractions[rows])[:, None])
        yield rows, scipy.fft.rfft(x, axis=1), scipy.fft.rfft(y, axis=1) * back


def average_spectra(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    starts: npt.NDArray[np.int64],
    delays: npt.NDArray[np.float64],
    size: int,
    *,
    evenly: bool = False,
    groups: int = GROUPS,
) -> Average:
    """Sum the spectra of all passages, see `passage_spectra`, dealt in turn to some groups.

    A passage counts by its energy, or `evenly` by the root of it, so that one loud sweep does not
    speak for all; noise then counts for more.
    """
    bins = size // 2 + 1
    cross = np.zeros((groups, bins), np.complex128)
    powers = np.zeros((2, groups, bins))
    for rows, x, y in passage_spectra(dry, wet, starts, delays, size):
        if evenly:
            energy = np.sum(np.abs(x) ** 2, axis=1, keepdims=True)
            scale = (energy + np.float32(_SILENT_ENERGY)) ** np.float32(-0.25)
            x *= scale
            y *= scale
        for group in range(groups):
            of = slice((group - rows.start) % groups, None, groups)
            cross[group] += np.sum(np.conj(x[of]) * y[of], axis=0)
            powers[0, group] += np.sum(np.abs(x[of]) ** 2, axis=0)
            powers[1, group] += np.sum(np.abs(y[of]) ** 2, axis=0)
    return Average(cross=cross, dry=powers[0], wet=powers[1], size=size)


def power_spectrum(signal: npt.NDArray[np.float32], length: int) -> npt.NDArray[np.float64]:
    """Power by Welch's method, segments of `length` overlapping by half, (length // 2 + 1,)."""
    hop = length - length // 2
    segments = (len(signal) - length // 2) // hop
    together = max(1, _BLOCK_FRAMES // hop)
    total: npt.NDArray[np.float64] = np.zeros(length // 2 + 1)
    for first in range(0, segments, together):
        count = min(together, segments - first)
        block = signal[first * hop : (first + count - 1) * hop + length]
        total += count * scipy.signal.welch(block, nperseg=length, scaling="spectrum")[1].astype(
            np.float64
        )
        release(signal)
    return total / max(1, segments)
