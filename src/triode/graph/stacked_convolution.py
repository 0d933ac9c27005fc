"""The convolution of many networks at once.

Every network has a few channels, for which kernels of libraries are not made. Where Triton is
there, as it is with torch for NVIDIA cards, ours reads each number once; elsewhere all taps are
laid side by side for a matrix product.
"""

import importlib.util

import torch
from torch import Tensor

__all__ = ["stacked_convolution"]


def stacked_convolution(
    signal: Tensor, weight: Tensor, bias: Tensor | None, *, dilation: int
) -> Tensor:
    """Valid convolutions, each network's by its own weight.

    Args:
        signal: (networks, batch, in channels, frames).
        weight: (networks, out channels, in channels, taps).
        bias: (networks, out channels).
        dilation: Frames from one tap to the next.

    Returns:
        (networks, batch, out channels, frames - dilation (taps - 1)).
    """
    if signal.is_cuda and signal.dtype == torch.float32 and _has_triton():
        from triode.graph.stacked_convolution_triton import triton_convolution

        return triton_convolution(signal, weight, bias, dilation)
    taps = weight.shape[-1]
    frames = signal.shape[-1] - dilation * (taps - 1)
    beside = [signal[..., tap * dilation : tap * dilation + frames] for tap in range(taps)]
    columns = torch.stack(beside, dim=3).flatten(2, 3)
    result = weight.flatten(2)[:, None] @ columns
    return result if bias is None else result + bias[:, None, :, None]


def _has_triton() -> bool:
    return importlib.util.find_spec("triton") is not None
