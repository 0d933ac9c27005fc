"""Many networks of one graph, evaluated side by side.

A graphics card takes about as long for one small network as for thirty: what one asks of it is too
little. Here every operation is asked once for all of them.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.func import functional_call, stack_module_state

from triode.errors import GraphError
from triode.graph.graph import Graph
from triode.graph.operations import BatchNorm, Lstm
from triode.graph.torch_mapping import TorchGraph

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
        if not can_be_stacked(modules[0].graph):
            raise GraphError("networks with LSTMs or batchnorm cannot be evaluated side by side")
        self._modules = modules
        # A plain one: modules may have compiled code instead of torch's operations.
        self._form = TorchGraph(modules[0].graph, modules[0].to_parameters())
        self.parameters, self._constants = stack_module_state(list(modules))

    def __call__(self, signal: Tensor) -> Tensor:
        """(networks, batch, inputs, frames) to (networks, batch, outputs, fewer frames)."""

        def one(tensors: dict[str, Tensor], own: Tensor) -> Tensor:
            answer: Tensor = functional_call(self._form, tensors, own)
            return answer

        answers: Tensor = torch.vmap(one)({**self.parameters, **self._constants}, signal)
        return answers

    @torch.no_grad()
    def write_back(self) -> None:
        """Give every module the parameters that its network has now."""
        for number, module in enumerate(self._modules):
            for name, parameter in module.named_parameters():
                parameter.copy_(self.parameters[name][number])
