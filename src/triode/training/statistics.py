"""Batch statistics for batchnorm in training: mean and variance over all windows and frames.

Rows are dealt to threads window by window, and joined in window order (Chan, Golub and LeVeque
1983), so the thread count changes no bit.
"""

import ctypes
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from triode.compiler import Compiler, Isa, compile_library
from triode.compiler.emit.segment_statistics import emit_statistics
from triode.training.dealing import Dealer, Float32Array

__all__ = ["StatisticsKernel", "batch_statistics"]


def batch_statistics(kernel: "StatisticsKernel", x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """`x` (batch, channels, frames), and its mean and biased variance per channel.

    Whoever reads `x` after that must read the one that is returned: its gradient is where the
    gradients of mean and variance are added.
    """
    result: tuple[Tensor, Tensor, Tensor] = _Statistics.apply(kernel, x)  # type: ignore[no-untyped-call]
    return result


class _Statistics(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, kernel: "StatisticsKernel", x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = x.contiguous()
        mean, variance = kernel.statistics(x.detach().numpy())
        ctx.kernel, ctx.mean = kernel, mean
        ctx.save_for_backward(x)
        return x.view_as(x), torch.from_numpy(mean), torch.from_numpy(variance)

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, gradient: Tensor, by_mean: Tensor, by_variance: Tensor
    ) -> tuple[None, Tensor]:
        (x,) = ctx.saved_tensors
        # Added in place: nobody else holds the gradient of a value whose only readers are parts.
        gradient = gradient.contiguous()
        count = x.shape[0] * x.shape[2]
        ctx.kernel.add_gradient(
            gradient.numpy(),
            x.numpy(),
            ctx.mean,
            (by_mean / count).numpy(),
            (2.0 * by_variance / count).numpy(),
        )
        return None, gradient


class StatisticsKernel:
    """The generated code, the same for all networks.

    Args:
        isa: The instruction set.
        compiler: Builds the code.

    Raises:
        CompileError: The compiler failed.
    """

    def __init__(self, isa: Isa, compiler: Compiler) -> None:
        self._library = ctypes.CDLL(str(compile_library(emit_statistics(isa), isa, compiler)))
        pointer, size = ctypes.c_void_p, ctypes.c_size_t
        self._library.row_statistics.argtypes = [pointer, size, size, pointer, pointer]
        self._library.add_statistics_gradient.argtypes = [
            *(pointer, pointer, size, size),
            *(pointer, pointer, pointer),
        ]
        self._library.row_statistics.restype = None
        self._library.add_statistics_gradient.restype = None
        self._dealer = Dealer()

    def statistics(self, x: Float32Array) -> tuple[Float32Array, Float32Array]:
        """Mean and biased variance, (channels,), of (batch, channels, frames)."""
        batch, channels, frames = x.shape
        means, squares = (np.empty((batch, channels)) for _ in range(2))

        def look(window: int, _: None) -> None:
            self._library.row_statistics(
                x[window].ctypes.data,
                channels,
                frames,
                means[window].ctypes.data,
                squares[window].ctypes.data,
            )

        self._dealer.deal(batch, [None] * self._dealer.threads(batch), look)
        mean = means.mean(axis=0)
        between = frames * np.square(means - mean).sum(axis=0)
        variance = (squares.sum(axis=0) + between) / (batch * frames)
        return mean.astype(np.float32), variance.astype(np.float32)

    def add_gradient(
        self,
        gradient: Float32Array,
        x: Float32Array,
        mean: Float32Array,
        offset: Float32Array,
        slope: Float32Array,
    ) -> None:
        """Gradient += offset + slope (x - mean), in place; the last three are per channel."""
        batch, channels, frames = x.shape

        def add(window: int, _: None) -> None:
            self._library.add_statistics_gradient(
                gradient[window].ctypes.data,
                x[window].ctypes.data,
                channels,
                frames,
                mean.ctypes.data,
                offset.ctypes.data,
                slope.ctypes.data,
            )

        self._dealer.deal(batch, [None] * self._dealer.threads(batch), add)
