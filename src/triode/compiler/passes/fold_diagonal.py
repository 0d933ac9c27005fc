"""Fold diagonal convolutions, which scale and shift every channel by itself, into their neighbours.

One that follows a convolution, or a sum of convolutions, that nothing else reads goes into those;
one that only convolutions read goes into these. Others stay.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from triode.compiler.passes.rewrite import Float64Parameters, Rewrite, identity
from triode.graph import Add, Conv, Graph, Node

__all__ = ["diagonal", "fold_diagonal"]

_Step = Callable[[Float64Parameters], None]
"""Changes the parameters in place for one diagonal convolution that went elsewhere."""


def diagonal(channels: int, *, bias: bool) -> Conv:
    """The convolution that scales, and with `bias` also shifts, each channel by itself."""
    return Conv(in_channels=channels, out_channels=channels, groups=channels, bias=bias)


def fold_diagonal(graph: Graph) -> Rewrite:
    """Remove every diagonal convolution that a neighbour can take in."""
    sweep = _Sweep({node.name: node for node in graph.nodes}, graph.output)
    for node in graph.nodes:
        operation = node.operation
        if isinstance(operation, Conv) and operation == diagonal(
            operation.in_channels, bias=operation.bias
        ):
            sweep.fold(node.name)
    if not sweep.steps:
        return identity(graph)

    def fold(parameters: Float64Parameters) -> Float64Parameters:
        result = dict(parameters)
        for step in sweep.steps:
            step(result)
        return result

    return Rewrite(replace(graph, nodes=tuple(sweep.nodes.values()), output=sweep.output), fold)


@dataclass
class _Sweep:
    nodes: dict[str, Node]
    output: str

    def __post_init__(self) -> None:
        self.steps: list[_Step] = []

    def fold(self, name: str) -> None:
        """Move the diagonal convolution `name` into its neighbours, if they can take it in."""
        (source,) = self.nodes[name].inputs
        before = self._convolutions_summed_in(source)
        readers = self._readers(name)
        if before:
            self._widen_bias(name, before[:1])
            self.steps.append(lambda values: _fold_back(name, before, values))
        elif (
            name != self.output
            and readers
            and all(isinstance(reader.operation, Conv) for reader in readers)
        ):
            after = [reader.name for reader in readers]
            self._widen_bias(name, after)
            groups = {reader: self._conv(reader).groups for reader in after}
            self.steps.append(lambda values: _fold_forward(name, groups, values))
        else:
            return
        del self.nodes[name]
        for reader in readers:
            inputs = tuple(source if one == name else one for one in reader.inputs)
            self.nodes[reader.name] = replace(self.nodes[reader.name], inputs=inputs)
        self.output = source if self.output == name else self.output

    def _readers(self, name: str) -> list[Node]:
        return [node for node in self.nodes.values() if name in node.inputs]

    def _conv(self, name: str) -> Conv:
        operation = self.nodes[name].operation
        if not isinstance(operation, Conv):
            raise TypeError(name)
        return operation

    def _widen_bias(self, name: str, takers: list[str]) -> None:
        if self._conv(name).bias:
            for taker in takers:
                node = self.nodes[taker]
                self.nodes[taker] = replace(node, operation=replace(self._conv(taker), bias=True))

    def _convolutions_summed_in(self, name: str) -> list[str]:
        """The convolutions whose sum the value `name` is, if nothing else reads them, else none."""
        node = self.nodes[name]
        read = sum(other.inputs.count(name) for other in self.nodes.values())
        if read + (name == self.output) > 1:
            return []
        if isinstance(node.operation, Conv):
            return [name]
        if not isinstance(node.operation, Add):
            return []
        first, second = (self._convolutions_summed_in(one) for one in node.inputs)
        return [*first, *second] if first and second else []


def _fold_back(name: str, takers: list[str], values: Float64Parameters) -> None:
    factor = values.pop(f"{name}.weight")[:, 0, 0]
    shift = values.pop(f"{name}.bias", None)
    for taker in takers:
        values[f"{taker}.weight"] = values[f"{taker}.weight"] * factor[:, None, None]
        if f"{taker}.bias" in values:
            values[f"{taker}.bias"] = values[f"{taker}.bias"] * factor
    if shift is not None:
        first = f"{takers[0]}.bias"
        values[first] = values.get(first, np.zeros_like(shift)) + shift


def _fold_forward(name: str, groups: dict[str, int], values: Float64Parameters) -> None:
    factor = values.pop(f"{name}.weight")[:, 0, 0]
    shift = values.pop(f"{name}.bias", None)
    for taker, count in groups.items():
        weight = values[f"{taker}.weight"]
        # Output channel o reads the inputs of its own group only.
        shape, repeats = (count, weight.shape[1]), len(weight) // count
        if shift is not None:
            shifts = np.repeat(shift.reshape(shape), repeats, axis=0)
            added = np.einsum("oik,oi->o", weight, shifts)
            values[f"{taker}.bias"] = values.get(f"{taker}.bias", np.zeros(len(weight))) + added
        factors = np.repeat(factor.reshape(shape), repeats, axis=0)
        values[f"{taker}.weight"] = weight * factors[..., None]
