"""The delayed part of a long impulse response as C: uniformly partitioned convolution.

The response is cut into partitions of one block. Whenever a block of input is complete, its
spectrum joins a delay line; the sum over partitions of spectrum times response spectrum, turned
back, is what this part adds to the next block (overlap-save; Gardner 1995 describes the family).
Blocks are counted from the first frame ever played, so cutting the signal changes nothing.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from triode.compiler.emit.packing import ALIGNMENT_FLOATS, Packed
from triode.compiler.emit.stage import StageCode, View
from triode.compiler.passes.rewrite import Float64Parameters
from triode.compiler.passes.split_fir import FIR_BLOCK
from triode.graph import Fir, Node

__all__ = ["FOURIER", "EmptyCells", "emit_fir", "fir_cell_floats"]

_SIZE = 2 * FIR_BLOCK
_BINS = FIR_BLOCK + ALIGNMENT_FLOATS
"""Bins kept of a spectrum, its zero to Nyquist, padded to whole vectors."""

FOURIER = """\
/*
 * Fourier transform in place, unscaled, radix 2, decimation in time; `size` is a power of two.
 * `turns` holds cos, then -sin, of 2 pi k / size for k < size / 2. Swap re and im to turn back.
 */
static NOINLINE void fourier(float *re, float *im, const float *turns, unsigned size)
{
    for (unsigned i = 0, j = 0; i < size; ++i) {
        if (i < j) {
            const float a = re[i], b = im[i];
            re[i] = re[j], im[i] = im[j];
            re[j] = a, im[j] = b;
        }
        unsigned bit = size >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j |= bit;
    }
    for (unsigned half = 1; half < size; half *= 2) {
        const unsigned stride = size / (2 * half);
        for (unsigned start = 0; start < size; start += 2 * half)
            for (unsigned k = 0; k < half; ++k) {
                const float c = turns[k * stride], s = turns[size / 2 + k * stride];
                const unsigned p = start + k, q = p + half;
                const float a = re[q] * c - im[q] * s, b = re[q] * s + im[q] * c;
                re[q] = re[p] - a, im[q] = im[p] - b;
                re[p] += a, im[p] += b;
            }
    }
}
"""

_BODY = """\
(const float *weights, const struct view *views, const unsigned *dilations,
    unsigned frames)
{{
    enum {{ BLOCK = {block}, SIZE = {size}, BINS = {bins}, PARTS = {parts}, SPECTRUM = 2 * BINS }};
    const float *const x = views[0].data;
    float *const y = views[1].data;
    float *const counters = views[2].data; /* frames in this block; newest spectrum */
    float *const recent = counters + {header}; /* the block before, and this one so far */
    float *const answer = recent + SIZE; /* what to add to this block */
    float *const line = answer + BLOCK;
    const float *const turns = weights, *const response = weights + SIZE;
    (void)dilations;
    for (unsigned t = 0; t < frames;) {{
        unsigned at = (unsigned)counters[0];
        const unsigned now = frames - t < BLOCK - at ? frames - t : BLOCK - at;
        for (unsigned i = 0; i < now; ++i) {{
            recent[BLOCK + at + i] = x[t + i];
            y[t + i] = answer[at + i];
        }}
        t += now;
        at += now;
        counters[0] = (float)(at % BLOCK);
        if (at < BLOCK)
            break;
        const unsigned newest = ((unsigned)counters[1] + 1) % PARTS;
        counters[1] = (float)newest;
        float re[SIZE] __attribute__((aligned(64))), im[SIZE] __attribute__((aligned(64)));
        for (unsigned i = 0; i < SIZE; ++i)
            re[i] = recent[i], im[i] = 0.0f;
        for (unsigned i = 0; i < BLOCK; ++i)
            recent[i] = recent[BLOCK + i];
        fourier(re, im, turns, SIZE);
        float *const fresh = line + newest * SPECTRUM;
        for (unsigned k = 0; k <= BLOCK; ++k)
            fresh[k] = re[k], fresh[BINS + k] = im[k];
        for (unsigned k = 0; k < BINS; k += LANES) {{
            vec sum_re = splat(0.0f), sum_im = splat(0.0f);
            for (unsigned part = 0; part < PARTS; ++part) {{
                const unsigned place = newest >= part ? newest - part : newest + PARTS - part;
                const float *const a = line + place * SPECTRUM + k;
                const float *const b = response + part * SPECTRUM + k;
                const vec a_re = load(a), a_im = load(a + BINS);
                const vec b_re = load(b), b_im = load(b + BINS);
                sum_re = fma_(a_re, b_re, sum_re);
                sum_re = fma_(splat(0.0f) - a_im, b_im, sum_re);
                sum_im = fma_(a_re, b_im, sum_im);
                sum_im = fma_(a_im, b_re, sum_im);
            }}
            if (k < BLOCK) {{
                store(re + k, sum_re);
                store(im + k, sum_im);
            }} else {{
                store(recent + BLOCK, sum_re); /* free until the next block comes in */
                re[BLOCK] = recent[BLOCK], im[BLOCK] = 0.0f;
                break;
            }}
        }}
        for (unsigned k = 1; k < BLOCK; ++k)
            re[SIZE - k] = re[k], im[SIZE - k] = -im[k];
        fourier(im, re, turns, SIZE);
        for (unsigned i = 0; i < BLOCK; ++i)
            answer[i] = re[BLOCK + i] * (1.0f / SIZE);
    }}
}}
"""


def _partitions(fir: Fir) -> int:
    return ceil(fir.taps / FIR_BLOCK)


def fir_cell_floats(fir: Fir) -> int:
    """Floats that the node keeps: counters, two blocks of input, its answer, the delay line."""
    return ALIGNMENT_FLOATS + _SIZE + FIR_BLOCK + _partitions(fir) * 2 * _BINS


@dataclass(frozen=True)
class EmptyCells:
    """Cells that begin as zeros."""

    size: int

    def pack(self, parameters: Float64Parameters) -> npt.NDArray[np.float64]:
        """The floats, (size,)."""
        del parameters
        return np.zeros(self.size)


@dataclass(frozen=True)
class _PackedResponse:
    """The transform's table of turns, then the spectrum of every partition."""

    name: str
    partitions: int

    @property
    def size(self) -> int:
        """Floats it takes."""
        return _SIZE + self.partitions * 2 * _BINS

    def pack(self, parameters: Float64Parameters) -> npt.NDArray[np.float64]:
        """The floats, (size,)."""
        response = parameters[f"{self.name}.weight"]
        padded = np.pad(response, (0, self.partitions * FIR_BLOCK - len(response)))
        spectra = np.fft.rfft(padded.reshape(self.partitions, FIR_BLOCK), _SIZE)
        spare = ((0, 0), (0, _BINS - spectra.shape[1]))
        planes = [np.pad(plane, spare) for plane in (spectra.real, spectra.imag)]
        angle = 2.0 * np.pi * np.arange(_SIZE // 2) / _SIZE
        turns = [np.cos(angle), -np.sin(angle)]
        return np.concatenate([*turns, np.stack(planes, axis=1).ravel()])


def emit_fir(node: Node, fir: Fir) -> StageCode:
    """The stage of a delayed impulse response; views are input, output and the node's cells."""
    body = _BODY.format(
        block=FIR_BLOCK,
        size=_SIZE,
        bins=_BINS,
        parts=_partitions(fir),
        header=ALIGNMENT_FLOATS,
    )
    packing: tuple[Packed, ...] = (_PackedResponse(node.name, _partitions(fir)),)
    return StageCode(
        body=body,
        views=(
            View(node.inputs[0], ring=False),
            View(node.name, ring=False),
            View(node.name, ring=False, cells=True),
        ),
        dilations=(),
        packing=packing,
        kinds=frozenset(),
        tile=1,
    )
