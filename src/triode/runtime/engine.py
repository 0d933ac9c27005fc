"""One compiled network and its state: the thin layer between NumPy and the C interface."""

import ctypes
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from triode.compiler import Artifact, compile_graph
from triode.compiler.emit.module import ABI_VERSION
from triode.compiler.passes import specialise
from triode.errors import CompileError, TriodeError
from triode.graph import Graph, Parameters, settle_samples

__all__ = ["Engine", "NativeHandles", "Playable"]

Float32Array = npt.NDArray[np.float32]

_ALIGNMENT_BYTES = 64
_SETTLE_FRAMES = 4096


class Playable(Protocol):
    """What can be played: a `triode.architectures.Network`, or a graph that no file describes."""

    @property
    def graph(self) -> Graph:
        """The network's graph."""

    @property
    def parameters(self) -> Parameters:
        """The graph's parameters by name."""

    @property
    def rate_hz(self) -> float:
        """The rate to play at."""


class NativeHandles(NamedTuple):
    """Addresses for native code that plays an engine itself: the function, its first arguments."""

    process: int
    state: int
    weights: int


class Engine:
    """A network compiled for this machine, at rest on silence when made.

    Several engines run independently in several threads: `process` holds no lock and releases the
    interpreter's. One engine belongs to one thread at a time.

    Args:
        network: What to play.
        artifact: Its graph compiled; by default for the best this machine has, without what this
            capture's values make needless.

    Raises:
        CompileError: There is no compiler, or what it made cannot be loaded.
    """

    def __init__(self, network: Playable, artifact: Artifact | None = None) -> None:
        parameters: Parameters = network.parameters
        if artifact is None:
            special = specialise(network.graph, network.parameters)
            parameters = special.apply(network.parameters)
            artifact = compile_graph(special.graph)
        self.artifact = artifact
        self._library = _load(self.artifact.library)
        self.input_channels = int(self._library.triode_input_channels())
        self.output_channels = int(self._library.triode_output_channels())
        self._state = _aligned_bytes(self._library.triode_state_bytes())
        self._weights = _aligned_bytes(self._library.triode_weight_bytes())
        self._state_address = self._state.ctypes.data
        self._weights_address = self._weights.ctypes.data
        packed = artifact.weights(parameters)
        self._weights.view(np.float32)[:] = packed
        self.reset()
        self._settle(settle_samples(network.graph, network.rate_hz))

    @property
    def state_bytes(self) -> int:
        """Memory that playing takes besides the weights."""
        return self._state.size

    @property
    def weight_bytes(self) -> int:
        """Memory of the packed weights."""
        return self._weights.size

    @property
    def native(self) -> NativeHandles:
        """Valid as long as the engine lives."""
        process = ctypes.cast(self._library.triode_process, ctypes.c_void_p).value
        return NativeHandles(process or 0, self._state_address, self._weights_address)

    @property
    def nonfinite_samples(self) -> int:
        """Input samples since the last reset that were NaN or infinite and taken as zero."""
        return int(self._library.triode_nonfinite(self._state_address))

    def reset(self) -> None:
        """Return to the state that silence leads to."""
        self._library.triode_reset(self._state_address, self._weights_address)

    def process(self, block: Float32Array) -> Float32Array:
        """Play a block; the result does not depend on how a signal is cut into blocks.

        Args:
            block: (frames,) for a mono network, else (input_channels, frames); float32.

        Returns:
            (frames,) or (output_channels, frames) float32.

        Raises:
            TriodeError: The block has another type or shape.
        """
        mono = self.input_channels == 1 and block.ndim == 1
        shape_fits = mono or (block.ndim == 2 and block.shape[0] == self.input_channels)
        if block.dtype != np.float32 or not shape_fits:
            wanted = "(frames,)" if self.input_channels == 1 else f"({self.input_channels}, frames)"
            raise TriodeError(
                "the block does not fit the model",
                expected=f"a float32 array of shape {wanted}",
                got=f"{block.dtype} of shape {block.shape}",
            )
        frames = block.shape[-1]
        source = np.ascontiguousarray(block)
        out = np.empty((self.output_channels, frames), np.float32)
        if frames:
            self._library.triode_process(
                self._state_address,
                self._weights_address,
                source.ctypes.data,
                out.ctypes.data,
                frames,
            )
        return out[0] if mono and self.output_channels == 1 else out

    def _settle(self, frames: int) -> None:
        """Play silence, then keep what the state has come to as the state to reset to."""
        silence = np.zeros((self.input_channels, _SETTLE_FRAMES), np.float32)
        for start in range(0, frames, _SETTLE_FRAMES):
            self.process(silence[:, : frames - start])
        self._library.triode_rest(self._state_address, self._weights_address)
        self.reset()


def _aligned_bytes(count: int) -> npt.NDArray[np.uint8]:
    raw = np.zeros(count + _ALIGNMENT_BYTES, np.uint8)
    start = -raw.ctypes.data % _ALIGNMENT_BYTES
    return raw[start : start + count]


def _load(path: Path) -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(str(path))
        pointer, size = ctypes.c_void_p, ctypes.c_size_t
        library.triode_state_bytes.restype = size
        library.triode_weight_bytes.restype = size
        library.triode_nonfinite.restype = ctypes.c_uint64
        library.triode_nonfinite.argtypes = [pointer]
        library.triode_reset.argtypes = [pointer, pointer]
        library.triode_reset.restype = None
        library.triode_rest.argtypes = [pointer, pointer]
        library.triode_rest.restype = None
        library.triode_process.argtypes = [pointer, pointer, pointer, pointer, size]
        library.triode_process.restype = None
        version = library.triode_abi_version()
    except (OSError, AttributeError) as error:
        raise CompileError(
            "the compiled model cannot be loaded",
            where=path,
            got=error,
            hint="Delete the file; it is built again when needed.",
        ) from error
    if version != ABI_VERSION:
        raise CompileError(
            "the compiled model speaks another version of the interface",
            where=path,
            expected=ABI_VERSION,
            got=version,
        )
    return library
