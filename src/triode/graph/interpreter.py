"""The definition of every operation: float64 NumPy, whole signals, written to be read.

All other executors are tested against this one.
"""

import numpy as np
import numpy.typing as npt

from triode.errors import GraphError
from triode.graph.activations import Float64Array, apply_activation, apply_derivative
from triode.graph.counts import settle_samples
from triode.graph.graph import Graph, Node, Parameters, check_parameters
from triode.graph.operations import (
    Activation,
    ActivationGradient,
    Add,
    BatchNorm,
    Blend,
    Concat,
    Conv,
    Fir,
    Input,
    Lstm,
    Mul,
    Scale,
    Slice,
)

__all__ = ["interpret"]

_DEFAULT_RATE_HZ = 48000.0


def interpret(
    graph: Graph,
    parameters: Parameters,
    signal: npt.NDArray[np.floating],
    *,
    rate_hz: float = _DEFAULT_RATE_HZ,
) -> Float64Array:
    """Run `graph` on a whole signal, starting from the state that silence leads to.

    Args:
        graph: The network.
        parameters: Its tensors by name.
        signal: (input_channels, frames).
        rate_hz: Sample rate; decides only how long an LSTM settles on silence first.

    Returns:
        (output_channels, frames) float64, frame for frame with `signal`.

    Raises:
        GraphError: The parameters or the signal do not fit the graph.
    """
    check_parameters(graph, parameters)
    if signal.ndim != 2 or signal.shape[0] != graph.input_channels:
        raise GraphError(
            "the signal does not fit the graph",
            expected=f"shape ({graph.input_channels}, frames)",
            got=f"shape {signal.shape}",
        )
    if signal.shape[1] == 0:
        return np.zeros((graph.output_channels, 0))
    silence = settle_samples(graph, rate_hz)
    padded = np.pad(np.asarray(signal, np.float64), ((0, 0), (silence, 0)))
    values: dict[str, Float64Array] = {}
    for node in graph.nodes:
        own = {
            suffix: np.asarray(parameters[f"{node.name}.{suffix}"], np.float64)
            for suffix in node.operation.parameters()
        }
        inputs = [values[name] for name in node.inputs]
        values[node.name] = _evaluate(node, own, inputs, padded)
    return values[graph.output][:, silence:]


def _evaluate(  # noqa: C901 - one case per operation, none of them a branch of thought
    node: Node, own: dict[str, Float64Array], inputs: list[Float64Array], signal: Float64Array
) -> Float64Array:
    match node.operation:
        case Input():
            return signal
        case Conv() as conv:
            return _convolve(conv, own, inputs[0])
        case Activation(kind="PReLU"):
            return apply_activation("PReLU", inputs[0], own["slopes"][:, None])
        case Activation() as activation:
            return apply_activation(activation.kind, inputs[0], *activation.constants)
        case ActivationGradient(kind="PReLU"):
            return inputs[0] * apply_derivative("PReLU", inputs[1], own["slopes"][:, None])
        case ActivationGradient() as activation:
            slope = apply_derivative(activation.kind, inputs[1], *activation.constants)
            return inputs[0] * slope
        case Add():
            return inputs[0] + inputs[1]
        case Mul():
            return inputs[0] * inputs[1]
        case Blend():
            share, first, second = inputs
            return share * first + (1.0 - share) * second
        case Scale():
            return inputs[0] * own["value"]
        case Slice() as part:
            return inputs[0][part.start : part.stop]
        case Concat():
            return np.concatenate(inputs)
        case BatchNorm():
            factor = own["weight"] / np.sqrt(own["running_var"] + own["eps"])
            return (inputs[0] - own["running_mean"][:, None]) * factor[:, None] + own["bias"][
                :, None
            ]
        case Lstm() as lstm:
            return _recur(lstm, own, inputs[0])
        case Fir() as fir:
            from scipy.signal import oaconvolve  # slow to load, and playing never interprets

            response = np.pad(own["weight"], (fir.delay, 0))
            full = oaconvolve(inputs[0], response[None], axes=1)
            return full[:, : signal.shape[1]] + own.get("bias", np.zeros(1))[:, None]


def _convolve(conv: Conv, own: dict[str, Float64Array], x: Float64Array) -> Float64Array:
    frames = x.shape[1]
    padded = np.pad(x, ((0, 0), (conv.lookback, 0))).reshape(
        conv.groups, -1, frames + conv.lookback
    )
    weight = own["weight"].reshape(conv.groups, -1, *own["weight"].shape[1:])
    result = np.zeros((conv.groups, conv.out_channels // conv.groups, frames))
    for tap in range(conv.kernel_size):
        start = tap * conv.dilation
        result += weight[..., tap] @ padded[..., start : start + frames]
    joined = result.reshape(conv.out_channels, frames)
    return joined + own["bias"][:, None] if conv.bias else joined


def _recur(lstm: Lstm, own: dict[str, Float64Array], x: Float64Array) -> Float64Array:
    hidden, cell = own["initial_hidden"], own["initial_cell"]
    size = lstm.hidden_size
    from_input = own["weight"][:, : lstm.input_size] @ x + own["bias"][:, None]
    from_hidden = own["weight"][:, lstm.input_size :]
    tanh_kind = "Fasttanh" if lstm.fast else "Tanh"
    result = np.empty((size, x.shape[1]))
    for frame in range(x.shape[1]):
        gates = from_input[:, frame] + from_hidden @ hidden
        gates[2 * size : 3 * size] *= 2.0
        bounded = apply_activation(tanh_kind, 0.5 * gates)
        sigmoids = 0.5 * (1.0 + bounded)
        candidate = bounded[2 * size : 3 * size]
        cell = sigmoids[size : 2 * size] * cell + sigmoids[:size] * candidate
        hidden = sigmoids[3 * size :] * apply_activation(tanh_kind, cell)
        result[:, frame] = hidden
    return result
