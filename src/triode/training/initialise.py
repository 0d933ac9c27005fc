"""Initial parameters, drawn in NumPy so that a seed means the same under every torch version.

Convolutions and LSTMs draw from the uniform distribution on +-1/sqrt(n), n being the inputs of one
output (of an LSTM: its hidden size), weights and biases alike: torch's own custom. An LSTM's
bias is the sum of two such draws, since the file stores one where torch keeps two.
"""

import math
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from triode.architectures import lower, parameters
from triode.graph import BatchNorm, Conv, Fir, Graph, Lstm, Operation, Parameters, Scale
from triode.nam import Config, Model
from triode.nam.layout import weight_count
from triode.nam.wavenet import WaveNetConfig

__all__ = ["drawn_parameters", "initial_parameters", "with_offset"]

_BATCHNORM_EPSILON = 1e-5


def initial_parameters(
    config: Config, generator: np.random.Generator
) -> dict[str, npt.NDArray[np.float32]]:
    """Draw every parameter of `lower(config)`, in the order of its nodes.

    What is not random comes from the config: the slopes of PReLU and `head_scale`.
    """
    blank = np.zeros(weight_count(config), np.float32)
    # Slopes of PReLU live in the config; this is where they are read from.
    decided = parameters(Model(version="0.7.0", config=config, weights=blank))
    for name, scale in _head_scales(config):
        decided[f"{name}.value"] = np.full(1, scale, np.float32)
    return drawn_parameters(lower(config), generator, decided)


def drawn_parameters(
    graph: Graph, generator: np.random.Generator, decided: Parameters
) -> dict[str, npt.NDArray[np.float32]]:
    """Draw every parameter of `graph` that is random; the others are those of `decided`.

    Args:
        graph: The network.
        generator: What to draw from.
        decided: Parameters by name, among them those of every scale and PReLU; a parameter that
            is neither drawn nor here is zero.
    """
    drawn = {
        one.name: np.array(decided.get(one.name, np.zeros(one.shape)), np.float32)
        for one in graph.parameters
    }
    for node in graph.nodes:
        for suffix, values in _draw(node.operation, generator):
            drawn[f"{node.name}.{suffix}"][:] = values
    return drawn


def with_offset(
    graph: Graph, parameters: Mapping[str, npt.NDArray[np.float32]], offset: float
) -> dict[str, npt.NDArray[np.float32]]:
    """`parameters` with the output of `graph` moved by `offset`, where its last bias can do that.

    Gear may have a constant in its output. Behind a small `head_scale` a bias would need hundreds
    of steps to learn it, and every one of them would be spent on an error without a sound.
    """
    nodes = {node.name: node for node in graph.nodes}
    last, scale = nodes[graph.output], 1.0
    while isinstance(last.operation, Scale):
        scale *= float(parameters[f"{last.name}.value"][0])
        last = nodes[last.inputs[0]]
    changed = dict(parameters)
    if isinstance(last.operation, Conv) and last.operation.bias and scale:
        changed[f"{last.name}.bias"] = changed[f"{last.name}.bias"] + np.float32(offset / scale)
    return changed


def _draw(
    operation: Operation, generator: np.random.Generator
) -> Iterator[tuple[str, npt.NDArray[np.float64] | float]]:
    """The parameters of one operation by suffix; none for those that the config decides."""
    shapes = {suffix: spec.shape for suffix, spec in operation.parameters().items()}
    match operation:
        case Conv() | Fir():
            inputs = math.prod(shapes["weight"]) / _outputs(operation)
            for suffix, shape in shapes.items():
                yield suffix, generator.uniform(-1.0, 1.0, shape) / math.sqrt(inputs)
        case Lstm():
            bound = 1.0 / math.sqrt(operation.hidden_size)
            yield "weight", generator.uniform(-bound, bound, shapes["weight"])
            yield "bias", generator.uniform(-bound, bound, (2, *shapes["bias"])).sum(axis=0)
        case BatchNorm():
            yield from (("running_mean", 0.0), ("running_var", 1.0), ("weight", 1.0))
            yield from (("bias", 0.0), ("eps", _BATCHNORM_EPSILON))
        case _:
            return


def _outputs(operation: Conv | Fir) -> int:
    """Output channels of a convolution."""
    return operation.out_channels if isinstance(operation, Conv) else 1


def _head_scales(config: Config, prefix: str = "") -> Iterator[tuple[str, float]]:
    """Each `head_scale` node of a WaveNet, nested ones included, with its value."""
    if isinstance(config, WaveNetConfig):
        yield f"{prefix}head_scale", config.head_scale
        if config.condition_dsp is not None:
            yield from _head_scales(config.condition_dsp.config, f"{prefix}condition_dsp.")
