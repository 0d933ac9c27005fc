"""The gradients of a network by torch and by its gradient graph, and networks drawn at random.

Everything is one window: a signal (inputs, run-in + frames) and a gradient of the output
(outputs, frames).
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch

from triode.compiler.gradient import GradientGraph, Reduction, gradient_graph, gradient_parameters
from triode.graph import (
    ACTIVATIONS,
    Activation,
    Add,
    Blend,
    Concat,
    Conv,
    Graph,
    GraphBuilder,
    Mul,
    Node,
    Parameters,
    Scale,
    Slice,
    interpret,
    receptive_field,
)
from triode.graph.torch_mapping import TorchGraph

__all__ = ["CONSTANTS", "by_graph", "by_torch", "random_graph", "window"]

Array = npt.NDArray[np.floating]

CONSTANTS: dict[str, list[tuple[float, ...]]] = {
    "LeakyReLU": [(0.07,), (0.0,), (1.6,), (-0.4,)],
    "Hardtanh": [(-0.6, 0.4), (0.1, 0.9)],
    "LeakyHardtanh": [(-0.5, 0.8, 0.03, 0.2), (-0.2, 0.3, -0.4, -1.3)],
}


def window(graph: Graph, frames: int, seed: int = 0) -> tuple[Array, Array]:
    """A signal of one window and a gradient of its output."""
    rng = np.random.default_rng(seed)
    length = receptive_field(graph) - 1 + frames
    signal = 0.5 * rng.standard_normal((graph.input_channels, length))
    return signal, rng.standard_normal((graph.output_channels, frames))


def by_torch(
    graph: Graph,
    parameters: Parameters,
    signal: Array,
    gradient: Array,
    dtype: torch.dtype = torch.float64,
    *,
    to_signal: bool = False,
) -> tuple[Array, dict[str, Array]]:
    """The output, and every trainable parameter's gradient, by autograd; perhaps the signal's."""
    module = TorchGraph(graph, parameters, dtype=dtype)
    source = torch.tensor(signal, dtype=dtype)[None].requires_grad_(to_signal)
    output = module(source)[0]
    output.backward(torch.tensor(gradient, dtype=dtype))
    found = {"signal": source.grad[0].numpy()} if source.grad is not None else {}
    for parameter in graph.parameters:
        if parameter.trainable:
            tensor = module.tensor(parameter.name)
            grad = torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
            found[parameter.name] = grad.numpy()
    return output.detach().numpy(), found


def by_graph(
    graph: Graph,
    parameters: Parameters,
    signal: Array,
    gradient: Array,
    change: Callable[[GradientGraph], GradientGraph] = lambda same: same,
    *,
    to_signal: bool = False,
) -> dict[str, Array]:
    """The gradients by interpreting the gradient graph in reversed time, and plain sums."""
    made = change(gradient_graph(graph, to_signal=to_signal))
    run_in = receptive_field(graph) - 1
    collector = Node("saved", Concat(), made.saved)
    saved = interpret(Graph((*graph.nodes, collector), "saved"), parameters, signal)
    given = np.concatenate([np.pad(gradient, ((0, 0), (run_in, 0))), saved])[:, ::-1]
    folded = gradient_parameters(graph, parameters, to_signal=to_signal)
    wanted = interpret(made.graph, folded, given)[:, ::-1]
    names = made.graph.nodes[-1].inputs
    gradients = _parted(wanted, names, made.graph.widths)
    values = _parted(saved, made.saved, graph.widths)
    found = {} if made.signal is None else {"signal": gradients[made.signal]}
    for one in made.reductions:
        found |= _sums(one, gradients[one.gradient], values[one.saved])
    return found


def _parted(stacked: Array, names: tuple[str, ...], widths: dict[str, int]) -> dict[str, Array]:
    edges = np.cumsum([widths[name] for name in names])[:-1]
    return dict(zip(names, np.split(stacked, edges), strict=True))


def _sums(reduction: Reduction, gradient: Array, saved: Array) -> dict[str, Array]:
    name, operation = reduction.node.name, reduction.node.operation
    if isinstance(operation, Activation):
        slopes = (gradient * np.minimum(saved, 0.0)).sum(1)
        alone = slopes.sum(keepdims=True)
        return {f"{name}.slopes": slopes if operation.slope_count > 1 else alone}
    assert isinstance(operation, Conv)
    frames = saved.shape[1]
    past = np.pad(saved, ((0, 0), (operation.lookback, 0)))
    inputs = operation.in_channels // operation.groups
    outputs = operation.out_channels // operation.groups
    weight = np.zeros((operation.out_channels, inputs, operation.kernel_size))
    for out in range(operation.out_channels):
        for number in range(inputs):
            row = past[out // outputs * inputs + number]
            for tap in range(operation.kernel_size):
                start = tap * operation.dilation
                weight[out, number, tap] = gradient[out] @ row[start : start + frames]
    found = {f"{name}.weight": weight}
    return found | ({f"{name}.bias": gradient.sum(1)} if operation.bias else {})


def random_graph(seed: int) -> Graph:
    """Up to a dozen operations that have gradients, joined at random, around a convolution."""
    rng = np.random.default_rng(seed)
    builder = GraphBuilder()

    def pick(options: list[str]) -> str:
        return options[int(rng.integers(len(options)))]

    source = builder.input(int(rng.integers(1, 4)))
    nodes = builder.build(source).widths
    for number in range(int(rng.integers(2, 13))):
        source = pick(list(nodes))
        width = nodes[source]
        equal = [name for name, other in nodes.items() if other == width]
        name = f"n{number}"
        match pick(["conv", "conv", "activation", "activation", "scale", "swap", "join", "add"]):
            case "conv":
                groups = int(rng.choice([n for n in (1, 1, 2, 3) if width % n == 0]))
                conv = Conv(
                    in_channels=width,
                    out_channels=groups * int(rng.integers(1, 4)),
                    kernel_size=int(rng.integers(1, 5)),
                    dilation=int(rng.integers(1, 40)),
                    groups=groups,
                    bias=bool(rng.integers(2)),
                )
                builder.add(name, conv, source)
            case "activation":
                kind = pick(sorted(ACTIVATIONS))
                choices = CONSTANTS.get(kind, [()])
                slopes = int(rng.choice([1, width])) if kind == "PReLU" else 0
                activation = Activation(
                    kind=kind,
                    constants=choices[int(rng.integers(len(choices)))],
                    slope_count=slopes,
                )
                builder.add(name, activation, source)
            case "scale":
                builder.add(name, Scale(), source)
            case "swap" if width > 1:
                cut = int(rng.integers(1, width))
                low = builder.add(f"{name}.low", Slice(start=0, stop=cut), source)
                high = builder.add(f"{name}.high", Slice(start=cut, stop=width), source)
                builder.add(name, Concat(), high, low)
            case "join":
                builder.add(name, Blend(), pick(equal), source, pick(equal))
            case _:
                joining = Add() if rng.integers(2) else Mul()
                builder.add(name, joining, source, pick(equal))
        # Halves are read by their own concat only, so that both stay needed.
        nodes = {
            key: value
            for key, value in builder.build(name).widths.items()
            if not key.endswith((".low", ".high"))
        }
    last = builder.add("bounded", Activation(kind="Softsign"), list(nodes)[-1])
    out = Conv(in_channels=builder.build(last).output_channels, out_channels=2, kernel_size=2)
    return builder.build(builder.add("out", out, last))
