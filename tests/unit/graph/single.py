"""Graphs of one operation, one for every operation and option, with random parameters."""

import numpy as np
import numpy.typing as npt

from triode.graph import (
    ACTIVATIONS,
    Activation,
    ActivationGradient,
    Add,
    BatchNorm,
    Blend,
    Concat,
    Conv,
    Fir,
    Graph,
    GraphBuilder,
    Lstm,
    Mul,
    Operation,
    Scale,
    Slice,
)

__all__ = [
    "CONSTANTS",
    "GRADIENT_OPERATIONS",
    "SINGLE_OPERATIONS",
    "random_parameters",
    "single_graph",
]

CONSTANTS: dict[str, tuple[float, ...]] = {
    "LeakyReLU": (0.07,),
    "Hardtanh": (-0.6, 0.4),
    "LeakyHardtanh": (-0.5, 0.8, 0.03, 0.2),
}

SINGLE_OPERATIONS: dict[str, tuple[Operation, tuple[int, ...]]] = {
    "conv 1x1": (Conv(in_channels=3, out_channels=2), (3,)),
    "conv": (Conv(in_channels=2, out_channels=3, kernel_size=4, dilation=3), (2,)),
    "conv no bias": (Conv(in_channels=2, out_channels=1, kernel_size=2, bias=False), (2,)),
    "conv groups": (
        Conv(in_channels=6, out_channels=4, kernel_size=3, dilation=2, groups=2),
        (6,),
    ),
    "conv depthwise": (Conv(in_channels=3, out_channels=6, kernel_size=2, groups=3), (3,)),
    "add": (Add(), (2, 2)),
    "mul": (Mul(), (2, 2)),
    "blend": (Blend(), (2, 2, 2)),
    "scale": (Scale(), (2,)),
    "slice": (Slice(start=1, stop=3), (4,)),
    "concat": (Concat(), (1, 3, 2)),
    "batchnorm": (BatchNorm(channels=3), (3,)),
    "lstm": (Lstm(input_size=2, hidden_size=3), (2,)),
    "lstm fast": (Lstm(input_size=1, hidden_size=2, fast=True), (1,)),
    "fir": (Fir(taps=7), (1,)),
    "fir one tap": (Fir(taps=1), (1,)),
    "fir bias": (Fir(taps=5, bias=True), (1,)),
    "PReLU per channel": (Activation(kind="PReLU", slope_count=3), (3,)),
    **{
        kind: (
            Activation(
                kind=kind, constants=CONSTANTS.get(kind, ()), slope_count=int(kind == "PReLU")
            ),
            (3,),
        )
        for kind in ACTIVATIONS
    },
}

GRADIENT_OPERATIONS: dict[str, tuple[Operation, tuple[int, ...]]] = {
    "PReLU per channel": (ActivationGradient(kind="PReLU", slope_count=3), (3, 3)),
    "LeakyReLU falling": (ActivationGradient(kind="LeakyReLU", constants=(-0.4,)), (3, 3)),
    **{
        kind: (
            ActivationGradient(
                kind=kind, constants=CONSTANTS.get(kind, ()), slope_count=int(kind == "PReLU")
            ),
            (3, 3),
        )
        for kind in ACTIVATIONS
    },
}
"""Operations of gradient graphs only, which torch has no use for."""


def single_graph(operation: Operation, widths: tuple[int, ...]) -> Graph:
    """The node "operation" on slices of one input, one slice per width."""
    builder = GraphBuilder()
    signal = builder.input(sum(widths))
    start, parts = 0, []
    for index, width in enumerate(widths):
        part = Slice(start=start, stop=start + width)
        parts.append(builder.add(f"part{index}", part, signal))
        start += width
    return builder.build(builder.add("operation", operation, *parts))


def random_parameters(graph: Graph, seed: int) -> dict[str, npt.NDArray[np.float64]]:
    """Normal numbers for every parameter of `graph`; variances are positive."""
    rng = np.random.default_rng(seed)
    values = {
        parameter.name: 0.7 * rng.standard_normal(parameter.shape) for parameter in graph.parameters
    }
    for name, value in values.items():
        if name.endswith(("running_var", "eps")):
            values[name] = 0.1 + np.abs(value)
    return values
