"""A model of the gear, fitted to its answers on both sides of a gap.

Gear answers loud, dull playing up to two samples sooner than soft, bright playing, and what is
played after a gap is not what was played before it. Here the wet signal of both sides is explained
together by filters of the dry signal and of saturated versions of it (a generalised Hammerstein
model: Narendra and Gallman 1966), which holds what level and brightness do to the delay. At every
frequency the least squares fit and what it leaves unexplained (one less the multiple coherence:
Bendat and Piersol, "Random Data") follow from cross-spectra; another shift of the later side only
turns their phase.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, Self

import numpy as np
import numpy.typing as npt
import scipy.fft
import scipy.signal

from triode.capture.alignment.spectra import slice_padded

__all__ = ["FRAMES", "Inputs", "Sums"]

FRAMES: Final = 4096
"""Length of the blocks whose spectra are summed."""

_Floats = npt.NDArray[np.float64]
_Complexes = npt.NDArray[np.complex128]

_RIDGE = 1e-5
_FLOOR = 1e-12
_LEAST_LEFT = 1e-6
# Corner frequencies of first order, as shares of the rate; gear filters before it distorts.
_PREFILTERS: tuple[tuple[Literal["highpass", "lowpass"], float], ...] = (
    ("highpass", 0.003),
    ("highpass", 0.015),
    ("lowpass", 0.03),
)
_SETTLED = 2048
_DRIVES = (2.0, 8.0, 32.0, 128.0)
_EVEN_DRIVES = (2.0, 8.0)
_CORNER = 1e-2
_BAND = 0.9
# Every second bin: neighbours say nearly the same. The highest, of a converter, are left out.
_BINS = np.arange(2, int(_BAND * (FRAMES // 2)), 2)


class Inputs:
    """The dry signal, and what saturation at several levels makes of it, filtered or not.

    Args:
        dry: Shape (frames,).
        first, last: Samples between which its highest peak sets the levels.
    """

    def __init__(self, dry: npt.NDArray[np.float32], first: int, last: int) -> None:
        self._dry = dry
        whole = slice_padded(dry, first, last - first).astype(np.float64)
        self._peaks = [float(np.abs(one).max(initial=0.0)) + 1e-12 for one in _filtered(whole)]

    def between(self, first: int, last: int) -> Iterator[_Floats]:
        """Yield each input from one dry sample to before another, silent where there are none."""
        part = slice_padded(self._dry, first - _SETTLED, last - first + _SETTLED).astype(np.float64)
        yield part[_SETTLED:]
        for number, (signal, peak) in enumerate(zip(_filtered(part), self._peaks, strict=True)):
            for drive in _DRIVES:
                bent = np.tanh(drive * signal[_SETTLED:] / peak)
                yield bent
                # Even harmonics, of the whole signal and of its brighter part.
                if number in (0, 2) and drive in _EVEN_DRIVES:
                    yield np.sqrt(bent**2 + _CORNER**2) - _CORNER

    def spectra(self, starts: npt.NDArray[np.int64]) -> npt.NDArray[np.complex64]:
        """Of blocks near each other, (bins, inputs, blocks)."""
        first, last = int(starts[0]), int(starts[-1]) + FRAMES
        each = [
            _spectra(one.astype(np.float32), starts - first) for one in self.between(first, last)
        ]
        return np.stack(each, axis=1)


@dataclass(frozen=True, eq=False)
class Sums:
    """Cross-spectra over some blocks, at each frequency.

    Attributes:
        inputs: Of the inputs, (bins, inputs, inputs).
        outputs: Of the inputs with the wet signal before and after the gap, (bins, inputs, 2).
        power: Of the wet signal, (bins,).
    """

    inputs: _Complexes
    outputs: _Complexes
    power: _Floats

    @classmethod
    def of(
        cls,
        inputs: Inputs,
        laid: npt.NDArray[np.float32],
        starts: npt.NDArray[np.int64],
        *,
        later: bool,
    ) -> Self:
        """Of blocks near each other, all before the gap or all `later`."""
        spectra = inputs.spectra(starts)
        wet = _spectra(laid[int(starts[0]) : int(starts[-1]) + FRAMES], starts - starts[0])
        back = spectra.conj()
        outputs = np.zeros((*spectra.shape[:2], 2), np.complex128)
        outputs[..., int(later)] = np.matmul(back, wet[:, :, None])[..., 0]
        return cls(
            np.matmul(back, spectra.transpose(0, 2, 1)).astype(np.complex128),
            outputs,
            np.sum(np.abs(wet) ** 2, axis=1, dtype=np.float64),
        )

    def __add__(self, other: Self) -> Self:
        """Over the blocks of both."""
        return type(self)(
            self.inputs + other.inputs, self.outputs + other.outputs, self.power + other.power
        )

    def left(self, steps: _Floats) -> _Floats | None:
        """How much no filters explain when the later side is taken to answer some samples later.

        The logarithm of the share that is left, added up over frequencies, (steps,); None where
        the inputs are one and the same: of a constant, say.
        """
        try:
            halves = np.linalg.solve(np.linalg.cholesky(self._steadied()), self.outputs)
        except np.linalg.LinAlgError:
            return None
        before, after = np.moveaxis(halves, -1, 0)
        floor = _FLOOR * self.power.max() + 1e-30
        left = np.zeros(len(steps))
        for number, turn in enumerate(_turns(steps)):
            explained = np.sum(np.abs(before + after * turn[:, None]) ** 2, axis=1)
            rest = np.maximum(self.power - explained, _LEAST_LEFT * self.power) + floor
            left[number] = np.sum(np.log(rest / (self.power + floor)))
        return left

    def _steadied(self) -> _Complexes:
        inputs = self.inputs.copy()
        own = np.einsum("fii->fi", inputs)
        own += _RIDGE * own.real + _FLOOR * own.real.max() + 1e-30
        return inputs


def _filtered(signal: _Floats) -> Iterator[_Floats]:
    yield signal
    for kind, corner in _PREFILTERS:
        sections = scipy.signal.butter(1, 2 * corner, kind, output="sos")
        yield scipy.signal.sosfilt(sections, signal)


def _turns(steps: _Floats) -> _Complexes:
    """What brings something some samples later back into place, (steps, bins)."""
    return np.asarray(np.exp(2j * np.pi / FRAMES * steps[:, None] * _BINS))


def _spectra(
    signal: npt.NDArray[np.float32], starts: npt.NDArray[np.int64]
) -> npt.NDArray[np.complex64]:
    """(bins, blocks) of windowed blocks."""
    window = scipy.signal.windows.hann(FRAMES).astype(np.float32)
    blocks = np.lib.stride_tricks.sliding_window_view(signal, FRAMES)[starts] * window
    return np.ascontiguousarray(scipy.fft.rfft(blocks, axis=1)[:, _BINS].T)
