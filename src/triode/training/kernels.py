"""Compiled training on the CPU, behind torch's autograd.

A module of the same parameters and the same answers as `TorchGraph`, whose forward and backward
passes are the compiler's. Windows of a batch are dealt to threads, which hold no lock; every window
has its own gradient, and they are added in window order, so the thread count changes no bit. The
forward pass keeps nothing: the backward pass evaluates each window once more, which costs less than
the memory that keeping a batch would take. Where the loss is a sum over windows, each goes forward,
to its loss and back in one go, and is evaluated once.
"""

import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from triode.compiler import Isa, compile_library, host_isas, require_compiler
from triode.compiler.emit.segment import Segment, emit_segment
from triode.errors import GraphError
from triode.graph import Graph, Parameters, receptive_field
from triode.graph.torch_mapping import TorchGraph
from triode.training.dealing import Dealer, Float32Array, aligned_floats

__all__ = ["CompiledGraph", "SegmentKernel", "check_signal", "gathered", "run_windows"]

Slope = Callable[[int, Float32Array], Float32Array]
LossOfWindow = Callable[[int, Float32Array], tuple[float, Float32Array]]

_EVALUATED_FRAMES = 8192
"""Outputs that are evaluated at a time where no gradient is asked for: bounds the work areas."""


class CompiledGraph(TorchGraph):
    """`graph` trained by generated code; float32 on the CPU.

    Gradients go to the parameters, not to the signal. One thread at a time may use a module.

    Args:
        graph: The network.
        parameters: Its tensors by name; they are copied.
        isa: The instruction set; by default the widest that this machine runs.

    Raises:
        GraphError: The graph has no compiled gradient.
        CompileError: There is no compiler, or it failed.
    """

    def __init__(self, graph: Graph, parameters: Parameters, isa: Isa | None = None) -> None:
        super().__init__(graph, parameters)
        self.kernel = SegmentKernel(graph, isa or host_isas()[0])

    def forward(self, signal: Tensor) -> Tensor:
        """(batch, inputs, frames) to (batch, outputs, frames - receptive field + 1).

        Raises:
            GraphError: The signal has another shape or type, is too short, or wants a gradient.
        """
        check_signal(self.graph, signal)
        return run_windows(self.kernel, signal, self._values())

    def loss(self, signal: Tensor, window_loss: LossOfWindow) -> Tensor:
        """The sum of the losses of all windows, a scalar that gives gradients to the parameters.

        Args:
            signal: (batch, inputs, frames).
            window_loss: Takes the number of a window and (outputs, frames - run-in), and returns
                its loss and the gradient of that; called from several threads.

        Raises:
            GraphError: The signal has another shape or type, is too short, or wants a gradient.
        """
        check_signal(self.graph, signal)
        loss: Tensor = _Loss.apply(self.kernel, signal, window_loss, *self._values())  # type: ignore[no-untyped-call]
        return loss

    def _values(self) -> list[Tensor]:
        return [self.tensor(name) for name in self.kernel.names]


def check_signal(graph: Graph, signal: Tensor) -> None:
    """Refuse what generated code for `graph` would misread, or read past its end.

    Raises:
        GraphError: The signal has another shape or type, is too short, or wants a gradient.
    """
    inputs, least = graph.input_channels, receptive_field(graph)
    fits = signal.ndim == 3 and signal.shape[1] == inputs and signal.shape[2] >= least
    if not fits or signal.dtype != torch.float32 or signal.device.type != "cpu":
        raise GraphError(
            "the signal does not fit the compiled network",
            expected=f"float32 on the CPU, shape (batch, {inputs}, {least} or more frames)",
            got=f"{signal.dtype} on {signal.device}, shape {tuple(signal.shape)}",
        )
    if signal.requires_grad and torch.is_grad_enabled():
        raise GraphError(
            "compiled training gives no gradient for the signal",
            hint="Use TorchGraph, or detach the signal.",
        )


def run_windows(kernel: "SegmentKernel", signal: Tensor, values: Sequence[Tensor]) -> Tensor:
    """(batch, inputs, frames) to (batch, outputs, frames - run-in), known to autograd.

    Args:
        kernel: The code.
        signal: Float32 on the CPU.
        values: The parameters `kernel.names`.
    """
    if torch.is_grad_enabled() and any(one.requires_grad for one in (signal, *values)):
        result: Tensor = _Windows.apply(kernel, signal, *values)  # type: ignore[no-untyped-call]
        return result
    weights = kernel.flat(values)
    run_in, frames = kernel.segment.run_in, signal.shape[-1]
    pieces = []
    for start in range(0, frames - run_in, _EVALUATED_FRAMES):
        part = signal[..., start : start + _EVALUATED_FRAMES + run_in]
        pieces.append(torch.from_numpy(kernel.forward(weights, part.detach().numpy())))
    return torch.cat(pieces, dim=-1)


class _Windows(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, kernel: "SegmentKernel", signal: Tensor, *values: Tensor) -> Tensor:
        ctx.kernel, ctx.signal = kernel, signal.detach().numpy()
        ctx.weights = kernel.flat(values)
        return torch.from_numpy(kernel.forward(ctx.weights, ctx.signal))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        to_signal, gradients = ctx.kernel.backward(
            ctx.weights, ctx.signal, gradient.numpy(), to_signal=ctx.needs_input_grad[1]
        )
        return (None, to_signal, *gradients)


class _Loss(torch.autograd.Function):
    """Its gradients are found on the way forward, and only scaled on the way back."""

    @staticmethod
    def forward(
        ctx: Any,
        kernel: "SegmentKernel",
        signal: Tensor,
        window_loss: LossOfWindow,
        *values: Tensor,
    ) -> Tensor:
        windows = signal.detach().numpy()
        losses = np.empty(len(windows))

        def descend(window: int, estimate: Float32Array) -> Float32Array:
            losses[window], gradient = window_loss(window, estimate)
            return gradient

        _, ctx.gradients = kernel.descend(kernel.flat(values), windows, descend)
        return torch.tensor(losses.sum(), dtype=torch.float32)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        return (
            None,
            None,
            None,
            *(None if one is None else gradient * one for one in ctx.gradients),
        )


class SegmentKernel:
    """The compiled passes of one graph, and work areas for as many threads as torch uses.

    Args:
        graph: The network.
        isa: The instruction set.
        to_signal: Whether `backward` shall be able to give the gradient of the signal.

    Raises:
        GraphError: The graph has no compiled gradient.
        CompileError: There is no compiler, or it failed.
    """

    def __init__(self, graph: Graph, isa: Isa, *, to_signal: bool = False) -> None:
        compiler = require_compiler()
        self.segment: Segment = emit_segment(graph, isa, to_signal=to_signal)
        self.names = self.segment.names
        self._library = _load(compile_library(self.segment.source, isa, compiler))
        self._outputs = graph.output_channels
        self._areas: dict[int, list[Float32Array]] = {}
        self._dealer = Dealer()

    def flat(self, values: Sequence[Tensor]) -> Float32Array:
        """All parameters in one array, in the order of `names`."""
        none = np.zeros(0, np.float32)
        return np.concatenate([none, *(value.detach().numpy().ravel() for value in values)])

    def forward(self, parameters: Float32Array, signal: Float32Array) -> Float32Array:
        """(batch, outputs, frames - run-in) of windows (batch, inputs, frames)."""
        signal = np.ascontiguousarray(signal)
        batch, _, frames = signal.shape
        weights = gathered(parameters, self.segment.forward_index)
        out = np.empty((batch, self._outputs, frames - self.segment.run_in), np.float32)

        def evaluate(window: int, area: Float32Array) -> None:
            self._forward(area, weights, signal[window], out[window])

        self._deal(batch, frames, evaluate)
        return out

    def backward(
        self,
        parameters: Float32Array,
        signal: Float32Array,
        gradient: Float32Array,
        *,
        to_signal: bool = False,
    ) -> tuple[Tensor | None, list[Tensor | None]]:
        """The gradient of the signal and of every parameter in `names`.

        None for a signal that was not asked for and for parameters that are not trained.
        """
        return self.descend(
            parameters, signal, lambda window, _: gradient[window], to_signal=to_signal
        )

    def descend(
        self,
        parameters: Float32Array,
        signal: Float32Array,
        slope: Slope,
        *,
        to_signal: bool = False,
    ) -> tuple[Tensor | None, list[Tensor | None]]:
        """Take every window forward and straight back.

        Args:
            parameters: All in one array.
            signal: (batch, inputs, frames).
            slope: The gradient by the output, from a window's number and (outputs, frames -
                run-in); called from several threads.
            to_signal: Whether the gradient of the signal is wanted.

        Returns:
            As `backward`.
        """
        signal = np.ascontiguousarray(signal)
        batch, _, frames = signal.shape
        weights = gathered(parameters, self.segment.forward_index)
        turned = gathered(parameters, self.segment.backward_index)
        out = np.empty((batch, self._outputs, frames - self.segment.run_in), np.float32)
        sums = np.empty((batch, sum(one.size for one in self.segment.trained)), np.float32)
        signal_gradient = np.empty_like(signal) if to_signal else None

        def carry_back(window: int, area: Float32Array) -> None:
            self._forward(area, weights, signal[window], out[window])
            gradient = np.ascontiguousarray(slope(window, out[window]), np.float32)
            self._library.segment_backward(
                area.ctypes.data,
                turned.ctypes.data,
                gradient.ctypes.data,
                sums[window].ctypes.data,
                None if signal_gradient is None else signal_gradient[window].ctypes.data,
                frames,
            )

        self._deal(batch, frames, carry_back)
        total = sums[0].copy()
        for window in range(1, batch):
            total += sums[window]
        found: dict[str, Tensor] = {}
        start = 0
        for parameter in self.segment.trained:
            part = total[start : start + parameter.size].reshape(parameter.shape)
            found[parameter.name] = torch.from_numpy(part)
            start += parameter.size
        by_signal = None if signal_gradient is None else torch.from_numpy(signal_gradient)
        return by_signal, [found.get(name) for name in self.names]

    def _forward(
        self, area: Float32Array, weights: Float32Array, signal: Float32Array, out: Float32Array
    ) -> None:
        self._library.segment_forward(
            area.ctypes.data,
            weights.ctypes.data,
            signal.ctypes.data,
            out.ctypes.data,
            signal.shape[-1],
        )

    def _deal(self, batch: int, frames: int, work: Callable[[int, Float32Array], None]) -> None:
        """Run `work` on every window, each thread with a work area of its own."""
        self._dealer.deal(batch, self._work_areas(frames, self._dealer.threads(batch)), work)

    def _work_areas(self, frames: int, count: int) -> list[Float32Array]:
        if frames not in self._areas:
            self._areas.clear()
            self._areas[frames] = []
        areas = self._areas[frames]
        floats = int(self._library.segment_work_floats(frames))
        areas.extend(aligned_floats(floats) for _ in range(count - len(areas)))
        return areas[:count]


def gathered(parameters: Float32Array, index: npt.NDArray[np.int64]) -> Float32Array:
    """The packed weights that `index` describes; see `Segment`."""
    weights = aligned_floats(len(index))
    held = index >= 0
    weights[held] = parameters[index[held]]
    weights[index == Segment.MINUS_ONE] = -1.0
    return weights


def _load(path: Path) -> ctypes.CDLL:
    library = ctypes.CDLL(str(path))
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    library.segment_work_floats.restype = size
    library.segment_work_floats.argtypes = [size]
    library.segment_forward.argtypes = [pointer, pointer, pointer, pointer, size]
    library.segment_backward.argtypes = [pointer, pointer, pointer, pointer, pointer, size]
    library.segment_forward.restype = library.segment_backward.restype = None
    return library
