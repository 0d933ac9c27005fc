"""The packed weights of a capture as constants, with the values it rests at on silence."""

import ctypes
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from triode.architectures import Network
from triode.compiler.artifact import compile_library
from triode.compiler.emit import Module
from triode.compiler.host import host_isas
from triode.compiler.isa import Isa
from triode.compiler.toolchain import Compiler
from triode.errors import CompileError
from triode.graph import interpret, settle_samples

__all__ = ["Rehearsal", "interpreted_weights"]

Float32Array = npt.NDArray[np.float32]

_BLOCK_FRAMES = 4096
_ALIGNMENT_FLOATS = 16


class Rehearsal:
    """The very C of a build, compiled for this machine: finds the state at rest, plays vectors.

    Args:
        network: What was compiled.
        module: Its code.
        isa: What it was made for; vectors that this machine lacks are compiled as plain loops.
        compiler: One for this machine.

    Raises:
        CompileError: The compiler failed.
    """

    def __init__(self, network: Network, module: Module, isa: Isa, compiler: Compiler) -> None:
        self._graph = network.graph
        here = isa if isa in host_isas() else replace(isa, flags=("-Wno-psabi",))
        self._library = ctypes.CDLL(str(compile_library(module.source, here, compiler)))
        pointer = ctypes.c_void_p
        self._library.triode_state_bytes.restype = ctypes.c_size_t
        for name, arguments in (("reset", 2), ("rest", 2), ("process", 4)):
            function = getattr(self._library, f"triode_{name}")
            function.restype = None
            function.argtypes = [pointer] * arguments
        self._library.triode_process.argtypes = [*[pointer] * 4, ctypes.c_size_t]
        self._state = _aligned(self._library.triode_state_bytes() // 4)
        self._weights = _aligned(module.memory.weight_floats)
        self._weights[:] = module.weights(network.parameters)
        self._both = (self._state.ctypes.data, self._weights.ctypes.data)
        self._library.triode_reset(*self._both)
        frames = settle_samples(self._graph, network.model.rate_hz)
        silence = np.zeros((self._graph.input_channels, _BLOCK_FRAMES), np.float32)
        for start in range(0, frames, _BLOCK_FRAMES):
            self._process(silence[:, : frames - start])
        self._library.triode_rest(*self._both)

    @property
    def weights(self) -> Float32Array:
        """All weights that the code reads, (weight_floats,), rest values included."""
        return self._weights.copy()

    def play(self, signal: Float32Array) -> Float32Array:
        """(input_channels, frames) to (output_channels, frames), from silence on."""
        self._library.triode_reset(*self._both)
        return self._process(signal)

    def _process(self, signal: Float32Array) -> Float32Array:
        given = np.ascontiguousarray(signal)
        out = np.empty((self._graph.output_channels, given.shape[1]), np.float32)
        self._library.triode_process(
            *self._both, given.ctypes.data, out.ctypes.data, given.shape[1]
        )
        return out


def interpreted_weights(network: Network, module: Module) -> Float32Array:
    """All weights that `module` reads, found without a compiler.

    Raises:
        CompileError: The network has recurrent layers or long impulse responses, whose state at
            rest only their code knows.
    """
    if module.memory.cells:
        raise CompileError(
            "the state at rest of this network can only be found by running its code",
            expected="a C compiler on this machine: the ziglang package, clang or gcc",
            hint="Install one with: pip install 'triode[toolchain]'",
        )
    weights = module.weights(network.parameters)
    graph, rate_hz = module.rewrite.graph, network.model.rate_hz
    parameters = module.rewrite.apply(network.parameters)
    silence = np.zeros((graph.input_channels, 1 + settle_samples(graph, rate_hz)))
    for ring in module.memory.rings:
        inner = replace(graph, output=ring.value)
        values = interpret(inner, parameters, silence, rate_hz=rate_hz)
        weights[ring.rest : ring.rest + ring.channels] = values[:, -1]
    return weights


def _aligned(floats: int) -> Float32Array:
    raw = np.zeros(floats + _ALIGNMENT_FLOATS, np.float32)
    start = -(raw.ctypes.data // 4) % _ALIGNMENT_FLOATS
    return raw[start : start + floats]
