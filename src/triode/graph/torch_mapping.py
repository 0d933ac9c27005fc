"""A graph as a torch module: autograd on any device.

Signals are (batch, channels, frames). Convolutions are valid ones, so the output is shorter than
the input by the receptive field less one frame; where branches of different reach meet, the longer
one loses its oldest frames. Frames that come out depend on real input only, never on padding.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from triode.errors import GraphError
from triode.graph.activations import ACTIVATIONS
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

__all__ = [
    "BATCHNORM_MOMENTUM",
    "TorchGraph",
    "aligned",
    "evaluation_order",
    "mangled",
    "pointwise",
]

BATCHNORM_MOMENTUM = 0.1
"""Share of a batch in the running statistics after it."""


def _fast_tanh(x: Tensor) -> Tensor:
    magnitude, square = x.abs(), x * x
    numerator = x * (
        2.45550750702956
        + 2.45550750702956 * magnitude
        + (0.893229853513558 + 0.821226666969744 * magnitude) * square
    )
    denominator = 2.44506634652299 + (2.44506634652299 + square) * torch.abs(
        x + 0.814642734961073 * x * magnitude
    )
    return numerator / denominator


def _leaky_hard_tanh(
    x: Tensor, low: float, high: float, low_slope: float, high_slope: float
) -> Tensor:
    below = low + low_slope * (x - low)
    above = high + high_slope * (x - high)
    return torch.where(x < low, below, torch.where(x > high, above, x))


_ACTIVATIONS: dict[str, Callable[..., Tensor]] = {
    "Tanh": torch.tanh,
    "Fasttanh": _fast_tanh,
    "Sigmoid": torch.sigmoid,
    "SiLU": functional.silu,
    "Softsign": functional.softsign,
    "Softsigmoid": lambda x: 0.5 * (1.0 + functional.softsign(x)),
    "ReLU": torch.relu,
    "LeakyReLU": functional.leaky_relu,
    "PReLU": functional.prelu,
    "Hardswish": functional.hardswish,
    "Hardtanh": functional.hardtanh,
    "LeakyHardtanh": _leaky_hard_tanh,
}
if _ACTIVATIONS.keys() != ACTIVATIONS.keys():
    raise ImportError("the torch mapping and the definition know different activations")


class TorchGraph(nn.Module):
    """The module of `graph`, its parameters initialised from `parameters`.

    Args:
        graph: The network.
        parameters: Its tensors by name; they are copied.
        dtype: Precision of parameters and computation.

    Raises:
        GraphError: The parameters do not fit the graph.
    """

    def __init__(
        self, graph: Graph, parameters: Parameters, *, dtype: torch.dtype = torch.float32
    ) -> None:
        super().__init__()
        check_parameters(graph, parameters)
        self.graph = graph
        self._order = evaluation_order(graph)
        for parameter in graph.parameters:
            tensor = torch.tensor(np.asarray(parameters[parameter.name]), dtype=dtype)
            if parameter.trainable:
                self.register_parameter(mangled(parameter.name), nn.Parameter(tensor))
            else:
                self.register_buffer(mangled(parameter.name), tensor)

    def forward(self, signal: Tensor) -> Tensor:
        """(batch, inputs, frames) to (batch, outputs, frames - receptive field + 1).

        In training mode batchnorm uses the batch's statistics and updates the running ones.
        """
        values: dict[str, Tensor] = {}
        for node, done_with in self._order:
            own = {
                suffix: self.tensor(f"{node.name}.{suffix}")
                for suffix in node.operation.parameters()
            }
            inputs = aligned([values[name] for name in node.inputs])
            values[node.name] = self._evaluate(node, own, inputs, signal)
            del inputs
            for name in done_with:
                del values[name]
        return values[self.graph.output]

    def tensor(self, name: str) -> Tensor:
        """The parameter `name` as torch holds it."""
        value: Tensor = getattr(self, mangled(name))
        return value

    def to_parameters(self) -> dict[str, npt.NDArray[np.float32]]:
        """The current parameters by name, as float32 copies."""
        return {
            parameter.name: self.tensor(parameter.name).detach().cpu().numpy().astype(np.float32)
            for parameter in self.graph.parameters
        }

    def _evaluate(
        self, node: Node, own: dict[str, Tensor], inputs: list[Tensor], signal: Tensor
    ) -> Tensor:
        match node.operation:
            case Input():
                return signal
            case Conv() as conv:
                return functional.conv1d(
                    inputs[0],
                    own["weight"],
                    own.get("bias"),
                    dilation=conv.dilation,
                    groups=conv.groups,
                )
            case Activation(kind="PReLU"):
                return functional.prelu(inputs[0], own["slopes"])
            case Scale():
                return inputs[0] * own["value"]
            case Slice() as part:
                return inputs[0][:, part.start : part.stop]
            case Concat():
                return torch.cat(inputs, dim=1)
            case BatchNorm():
                return functional.batch_norm(
                    inputs[0],
                    own["running_mean"],
                    own["running_var"],
                    own["weight"],
                    own["bias"],
                    training=self.training,
                    momentum=BATCHNORM_MOMENTUM,
                    eps=float(own["eps"]),
                )
            case Lstm() as lstm:
                return _recur(lstm, own, inputs[0])
            case Fir() as fir:
                weight = own["weight"].flip(0)[None, None]
                result = functional.conv1d(inputs[0], weight, own.get("bias"))
                return result[..., : result.shape[-1] - fir.delay]
            case _:
                return pointwise(node, inputs)


def pointwise(node: Node, inputs: list[Tensor]) -> Tensor:
    """What an operation without parameters, that treats all numbers alike, makes of its inputs.

    Raises:
        GraphError: The operation is another one.
    """
    match node.operation:
        case Activation() as activation:
            return _ACTIVATIONS[activation.kind](inputs[0], *activation.constants)
        case Add():
            return inputs[0] + inputs[1]
        case Mul():
            return inputs[0] * inputs[1]
        case Blend():
            share, first, second = inputs
            return share * first + (1.0 - share) * second
        case ActivationGradient():
            raise GraphError(
                "torch differentiates by itself and takes no gradient graphs", where=node.name
            )
        case _:
            raise GraphError("torch has no mapping of this operation here", where=node.name)


def mangled(name: str) -> str:
    """A parameter name without dots, which torch reserves."""
    return name.replace(".", "__")


def evaluation_order(graph: Graph) -> tuple[tuple[Node, tuple[str, ...]], ...]:
    """The nodes on which the output depends: others may reach further back than the output.

    Beside each are the names of the values that nobody needs after it.
    """
    needed = {graph.output}
    order: list[tuple[Node, tuple[str, ...]]] = []
    for node in reversed(graph.nodes):
        if node.name in needed:
            order.append((node, tuple(sorted(set(node.inputs) - needed))))
            needed.update(node.inputs)
    return tuple(reversed(order))


def aligned(inputs: list[Tensor]) -> list[Tensor]:
    """Cut all inputs to the newest frames that all of them have."""
    if len(inputs) < 2:
        return inputs
    frames = min(value.shape[-1] for value in inputs)
    return [value[..., value.shape[-1] - frames :] for value in inputs]


def _recur(lstm: Lstm, own: dict[str, Tensor], x: Tensor) -> Tensor:
    if lstm.fast:
        return _recur_fast(lstm, own, x)
    batch, size = x.shape[0], lstm.hidden_size
    weight, bias = own["weight"], own["bias"]
    state = tuple(
        own[name].expand(1, batch, size).contiguous() for name in ("initial_hidden", "initial_cell")
    )
    split = [
        weight[:, : lstm.input_size].contiguous(),
        weight[:, lstm.input_size :].contiguous(),
        bias,
        torch.zeros_like(bias),
    ]
    sequence = x.transpose(1, 2).contiguous()
    result, _, _ = torch.lstm(
        sequence,
        state,
        split,
        has_biases=True,
        num_layers=1,
        dropout=0.0,
        train=True,
        bidirectional=False,
        batch_first=True,
    )
    return result.transpose(1, 2)


def _recur_fast(lstm: Lstm, own: dict[str, Tensor], x: Tensor) -> Tensor:
    batch, size = x.shape[0], lstm.hidden_size
    hidden = own["initial_hidden"].expand(batch, size)
    cell = own["initial_cell"].expand(batch, size)
    results = []
    for frame in x.unbind(-1):
        gates = torch.cat([frame, hidden], dim=1) @ own["weight"].T + own["bias"]
        entry, forget, candidate, output = gates.chunk(4, dim=1)
        kept = 0.5 * (1.0 + _fast_tanh(0.5 * forget)) * cell
        cell = kept + 0.5 * (1.0 + _fast_tanh(0.5 * entry)) * _fast_tanh(candidate)
        hidden = 0.5 * (1.0 + _fast_tanh(0.5 * output)) * _fast_tanh(cell)
        results.append(hidden)
    return torch.stack(results, dim=-1)
