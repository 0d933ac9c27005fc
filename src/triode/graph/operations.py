"""The operations of which every network is made.

A signal is (channels x frames). Each operation is a frozen value that knows the rule of its inputs
(`output_channels`), the parameters it owns (`parameters`, by suffix) and how many past frames of
its input it looks at (`lookback`). What it computes is defined by `triode.graph.interpreter`.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from triode.errors import GraphError
from triode.graph.activations import ACTIVATIONS

__all__ = [
    "Activation",
    "ActivationGradient",
    "Add",
    "BatchNorm",
    "Blend",
    "Concat",
    "Conv",
    "Fir",
    "Input",
    "Lstm",
    "Mul",
    "Operation",
    "ParameterSpec",
    "Scale",
    "Slice",
]


@dataclass(frozen=True)
class ParameterSpec:
    """Shape of one parameter of an operation, and whether gradient descent may change it."""

    shape: tuple[int, ...]
    trainable: bool = True


@dataclass(frozen=True, kw_only=True)
class _Operation(ABC):
    """What all operations share: by default no parameters, no past, equal inputs and output."""

    def parameters(self) -> dict[str, ParameterSpec]:
        """The operation's parameters by suffix: a node `conv` owns `conv.weight`, and so on."""
        return {}

    @property
    def lookback(self) -> int:
        """How many past frames of the input one output frame depends on."""
        return 0

    @abstractmethod
    def output_channels(self, inputs: tuple[int, ...]) -> int:
        """Width of the output for inputs of these widths.

        Raises:
            GraphError: The number or the widths of the inputs break the operation's rule.
        """


def _demand(inputs: tuple[int, ...], expected: tuple[int, ...], name: str) -> None:
    if inputs != expected:
        raise GraphError(
            f"{name} got inputs of the wrong widths",
            expected=f"channels {expected}",
            got=f"channels {inputs}",
        )


def _demand_equal(inputs: tuple[int, ...], count: int, name: str) -> int:
    if len(inputs) != count or len(set(inputs)) != 1:
        raise GraphError(
            f"{name} needs {count} inputs of equal width",
            expected=f"{count} equal widths",
            got=f"channels {inputs}",
        )
    return inputs[0]


def _demand_positive(**values: int) -> None:
    for name, value in values.items():
        if value < 1:
            raise GraphError(f"{name} is below 1", expected="at least 1", got=value)


@dataclass(frozen=True, kw_only=True)
class Input(_Operation):
    """The signal that enters the graph."""

    channels: int

    def output_channels(self, inputs: tuple[int, ...]) -> int:
        _demand_positive(channels=self.channels)
        _demand(inputs, (), "input")
        return self.channels


@dataclass(frozen=True, kw_only=True)
class Conv(_Operation):
    """Causal dilated grouped convolution; the last tap meets the newest frame.

    Parameters: `weight` (out_channels, in_channels / groups, kernel_size), `bias` (out_channels).
    """

    in_channels: int
    out_channels: int
    kernel_size: int = 1
    dilation: int = 1
    groups: int = 1
    bias: bool = True

    def parameters(self) -> dict[str, ParameterSpec]:
        shape = (self.out_channels, self.in_channels // self.groups, self.kernel_size)
        specs = {"weight": ParameterSpec(shape)}
        if self.bias:
            specs["bias"] = ParameterSpec((self.out_channels,))
        return specs

    @property
    def lookback(self) -> int:
        return (self.kernel_size - 1) * self.dilation

    def output_channels(self, inputs: tuple[int, ...]) -> int:
        _demand_positive(
            in_channels=self.in_channels,
            out_channels=self.out_channels,
            kernel_size=self.kernel_size,
            dilation=self.dilation,
            groups=self.groups,
        )
        if self.in_channels % self.groups or self.out_channels % self.groups:
            raise GraphError(
                "groups do not divide the convolution's channels",
                expected=f"multiples of {self.groups}",
                got=f"{self.in_channels} in, {self.out_channels} out",
            )
        _demand(inputs, (self.in_channels,), "conv")
        return self.out_channels


@dataclass(frozen=True, kw_only=True)
class Activation(_Operation):
    """A function of each sample. PReLU owns `slopes`: one, or one per channel (`slope_count`)."""

    kind: str
    constants: tuple[float, ...] = ()
    slope_count: int = 0

    def parameters(self) -> dict[str, ParameterSpec]:
        return {"slopes": ParameterSpec((self.slope_count,))} if self.kind == "PReLU" else {}

    def output_channels(self, inputs: tuple[int, ...]) -> int:
        width = _demand_equal(inputs, 1, "activation")
        _demand_kind(self, width)
        return width


@dataclass(frozen=True, kw_only=True)
class ActivationGradient(_Operation):
    """How a gradient passes an activation: inputs are the gradient of its output, and a value.

    The value is the activation's output where `derivative_from_output` says so, else its input.
    Only gradient graphs hold this operation. PReLU owns `slopes` as the activation does.
    """

    kind: str
    constants: tuple[float, ...] = ()
    slope_count: int = 0

    def parameters(self) -> dict[str, ParameterSpec]:
        return {"slopes": ParameterSpec((self.slope_count,))} if self.kind == "PReLU" else {}

    def output_channels(self, inputs: tuple[int, ...]) -> int:
        width = _demand_equal(inputs, 2, "activation gradient")
        _demand_kind(self, width)
        return width


def _demand_kind(operation: Activation | ActivationGradient, width: int) -> None:
    """The kind exists, and has its constants and slopes."""
    kind = operation.kind
    if kind not in ACTIVATIONS:
        raise GraphError("unknown activation", expected=", ".join(sorted(ACTIVATIONS)), got=kind)
    wanted = len(ACTIVATIONS[kind].constants)
    if len(operation.constants) != wanted:
        raise GraphError(
            f"{kind} got the wrong number of constants",
            expected=wanted,
            got=len(operation.constants),
        )
    if kind == "PReLU" and operation.slope_count not in {1, width}:
        raise GraphError(
            "PReLU got the wrong number of slopes",
            expected=f"1 or {width}",
            got=operation.slope_count,
        )


@dataclass(frozen=True, kw_only=True)
class Add(_Operation):
    """The sum of two signals of equal width."""

    def output_channels(self, inputs: tuple[int, ...]) -> int:
        return _demand_equal(inputs, 2, "add")


@dataclass(frozen=True, kw_only=True)
class Mul(_Operation):
    """The product, sample by sample, of two signals of equal width."""

    def output_channels(self, inputs: tuple[int, ...]) -> int:
        return _demand_equal(inputs, 2, "mul")


@dataclass(frozen=True, kw_only=True)
class Blend(_Operation):
    """blend(s, a, b) = s * a + (1 - s) * b, sample by sample."""

    def output_channels(self, inputs: tuple[int, ...]) -> int:
        return _demand_equal(inputs, 3, "blend")


@dataclass(frozen=True, kw_only=True)
class Scale(_Operation):
    """The signal times one number: the parameter `value` (1,), which is not trained."""

    def parameters(self) -> dict[str, ParameterSpec]:
        return {"value": ParameterSpec((1,), trainable=False)}

    def output_channels(self, inputs: tuple[int, ...]) -> int:
        return _demand_equal(inputs, 1, "scale")


@dataclass(frozen=True, kw_only=True)
class Slice(_Operation):
    """Channels `start` up to, not including, `stop`."""

    start: int
    stop: int

    def output_channels(self, inputs: tuple[int, ...]) -> int:
        width = _demand_equal(inputs, 1, "slice")
        if not 0 <= self.start < self.stop <= width:
            raise GraphError(
                "slice reaches outside its input",
                expected=f"0 <= start < stop <= {width}",
                got=f"{self.start}:{self.stop}",
            )
        return self.stop - self.start


@dataclass(frozen=True, kw_only=True)
class Concat(_Operation):
    """The channels of all inputs, one after the other."""

    def output_channels(self, inputs: tuple[int, ...]) -> int:
        if not inputs:
            raise GraphError("concat needs an input", expected="at least 1", got=0)
        return sum(inputs)


@dataclass(frozen=True, kw_only=True)
class BatchNorm(_Operation):
    """(x - running_mean) / sqrt(running_var + eps) * weight + bias, per channel.

    This is inference; training replaces the running statistics by those of the batch.
    """

    channels: int

    def parameters(self) -> dict[str, ParameterSpec]:
        per_channel = (self.channels,)
        return {
            "running_mean": ParameterSpec(per_channel, trainable=False),
            "running_var": ParameterSpec(per_channel, trainable=False),
            "weight": ParameterSpec(per_channel),
            "bias": ParameterSpec(per_channel),
            "eps": ParameterSpec((1,), trainable=False),
        }

    def output_channels(self, inputs: tuple[int, ...]) -> int:
        _demand(inputs, (self.channels,), "batchnorm")
        return self.channels


@dataclass(frozen=True, kw_only=True)
class Lstm(_Operation):
    """One LSTM layer, gates in the order i, f, g, o; output (hidden_size, frames).

    Parameters: `weight` (4 hidden, input + hidden), `bias` (4 hidden), `initial_hidden` and
    `initial_cell` (hidden). With `fast` the layer uses Fasttanh for tanh, and
    (1 + Fasttanh(x / 2)) / 2 for the sigmoid, as the deployed player does.
    """

    input_size: int
    hidden_size: int
    fast: bool = False

    def parameters(self) -> dict[str, ParameterSpec]:
        hidden = self.hidden_size
        return {
            "weight": ParameterSpec((4 * hidden, self.input_size + hidden)),
            "bias": ParameterSpec((4 * hidden,)),
            "initial_hidden": ParameterSpec((hidden,)),
            "initial_cell": ParameterSpec((hidden,)),
        }

    def output_channels(self, inputs: tuple[int, ...]) -> int:
        _demand_positive(input_size=self.input_size, hidden_size=self.hidden_size)
        _demand(inputs, (self.input_size,), "lstm")
        return self.hidden_size


@dataclass(frozen=True, kw_only=True)
class Fir(_Operation):
    """A long mono convolution: y[n] = sum over k of weight[k] x[n - delay - k], plus bias.

    Parameters: `weight` (taps,), `bias` (1,).
    """

    taps: int
    bias: bool = False
    delay: int = 0

    def parameters(self) -> dict[str, ParameterSpec]:
        specs = {"weight": ParameterSpec((self.taps,))}
        if self.bias:
            specs["bias"] = ParameterSpec((1,))
        return specs

    @property
    def lookback(self) -> int:
        return self.delay + self.taps - 1

    def output_channels(self, inputs: tuple[int, ...]) -> int:
        _demand_positive(taps=self.taps)
        _demand(inputs, (1,), "fir")
        return 1


Operation = (
    Input
    | Conv
    | Activation
    | ActivationGradient
    | Add
    | Mul
    | Blend
    | Scale
    | Slice
    | Concat
    | BatchNorm
    | Lstm
    | Fir
)
