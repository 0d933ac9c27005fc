"""Training code of a graph, compiled and called with nothing in between."""

import ctypes
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from triode.compiler import Isa, compile_library, find_compiler
from triode.compiler.emit.segment import Segment, emit_segment
from triode.graph import Graph, Parameters

__all__ = ["CompiledSegment", "load_library", "needs_compiler"]

Float32Array = npt.NDArray[np.float32]
_GUARD_FLOATS = 1 << 15

needs_compiler = pytest.mark.skipif(find_compiler() is None, reason="there is no C compiler")


def load_library(source: str, isa: Isa) -> ctypes.CDLL:
    """Compile as strictly as the product does."""
    compiler = find_compiler()
    assert compiler is not None
    return ctypes.CDLL(str(compile_library(source, isa, compiler)))


def guarded(floats: int) -> Float32Array:
    """Zeros at a multiple of 64 bytes, in the middle of memory that nobody may read or write."""
    memory = np.full(floats + 2 * _GUARD_FLOATS + 16, np.nan, np.float32)
    start = _GUARD_FLOATS + (-(memory.ctypes.data // 4) - _GUARD_FLOATS) % 16
    memory[start : start + floats] = 0.0
    return memory[start : start + floats]


def unhurt(area: Float32Array) -> bool:
    """Whether nothing was written around `area`."""
    memory = area.base
    assert isinstance(memory, np.ndarray)
    start = (area.ctypes.data - memory.ctypes.data) // 4
    around = (memory[:start], memory[start + len(area) :])
    return all(bool(np.isnan(part).all()) for part in around)


@dataclass(frozen=True)
class CompiledSegment:
    """Training code and its library."""

    segment: Segment
    library: ctypes.CDLL
    graph: Graph

    @classmethod
    def of(cls, graph: Graph, isa: Isa, *, to_signal: bool = False) -> "CompiledSegment":
        segment = emit_segment(graph, isa, to_signal=to_signal)
        library = load_library(segment.source, isa)
        pointer, size = ctypes.c_void_p, ctypes.c_size_t
        library.segment_work_floats.restype = size
        library.segment_work_floats.argtypes = [size]
        library.segment_forward.argtypes = [pointer, pointer, pointer, pointer, size]
        library.segment_backward.argtypes = [pointer, pointer, pointer, pointer, pointer, size]
        library.segment_forward.restype = library.segment_backward.restype = None
        return cls(segment, library, graph)

    def area(self, frames: int) -> Float32Array:
        """A fresh work area, between guards, for windows of `frames` outputs."""
        return guarded(self.library.segment_work_floats(self.segment.run_in + frames))

    def train(
        self,
        parameters: Parameters,
        signal: npt.NDArray[np.floating],
        gradient: npt.NDArray[np.floating],
        area: Float32Array | None = None,
        signal_gradient: Float32Array | None = None,
    ) -> tuple[Float32Array, dict[str, Float32Array]]:
        """The output of a window (inputs, frames), and the gradient of every trained parameter.

        That of the signal goes to `signal_gradient`, shaped like the signal.
        """
        frames = signal.shape[1]
        assert gradient.shape == (self.graph.output_channels, frames - self.segment.run_in)
        area = self.area(gradient.shape[1]) if area is None else area
        output = np.full(gradient.shape, np.nan, np.float32)
        sums = np.full(sum(one.size for one in self.segment.trained), np.nan, np.float32)
        flat = np.concatenate([np.ravel(parameters[name]) for name in self.segment.names])
        given = [np.ascontiguousarray(one, np.float32) for one in (signal, gradient)]
        forward, backward = (
            packed(flat.astype(np.float32), index)
            for index in (self.segment.forward_index, self.segment.backward_index)
        )
        to_signal = None if signal_gradient is None else signal_gradient.ctypes.data
        for function, weights, into, out, more in (
            (self.library.segment_forward, forward, given[0], output, ()),
            (self.library.segment_backward, backward, given[1], sums, (to_signal,)),
        ):
            pointers = [one.ctypes.data for one in (area, weights, into, out)]
            function(*pointers, *more, frames)
            assert unhurt(area), "the code wrote outside its work area"
        found, start = {}, 0
        for one in self.segment.trained:
            found[one.name] = sums[start : start + one.size].reshape(one.shape)
            start += one.size
        return output, found


def packed(flat: Float32Array, index: npt.NDArray[np.int64]) -> Float32Array:
    """The weights as the code reads them, guarded too."""
    weights = guarded(len(index))
    weights[:] = np.where(index >= 0, flat[np.maximum(index, 0)], 0.0)
    weights[index == Segment.MINUS_ONE] = -1.0
    return weights
