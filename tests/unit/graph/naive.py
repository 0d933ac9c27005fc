"""The operations once more, sample by sample in plain loops, as their definitions read.

Nothing here is shared with `triode.graph.interpreter`; signals are lists of channels, frames before
the first are silence, and numbers are Python floats (float64).
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from triode.graph import Operation

__all__ = ["naive_activation", "naive_operation", "naive_slope"]

Signal = npt.NDArray[np.float64]


def naive_operation(
    operation: Operation, own: Mapping[str, Signal], inputs: list[Signal]
) -> list[list[float]]:
    """The value of `operation` with its parameters `own` (by suffix) for the signals `inputs`."""
    rule = globals()[f"_{type(operation).__name__.lower()}"]
    frames = inputs[0].shape[1]
    columns = [rule(operation, own, inputs, frame) for frame in range(frames)]
    return [list(row) for row in zip(*columns, strict=True)]


def naive_activation(  # noqa: C901 - one case per activation, none of them a branch of thought
    kind: str, x: float, constants: tuple[float, ...]
) -> float:
    """One activation of one sample, in plain arithmetic."""
    match kind:
        case "Tanh":
            return math.tanh(x)
        case "Fasttanh":
            a = abs(x)
            top = x * (
                2.45550750702956
                + 2.45550750702956 * a
                + (0.893229853513558 + 0.821226666969744 * a) * x**2
            )
            bottom = 2.44506634652299 + (2.44506634652299 + x**2) * abs(
                x + 0.814642734961073 * x * a
            )
            return top / bottom
        case "Sigmoid":
            return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))
        case "SiLU":
            return x * naive_activation("Sigmoid", x, ())
        case "Softsign":
            return x / (1 + abs(x))
        case "Softsigmoid":
            return 0.5 * (1 + x / (1 + abs(x)))
        case "ReLU":
            return max(x, 0.0)
        case "LeakyReLU" | "PReLU":
            return x if x > 0 else constants[0] * x
        case "Hardswish":
            return x * min(max(x + 3, 0), 6) / 6
        case "Hardtanh":
            return min(max(x, constants[0]), constants[1])
        case "LeakyHardtanh":
            low, high, low_slope, high_slope = constants
            if x < low:
                return low + low_slope * (x - low)
            return high + high_slope * (x - high) if x > high else x
    raise AssertionError(kind)


def naive_slope(  # noqa: C901 - one case per activation, none of them a branch of thought
    kind: str, value: float, constants: tuple[float, ...]
) -> float:
    """The slope of an activation, from its output where that tells it, else from its input."""
    match kind:
        case "Tanh":
            return (1 - value) * (1 + value)
        case "Sigmoid":
            return value - value**2
        case "Softsign":
            # With y = x / (1 + |x|), 1 + |x| is 1 / (1 - |y|).
            return 1 / (1 / (1 - abs(value))) ** 2
        case "Softsigmoid":
            return 0.5 * naive_slope("Softsign", 2 * value - 1, ())
        case "ReLU":
            return float(value > 0)
        case "LeakyReLU" | "PReLU":
            return 1.0 if value > 0 else constants[0]
        case "Hardtanh":
            return float(constants[0] < value < constants[1])
        case "LeakyHardtanh":
            low, high, low_slope, high_slope = constants
            if value < low:
                return low_slope
            return high_slope if value > high else 1.0
        case "Hardswish":
            if abs(value) >= 3:
                return float(value > 0)
            return value / 3 + 0.5
        case "SiLU":
            share = naive_activation("Sigmoid", value, ())
            return share + value * share * (1 - share)
        case "Fasttanh":
            # A rational function without kinks but one in its third derivative, at zero: the error
            # of these differences is their step's fourth power, and rounding.
            step = 1e-3
            a, b, c, d = (
                naive_activation(kind, value + n * step, ()) for n in (-2.0, -1.0, 1.0, 2.0)
            )
            return (a - 8 * b + 8 * c - d) / (12 * step)
    raise AssertionError(kind)


def _past(signal: Signal, channel: int, frame: int) -> float:
    return float(signal[channel, frame]) if frame >= 0 else 0.0


def _conv(op: Any, own: Mapping[str, Signal], inputs: list[Signal], frame: int) -> list[float]:
    per_group_in = op.in_channels // op.groups
    per_group_out = op.out_channels // op.groups
    column = []
    for out in range(op.out_channels):
        total = float(own["bias"][out]) if op.bias else 0.0
        first = out // per_group_out * per_group_in
        for number in range(per_group_in):
            for tap in range(op.kernel_size):
                past = frame - (op.kernel_size - 1 - tap) * op.dilation
                total += float(own["weight"][out, number, tap]) * _past(
                    inputs[0], first + number, past
                )
        column.append(total)
    return column


def _activation(
    op: Any, own: Mapping[str, Signal], inputs: list[Signal], frame: int
) -> list[float]:
    column = []
    for channel, row in enumerate(inputs[0]):
        constants = op.constants
        if op.kind == "PReLU":
            constants = (float(own["slopes"][channel if op.slope_count > 1 else 0]),)
        column.append(naive_activation(op.kind, float(row[frame]), constants))
    return column


def _activationgradient(
    op: Any, own: Mapping[str, Signal], inputs: list[Signal], frame: int
) -> list[float]:
    column = []
    for channel, (gradients, values) in enumerate(zip(*inputs, strict=True)):
        constants = op.constants
        if op.kind == "PReLU":
            constants = (float(own["slopes"][channel if op.slope_count > 1 else 0]),)
        slope = naive_slope(op.kind, float(values[frame]), constants)
        column.append(float(gradients[frame]) * slope)
    return column


def _add(op: Any, own: Mapping[str, Signal], inputs: list[Signal], frame: int) -> list[float]:
    return [float(a[frame] + b[frame]) for a, b in zip(*inputs, strict=True)]


def _mul(op: Any, own: Mapping[str, Signal], inputs: list[Signal], frame: int) -> list[float]:
    return [float(a[frame] * b[frame]) for a, b in zip(*inputs, strict=True)]


def _blend(op: Any, own: Mapping[str, Signal], inputs: list[Signal], frame: int) -> list[float]:
    return [
        float(s[frame] * a[frame] + (1 - s[frame]) * b[frame])
        for s, a, b in zip(*inputs, strict=True)
    ]


def _scale(op: Any, own: Mapping[str, Signal], inputs: list[Signal], frame: int) -> list[float]:
    return [float(row[frame] * own["value"][0]) for row in inputs[0]]


def _slice(op: Any, own: Mapping[str, Signal], inputs: list[Signal], frame: int) -> list[float]:
    return [float(inputs[0][channel, frame]) for channel in range(op.start, op.stop)]


def _concat(op: Any, own: Mapping[str, Signal], inputs: list[Signal], frame: int) -> list[float]:
    return [float(row[frame]) for signal in inputs for row in signal]


def _batchnorm(op: Any, own: Mapping[str, Signal], inputs: list[Signal], frame: int) -> list[float]:
    return [
        float(
            (row[frame] - own["running_mean"][channel])
            / math.sqrt(own["running_var"][channel] + own["eps"][0])
            * own["weight"][channel]
            + own["bias"][channel]
        )
        for channel, row in enumerate(inputs[0])
    ]


def _fir(op: Any, own: Mapping[str, Signal], inputs: list[Signal], frame: int) -> list[float]:
    total = float(own["bias"][0]) if op.bias else 0.0
    for age in range(op.taps):
        total += float(own["weight"][age]) * _past(inputs[0], 0, frame - age)
    return [total]


def _lstm(op: Any, own: Mapping[str, Signal], inputs: list[Signal], frame: int) -> list[float]:
    """Starts over from the initial state for every frame: slow, and plainly right."""
    size, width = op.hidden_size, op.input_size
    hidden = [float(value) for value in own["initial_hidden"]]
    cell = [float(value) for value in own["initial_cell"]]
    kind = "Fasttanh" if op.fast else "Tanh"

    def sigmoid(x: float) -> float:
        if op.fast:
            return 0.5 * (1 + naive_activation("Fasttanh", x / 2, ()))
        return naive_activation("Sigmoid", x, ())

    for moment in range(frame + 1):
        seen = [float(inputs[0][channel, moment]) for channel in range(width)] + hidden
        gates = [
            float(own["bias"][row])
            + sum(float(w) * value for w, value in zip(own["weight"][row], seen, strict=True))
            for row in range(4 * size)
        ]
        for unit in range(size):
            entry, forget = sigmoid(gates[unit]), sigmoid(gates[size + unit])
            candidate = naive_activation(kind, gates[2 * size + unit], ())
            cell[unit] = forget * cell[unit] + entry * candidate
            output = sigmoid(gates[3 * size + unit])
            hidden[unit] = output * naive_activation(kind, cell[unit], ())
    return hidden
