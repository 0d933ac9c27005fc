"""Test vectors: a signal that drives every path, and what the model's definition makes of it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.architectures import Network
from triode.graph import interpret, receptive_field

__all__ = ["TestVectors", "driving_signal", "make_vectors"]

Float32Array = npt.NDArray[np.float32]

_TOLERANCE_OF_PEAK = 1e-5
"""Float32 rounding on these loud signals reaches half of it in the worst known capture; a wrong
weight, tap or activation is beyond it by orders of magnitude."""

_SHORTEST, _LONGEST = 2400, 9600


@dataclass(frozen=True)
class TestVectors:
    """Input (input_channels, frames), expected output (output_channels, frames), and its peak."""

    __test__ = False  # not a test class, whatever its name says to pytest

    signal: Float32Array
    expected: Float32Array
    peak: float

    @property
    def tolerance(self) -> float:
        """The largest error that a right implementation may show."""
        return _TOLERANCE_OF_PEAK * self.peak

    def error(self, played: Float32Array) -> float:
        """The largest difference from what is expected; infinite when anything is not finite."""
        error = float(np.abs(played - self.expected).max())
        return error if np.isfinite(error) else float("inf")

    @property
    def frames(self) -> int:
        """Their length."""
        return int(self.signal.shape[1])


def make_vectors(network: Network) -> TestVectors:
    """A third loud noise, a third tone, then a click in silence; longer than the network's memory.

    The expected output comes from the float64 interpreter, rounded to float32.
    """
    graph, rate_hz = network.graph, network.model.rate_hz
    frames = min(_LONGEST, max(_SHORTEST, receptive_field(graph) + _SHORTEST // 2))
    rounded = driving_signal(frames, rate_hz, graph.input_channels)
    expected = interpret(graph, network.parameters, rounded, rate_hz=rate_hz)
    peak = float(np.abs(expected).max())
    return TestVectors(rounded, expected.astype(np.float32), peak)


def driving_signal(frames: int, rate_hz: float, channels: int = 1) -> Float32Array:
    """(channels, frames): a third loud noise, a third a loud tone, then a click in silence."""
    third = frames // 3
    rng = np.random.default_rng(20260101)
    signal = 0.3 * rng.standard_normal((channels, frames))
    signal[:, third : 2 * third] = 0.7 * np.sin(2 * np.pi * 220 / rate_hz * np.arange(third))
    signal[:, 2 * third :] = 0.0
    signal[:, 2 * third + third // 4] = 0.9
    return signal.astype(np.float32)
