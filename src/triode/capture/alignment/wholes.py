"""How many samples were lost or repeated, by a model of the gear that explains both sides.

A recorder loses whole samples. But gear answers loud, dull playing up to two samples sooner than
soft, bright playing, and what is played after a gap is not what was played before it, so the delays
measured on both sides differ by more than the gap. Here the wet signal of both sides is explained
together by filters of the dry signal and of saturated versions of it (a generalised Hammerstein
model: Narendra and Gallman 1966), which holds what level and brightness do to the delay. At every
frequency the least squares fit and what it leaves unexplained (one less the multiple coherence:
Bendat and Piersol, "Random Data") follow from cross-spectra; another shift of the later side only
turns their phase. The shift that leaves least is the right one, if it is nearly whole and stays
where it is whatever quarter of the material is left out.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy.fft
import scipy.signal

__all__ = ["whole_step"]

_Floats = npt.NDArray[np.float64]
_Complexes = npt.NDArray[np.complex128]

_FRAMES = 4096
_REACH = 280
"""Blocks on either side that are looked at, half a block apart: 12 s at 48 kHz."""
_FEWEST = 24
_GROUPS = 4
_RUN = 8
"""Neighbouring blocks that are of one group."""
_EVERY_BIN = 2
_BAND = 0.9
_MOST = 4.0
_GRID = np.arange(-_MOST, _MOST + 0.01, 0.25)
_NEARLY_WHOLE = 0.3
_SCATTER = 0.35
_RIDGE = 1e-5
_FLOOR = 1e-12
# Corner frequencies of first order, as shares of the rate; gear filters before it distorts.
_PREFILTERS: tuple[tuple[Literal["highpass", "lowpass"], float], ...] = (
    ("highpass", 0.003),
    ("highpass", 0.015),
    ("lowpass", 0.03),
)
_DRIVES = (2.0, 8.0, 32.0, 128.0)
_EVEN_DRIVES = (2.0, 8.0)
_CORNER = 1e-2


def whole_step(
    dry: npt.NDArray[np.float32],
    laid: npt.NDArray[np.float32],
    before: tuple[float, float],
    after: tuple[float, float],
) -> int | None:
    """How many samples later the answer comes after a gap than `laid` has it.

    Args:
        dry: Shape (frames,).
        laid: The wet signal as it lies so far, right on both sides but for up to four samples.
        before: Dry samples between which the answer is surely that of before the gap.
        after: The same of after the gap.

    Returns:
        The step; None when it cannot be told.
    """
    frames = min(len(dry), len(laid))
    sides = [_starts(before, frames, near_end=True), _starts(after, frames, near_end=False)]
    if min(map(len, sides)) < _FEWEST:
        return None
    starts = np.concatenate(sides)
    later = np.arange(len(starts)) >= len(sides[0])
    parts = [_Part.of(*rest) for rest in _groups(dry, laid, starts, later)]
    steps = [_best_step(parts), *(_best_step(_without(parts, one)) for one in range(len(parts)))]
    if not all(map(math.isfinite, steps)):
        return None
    whole = round(steps[0])
    scatter = max(abs(one - steps[0]) for one in steps)
    return whole if abs(steps[0] - whole) < _NEARLY_WHOLE and scatter < _SCATTER else None


class _Part:
    """Sums over some blocks, at each frequency.

    Attributes:
        inputs: Cross-spectra of the inputs, (bins, inputs, inputs).
        outputs: Of the inputs with the wet signal before and after the gap, (bins, inputs, 2).
        power: Of the wet signal, (bins,).
        blocks: How many.
    """

    def __init__(self, inputs: _Complexes, outputs: _Complexes, power: _Floats, blocks: int):
        self.inputs, self.outputs, self.power, self.blocks = inputs, outputs, power, blocks

    @classmethod
    def of(
        cls,
        inputs: npt.NDArray[np.complex64],
        wet: npt.NDArray[np.complex64],
        later: npt.NDArray[np.bool_],
    ) -> "_Part":
        """From spectra (bins, inputs, blocks) and (bins, blocks)."""
        back = inputs.conj()
        sides = np.stack([np.where(later, 0, wet), np.where(later, wet, 0)], axis=-1)
        return cls(
            np.matmul(back, inputs.transpose(0, 2, 1)).astype(np.complex128),
            np.matmul(back, sides).astype(np.complex128),
            np.sum(np.abs(wet) ** 2, axis=1, dtype=np.float64),
            len(later),
        )


def _without(parts: Sequence[_Part], number: int) -> list[_Part]:
    return [part for index, part in enumerate(parts) if index != number]


def _best_step(parts: Sequence[_Part]) -> float:
    """The shift of the later side that leaves least unexplained, to a fraction of a sample.

    NaN where none within reach does.
    """
    inputs = np.sum([part.inputs for part in parts], axis=0)
    outputs = np.sum([part.outputs for part in parts], axis=0)
    power = np.sum([part.power for part in parts], axis=0)
    own = np.einsum("fii->fi", inputs)
    own += _RIDGE * own.real + _FLOOR * own.real.max() + 1e-30
    try:
        before, after = np.moveaxis(np.linalg.solve(np.linalg.cholesky(inputs), outputs), -1, 0)
    except np.linalg.LinAlgError:  # the inputs are one and the same: a constant, say
        return math.nan
    turn = 2j * np.pi * _bins() / _FRAMES
    floor = 1e-12 * power.max() + 1e-30
    left = []
    for step in _GRID:
        explained = np.sum(np.abs(before + after * np.exp(turn * step)[:, None]) ** 2, axis=1)
        rest = np.maximum(power - explained, 1e-6 * power) + floor
        left.append(float(np.sum(np.log(rest / (power + floor)))))
    best = int(np.argmin(left))
    if not 0 < best < len(left) - 1:
        return math.nan
    low, here, high = left[best - 1 : best + 2]
    return float(_GRID[best] + 0.5 * (low - high) / (low - 2 * here + high) * (_GRID[1] - _GRID[0]))


def _groups(
    dry: npt.NDArray[np.float32],
    laid: npt.NDArray[np.float32],
    starts: npt.NDArray[np.int64],
    later: npt.NDArray[np.bool_],
) -> Iterator[tuple[npt.NDArray[np.complex64], npt.NDArray[np.complex64], npt.NDArray[np.bool_]]]:
    """Spectra of the inputs and of the wet signal, and which blocks are after the gap, by group."""
    first, last = int(starts.min()), int(starts.max()) + _FRAMES
    inputs = [one.astype(np.float32) for one in _inputs(dry[first:last].astype(np.float64))]
    wet = laid[first:last]
    group = np.arange(len(starts)) // _RUN % _GROUPS
    for number in range(_GROUPS):
        own = starts[group == number] - first
        spectra = np.stack([_spectra(one, own) for one in inputs], axis=1)
        yield spectra, _spectra(wet, own), later[group == number]


def _inputs(dry: _Floats) -> Iterator[_Floats]:
    """The dry signal, and what saturation at several levels makes of it, filtered or not."""
    yield dry
    filtered = [dry]
    for kind, corner in _PREFILTERS:
        sections = scipy.signal.butter(1, 2 * corner, kind, output="sos")
        filtered.append(scipy.signal.sosfilt(sections, dry))
    for number, signal in enumerate(filtered):
        peak = np.abs(signal).max() + 1e-12
        for drive in _DRIVES:
            bent = np.tanh(drive * signal / peak)
            yield bent
            # Even harmonics, of the whole signal and of its brighter part.
            if number in (0, 2) and drive in _EVEN_DRIVES:
                yield np.sqrt(bent**2 + _CORNER**2) - _CORNER


def _starts(between: tuple[float, float], frames: int, *, near_end: bool) -> npt.NDArray[np.int64]:
    """Blocks that lie between two samples, those nearest the gap."""
    low, high = max(0, int(np.ceil(between[0]))), min(frames, int(between[1]))
    hop = _FRAMES // 2
    count = min(_REACH, max(0, (high - low - _FRAMES) // hop + 1))
    begin = high - _FRAMES - (count - 1) * hop if near_end else low
    return np.asarray(begin + hop * np.arange(count), np.int64)


def _spectra(
    signal: npt.NDArray[np.float32], starts: npt.NDArray[np.int64]
) -> npt.NDArray[np.complex64]:
    """(bins, blocks) of windowed blocks."""
    window = scipy.signal.windows.hann(_FRAMES).astype(np.float32)
    blocks = np.lib.stride_tricks.sliding_window_view(signal, _FRAMES)[starts] * window
    return np.ascontiguousarray(scipy.fft.rfft(blocks, axis=1)[:, _bins()].T)


def _bins() -> npt.NDArray[np.int64]:
    """Every second: neighbours say nearly the same. The highest, of a converter, are left out."""
    return np.arange(2, int(_BAND * (_FRAMES // 2)), _EVERY_BIN)
