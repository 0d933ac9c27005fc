"""Impulse responses in training: convolution, and its gradients, by Fourier transforms.

One transform covers a window whole, so nothing that wraps around reaches a valid output. With X, W,
G the spectra of signal, response and output gradient, the output is X W, the signal's gradient
conj(W) G and the response's the sum over windows of conj(X) G.
"""

from typing import Any

import torch
from scipy.fft import next_fast_len
from torch import Tensor
from torch.autograd.function import once_differentiable

__all__ = ["convolve"]


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None = None, delay: int = 0) -> Tensor:
    """y[n] = bias + sum over k of weight[k] x[n - delay - k], where that lies inside the window.

    Args:
        x: (batch, 1, frames).
        weight: (taps,).
        bias: (1,).
        delay: Frames.

    Returns:
        (batch, 1, frames - taps + 1 - delay).
    """
    result: Tensor = _Convolution.apply(x, weight, bias, delay)  # type: ignore[no-untyped-call]
    return result


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, delay: int) -> Tensor:
        frames, taps = x.shape[-1], len(weight)
        size = next_fast_len(frames, real=True)
        spectrum, response = torch.fft.rfft(x, size), torch.fft.rfft(weight, size)
        ctx.save_for_backward(spectrum, response)
        ctx.sizes = frames, taps, delay, size
        whole = torch.fft.irfft(spectrum * response, size)
        valid: Tensor = whole[..., taps - 1 : frames - delay].contiguous()
        return valid if bias is None else valid.add_(bias)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        spectrum, response = ctx.saved_tensors
        frames, taps, delay, size = ctx.sizes
        placed = torch.nn.functional.pad(gradient, (taps - 1, delay))
        turned = torch.fft.rfft(placed, size)
        by_signal = None
        if ctx.needs_input_grad[0]:
            by_signal = torch.fft.irfft(turned * response.conj(), size)[..., :frames].contiguous()
        total = torch.zeros_like(response)
        for window in range(len(spectrum)):
            total += turned[window, 0] * spectrum[window, 0].conj()
        by_weight = torch.fft.irfft(total, size)[:taps].contiguous()
        # Row by row first, so that the number of threads changes no bit.
        by_bias = gradient.sum(-1).sum(0) if ctx.needs_input_grad[2] else None
        return by_signal, by_weight, by_bias, None
