"""LSTMs trained by generated code, the windows of a batch in the lanes of its vectors.

Groups of as many windows as there are lanes are dealt to threads; each group has
its own gradient, and they are added in order. A batch that does not fill its last group leaves
lanes idle.
"""

import ctypes
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from triode.compiler import Compiler, Isa, compile_library
from triode.compiler.emit.segment_recurrent import emit_recurrent
from triode.compiler.parts import RecurrentStack
from triode.training.dealing import Dealer, Float32Array, aligned_floats

__all__ = ["StackKernel", "run_stack"]


def run_stack(kernel: "StackKernel", signal: Tensor, values: Sequence[Tensor]) -> Tensor:
    """(batch, inputs, frames) to (batch, outputs, frames), known to autograd.

    Args:
        kernel: Of the stack.
        signal: Float32 on the CPU.
        values: The parameters `kernel.stack.names`.
    """
    result: Tensor = _Stack.apply(kernel, signal, *values)  # type: ignore[no-untyped-call]
    return result


class _Stack(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, kernel: "StackKernel", signal: Tensor, *values: Tensor) -> Tensor:
        ctx.kernel, ctx.signal = kernel, signal.detach().contiguous().numpy()
        ctx.weights = kernel.packed([value.detach().numpy() for value in values])
        output, ctx.checkpoints = kernel.forward(
            ctx.weights, ctx.signal, keep=any(ctx.needs_input_grad)
        )
        return torch.from_numpy(output)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        to_signal, found = ctx.kernel.backward(
            ctx.weights,
            ctx.signal,
            ctx.checkpoints,
            gradient.contiguous().numpy(),
            to_signal=ctx.needs_input_grad[1],
        )
        signal = None if to_signal is None else torch.from_numpy(to_signal)
        return (None, signal, *map(torch.from_numpy, found))


class StackKernel:
    """Both passes of one stack, and work areas for as many threads as torch uses.

    Args:
        stack: The layers.
        isa: The instruction set.
        compiler: Builds the code, once for all stacks.

    Raises:
        CompileError: The compiler failed.
    """

    def __init__(self, stack: RecurrentStack, isa: Isa, compiler: Compiler) -> None:
        self.stack = stack
        sizes = (cell.hidden_size for cell in stack.cells)
        inputs = stack.cells[0].input_size
        self._shape = np.array(
            [len(stack.layers), inputs, *sizes, stack.output_channels], dtype=np.uintc
        )
        self._library = _load(compile_library(emit_recurrent(isa), isa, compiler))
        self._lanes = int(self._library.recurrent_lanes())
        self.area_floats = int(self._library.recurrent_work_floats(self._shape.ctypes.data))
        self._areas: list[Float32Array] = []
        self._dealer = Dealer()

    def packed(self, values: Sequence[npt.NDArray[np.float32]]) -> Float32Array:
        """The parameters `stack.names` as the generated code reads them."""
        given = dict(zip(self.stack.names, values, strict=True))
        pieces = []
        for node in self.stack.layers:
            weight = given[f"{node.name}.weight"]
            table = np.concatenate([given[f"{node.name}.bias"][:, None], weight], axis=1)
            initial = (given[f"{node.name}.initial_{part}"] for part in ("hidden", "cell"))
            pieces += [*initial, table.T.ravel(), weight.ravel()]
        weight, bias = self._head(given)
        pieces += [np.concatenate([bias[:, None], weight], axis=1).T.ravel(), weight.ravel()]
        return np.concatenate(pieces, dtype=np.float32)

    def forward(
        self, weights: Float32Array, signal: Float32Array, *, keep: bool
    ) -> tuple[Float32Array, Float32Array | None]:
        """(batch, outputs, frames) of windows (batch, inputs, frames), and what `backward` needs.

        Without `keep` that is None.
        """
        batch, _, frames = signal.shape
        out = np.empty((batch, self.stack.output_channels, frames), np.float32)
        groups = ceil(batch / self._lanes)
        kept = None
        if keep:
            floats = self._library.recurrent_checkpoint_floats(self._shape.ctypes.data, frames)
            kept = np.empty((groups, floats), np.float32)

        def evaluate(group: int, area: Float32Array) -> None:
            windows = slice(group * self._lanes, (group + 1) * self._lanes)
            self._library.recurrent_forward(
                self._shape.ctypes.data,
                area.ctypes.data,
                weights.ctypes.data,
                signal[windows].ctypes.data,
                len(signal[windows]),
                frames,
                out[windows].ctypes.data,
                None if kept is None else kept[group].ctypes.data,
            )

        self._dealer.deal(groups, self._work_areas(groups), evaluate)
        return out, kept

    def backward(
        self,
        weights: Float32Array,
        signal: Float32Array,
        kept: Float32Array,
        gradient: Float32Array,
        *,
        to_signal: bool,
    ) -> tuple[Float32Array | None, list[Float32Array]]:
        """The gradient of the signal, if asked for, and of the parameters `stack.names`."""
        batch, _, frames = signal.shape
        groups = ceil(batch / self._lanes)
        sums = np.empty((groups, self._sum_count()), np.float32)
        signal_gradient = np.empty_like(signal) if to_signal else None

        def carry_back(group: int, area: Float32Array) -> None:
            windows = slice(group * self._lanes, (group + 1) * self._lanes)
            self._library.recurrent_backward(
                self._shape.ctypes.data,
                area.ctypes.data,
                weights.ctypes.data,
                signal[windows].ctypes.data,
                len(signal[windows]),
                frames,
                kept[group].ctypes.data,
                gradient[windows].ctypes.data,
                sums[group].ctypes.data,
                None if signal_gradient is None else signal_gradient[windows].ctypes.data,
            )

        self._dealer.deal(groups, self._work_areas(groups), carry_back)
        total = sums[0].copy()
        for group in range(1, groups):
            total += sums[group]
        return signal_gradient, self._unpacked(total)

    def _unpacked(self, sums: Float32Array) -> list[Float32Array]:
        """The parameters' gradients, in the order of `stack.names`."""
        found: list[Float32Array] = []
        start = 0

        def take(*shape: int) -> Float32Array:
            nonlocal start
            part = sums[start : start + int(np.prod(shape))].reshape(shape)
            start += part.size
            return part

        for cell in self.stack.cells:
            hidden = cell.hidden_size
            initial = take(hidden), take(hidden)
            table = take(4 * hidden, 1 + cell.input_size + hidden)
            found += [np.ascontiguousarray(table[:, 1:]), table[:, 0].copy(), *initial]
        table = take(self.stack.output_channels, 1 + self.stack.cells[-1].hidden_size)
        if self.stack.head is not None:
            parts = np.ascontiguousarray(table[:, 1:, None]), table[:, 0].copy()
            found += parts[: len(self.stack.head.operation.parameters())]
        return found

    def _sum_count(self) -> int:
        cells = self.stack.cells
        layers = (
            2 * one.hidden_size + 4 * one.hidden_size * (1 + one.input_size + one.hidden_size)
            for one in cells
        )
        return sum(layers) + self.stack.output_channels * (1 + cells[-1].hidden_size)

    def _head(
        self, given: dict[str, npt.NDArray[np.float32]]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Weight and bias of the linear layer: without a convolution it changes nothing."""
        outputs, head = self.stack.output_channels, self.stack.head
        silent = np.zeros(outputs, np.float32)
        if head is None:
            return np.eye(outputs, dtype=np.float32), silent
        return given[f"{head.name}.weight"][:, :, 0], given.get(f"{head.name}.bias", silent)

    def _work_areas(self, groups: int) -> list[Float32Array]:
        threads = self._dealer.threads(groups)
        while len(self._areas) < threads:
            self._areas.append(aligned_floats(self.area_floats))
        return self._areas[:threads]


def _load(path: Path) -> ctypes.CDLL:
    library = ctypes.CDLL(str(path))
    pointer, size, count = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint
    library.recurrent_lanes.restype = library.recurrent_work_floats.restype = size
    library.recurrent_work_floats.argtypes = [pointer]
    library.recurrent_checkpoint_floats.restype = size
    library.recurrent_checkpoint_floats.argtypes = [pointer, size]
    forward: list[Any] = [pointer, pointer, pointer, pointer, count, size, pointer, pointer]
    library.recurrent_forward.argtypes = forward
    library.recurrent_backward.argtypes = [*forward, pointer, pointer]
    library.recurrent_forward.restype = library.recurrent_backward.restype = None
    return library
