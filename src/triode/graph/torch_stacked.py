"""Many networks of one graph, evaluated side by side.

A graphics card takes about as long for one small network as for twenty: what one asks of it is too
little. Here every operation is asked once for all of them. Signals are (networks, batch, channels,
frames), and a parameter has a first axis that counts the networks; all else is as in
`torch_mapping`.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.func import stack_module_state
from torch.nn import functional

from triode.errors import GraphError
from triode.graph.graph import Graph, Node
from triode.graph.operations import (
    Activation,
    BatchNorm,
    Concat,
    Conv,
    Fir,
    Input,
    Lstm,
    Scale,
    Slice,
)
from triode.graph.stacked_convolution import stacked_convolution
from triode.graph.torch_mapping import TorchGraph, aligned, evaluation_order, mangled, pointwise

__all__ = ["StackedGraph", "can_be_stacked"]


def can_be_stacked(graph: Graph) -> bool:
    """Whether `StackedGraph` takes networks of `graph`: all but those with LSTMs or batchnorm."""
    return not any(isinstance(node.operation, BatchNorm | Lstm) for node in graph.nodes)


class StackedGraph:
    """The networks of `modules`, whose parameters are copied.

    Args:
        modules: Of one graph, on one device.

    Attributes:
        parameters: What is trained, by name, each with a first axis that counts the networks.

    Raises:
        GraphError: The graph cannot be stacked.
    """

    def __init__(self, modules: Sequence[TorchGraph]) -> None:
        self._graph = modules[0].graph
        if not can_be_stacked(self._graph):
            raise GraphError("networks with LSTMs or batchnorm cannot be evaluated side by side")
        self._modules = modules
        self._order = evaluation_order(self._graph)
        self.parameters, constants = stack_module_state(list(modules))
        self._tensors = {**self.parameters, **constants}

    def __call__(self, signal: Tensor) -> Tensor:
        """(networks, batch, inputs, frames) to (networks, batch, outputs, fewer frames)."""
        values: dict[str, Tensor] = {}
        for node, done_with in self._order:
            own = {
                suffix: self._tensors[mangled(f"{node.name}.{suffix}")]
                for suffix in node.operation.parameters()
            }
            inputs = aligned([values[name] for name in node.inputs])
            values[node.name] = _evaluate(node, own, inputs, signal)
            del inputs
            for name in done_with:
                del values[name]
        return values[self._graph.output]

    @torch.no_grad()
    def write_back(self) -> None:
        """Give every module the parameters that its network has now."""
        for number, module in enumerate(self._modules):
            for name, parameter in module.named_parameters():
                parameter.copy_(self.parameters[name][number])


def _evaluate(node: Node, own: dict[str, Tensor], inputs: list[Tensor], signal: Tensor) -> Tensor:
    match node.operation:
        case Input():
            return signal
        case Conv(groups=1) as conv:
            return stacked_convolution(
                inputs[0], own["weight"], own.get("bias"), dilation=conv.dilation
            )
        case Conv() as conv:
            return _grouped(conv, inputs[0], own["weight"], own.get("bias"))
        case Fir() as fir:
            weight = own["weight"].flip(-1)[:, None, None]
            result = stacked_convolution(inputs[0], weight, own.get("bias"), dilation=1)
            return result[..., : result.shape[-1] - fir.delay]
        case Activation(kind="PReLU"):
            slopes = own["slopes"][:, None, :, None]
            return torch.where(inputs[0] > 0.0, inputs[0], slopes * inputs[0])
        case Scale():
            return inputs[0] * own["value"].view(-1, 1, 1, 1)
        case Slice() as part:
            return inputs[0][:, :, part.start : part.stop]
        case Concat():
            return torch.cat(inputs, dim=2)
        case _:
            return pointwise(node, inputs)


def _grouped(conv: Conv, signal: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Groups of channels by themselves: networks are then more groups of one convolution."""
    networks, batch, channels, frames = signal.shape
    result = functional.conv1d(
        signal.transpose(0, 1).reshape(batch, networks * channels, frames),
        weight.flatten(0, 1),
        None if bias is None else bias.flatten(),
        dilation=conv.dilation,
        groups=networks * conv.groups,
    )
    return result.view(batch, networks, conv.out_channels, -1).transpose(0, 1)
