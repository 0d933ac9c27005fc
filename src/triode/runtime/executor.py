"""Ways to evaluate a network on a stretch of signal without compiled code, fastest first."""

import importlib.util
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from triode.graph import interpret, receptive_field, settle_samples
from triode.runtime.engine import Playable

__all__ = ["Executor", "best_executor", "interpreter_executor", "torch_executor"]

Float32Array = npt.NDArray[np.float32]
Executor = Callable[[Float32Array], Float32Array]
"""(input_channels, frames) to (output_channels, frames), starting from silence's steady state."""


def best_executor(network: Playable) -> Executor:
    """Torch where it is installed, else the NumPy interpreter: same samples, different speed."""
    if importlib.util.find_spec("torch") is not None:
        return torch_executor(network)
    return interpreter_executor(network)


def interpreter_executor(network: Playable) -> Executor:
    """The definition of the network, evaluated in float64."""

    def execute(signal: Float32Array) -> Float32Array:
        result = interpret(network.graph, network.parameters, signal, rate_hz=network.rate_hz)
        return result.astype(np.float32)

    return execute


def torch_executor(network: Playable) -> Executor:
    """The network in torch, float32, on the CPU."""
    import torch

    from triode.graph.torch_mapping import TorchGraph

    module = TorchGraph(network.graph, network.parameters).eval()
    silence = settle_samples(network.graph, network.rate_hz)
    missing = receptive_field(network.graph) - 1

    def execute(signal: Float32Array) -> Float32Array:
        padded = np.pad(signal, ((0, 0), (silence, 0)))
        with torch.inference_mode():
            result = module(torch.from_numpy(padded)[None])[0]
        return np.asarray(result.numpy()[:, silence - missing :], np.float32)

    return execute
