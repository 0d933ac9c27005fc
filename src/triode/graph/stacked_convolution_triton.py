"""The convolution of many networks and its gradients, as Triton kernels for NVIDIA cards.

A program computes all output channels of one stretch of frames of one window, so that the signal
comes from memory once. The gradient by the weights is a sum over all frames: stretches of them are
summed in programs of their own, and then together, in the same order every time.
"""

# A kernel's arguments have no types of Python's.
# mypy: allow-untyped-defs, allow-incomplete-defs

from typing import Any

import torch
import triton
import triton.language as tl
from torch import Tensor
from torch.autograd.function import once_differentiable

__all__ = ["triton_convolution"]

_NUMBERS = 4096
"""How many numbers a program holds at a time."""
_PROGRAMS = 2048
"""About how many programs sum a gradient by weights: enough for every multiprocessor."""


@triton.jit  # type: ignore[untyped-decorator]
def _convolve(
    signal,
    signal_network,
    signal_window,
    signal_channel,
    weight,
    weight_network,
    weight_out,
    weight_in,
    bias,
    result,
    batch,
    in_frames,
    out_frames,
    step,
    IN: tl.constexpr,
    OUT: tl.constexpr,
    TAPS: tl.constexpr,
    HAS_BIAS: tl.constexpr,
    OUTS: tl.constexpr,
    FRAMES: tl.constexpr,
):
    """result[o, t] = bias[o] + sum over i and k of weight[o, i, k] signal[i, t + k step].

    Outside of its frames the signal is 0, and `step` may be negative.
    """
    window = tl.program_id(1)
    network, number = window // batch, window % batch
    out = tl.arange(0, OUTS)
    frame = tl.program_id(0) * FRAMES + tl.arange(0, FRAMES)
    is_out, is_frame = out < OUT, frame < out_frames
    source = signal + network.to(tl.int64) * signal_network + number.to(tl.int64) * signal_window
    own = weight + network * weight_network + out * weight_out
    total = tl.zeros((OUTS, FRAMES), tl.float32)
    if HAS_BIAS:
        total += tl.load(bias + network * OUT + out, mask=is_out, other=0.0)[:, None]
    for channel in range(IN):
        for tap in range(TAPS):
            at = frame + tap * step
            inside = is_frame & (at >= 0) & (at < in_frames)
            value = tl.load(source + channel * signal_channel + at, mask=inside, other=0.0)
            factor = tl.load(own + channel * weight_in + tap, mask=is_out, other=0.0)
            total += factor[:, None] * value[None, :]
    target = result + (window.to(tl.int64) * OUT + out[:, None]) * out_frames + frame[None, :]
    tl.store(target, total, mask=is_out[:, None] & is_frame[None, :])


@triton.jit  # type: ignore[untyped-decorator]
def _correlate(
    signal,
    signal_network,
    signal_window,
    signal_channel,
    slope,
    sums,
    batch,
    out_frames,
    step,
    stretches,
    stretch_frames,
    IN: tl.constexpr,
    OUT: tl.constexpr,
    TAPS: tl.constexpr,
    OUTS: tl.constexpr,
    ALL_TAPS: tl.constexpr,
    FRAMES: tl.constexpr,
):
    """sums[part, network, o, i, k]: of slope[o, t] signal[i, t + k step] over a stretch."""
    part, channel, network = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    number, stretch = part // stretches, part % stretches
    out, tap = tl.arange(0, OUTS), tl.arange(0, ALL_TAPS)
    is_out, is_tap = out < OUT, tap < TAPS
    source = signal + network.to(tl.int64) * signal_network + number.to(tl.int64) * signal_window
    source += channel * signal_channel
    window = network * batch + number
    wanted = slope + (window.to(tl.int64) * OUT + out[:, None]) * out_frames
    total = tl.zeros((ALL_TAPS, OUTS, FRAMES), tl.float32)
    begin = stretch * stretch_frames
    end = tl.minimum(begin + stretch_frames, out_frames)
    for start in range(begin, end, FRAMES):
        frame = start + tl.arange(0, FRAMES)
        is_frame = frame < end
        at = frame[None, :] + tap[:, None] * step
        value = tl.load(source + at, mask=is_tap[:, None] & is_frame[None, :], other=0.0)
        change = tl.load(
            wanted + frame[None, :], mask=is_out[:, None] & is_frame[None, :], other=0.0
        )
        total += value[:, None, :] * change[None, :, :]
    own = (part * tl.num_programs(2) + network) * OUT + out[None, :]
    target = sums + (own * IN + channel) * TAPS + tap[:, None]
    tl.store(target, tl.sum(total, 2), mask=is_tap[:, None] & is_out[None, :])


def triton_convolution(
    signal: Tensor, weight: Tensor, bias: Tensor | None, dilation: int
) -> Tensor:
    """See `stacked_convolution`; float32 on the card."""
    result: Tensor = _Convolution.apply(signal, weight, bias, dilation)  # type: ignore[no-untyped-call]
    return result


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, signal: Tensor, weight: Tensor, bias: Tensor | None, dilation: int
    ) -> Tensor:
        signal, weight = _dense(signal), weight.contiguous()
        ctx.save_for_backward(signal, weight)
        ctx.dilation, ctx.has_bias = dilation, bias is not None
        out, taps = weight.shape[1], weight.shape[3]
        frames = signal.shape[-1] - dilation * (taps - 1)
        strides = out * weight.shape[2] * taps, weight.shape[2] * taps, taps
        return _convolved(signal, weight, strides, bias, out, taps, frames, dilation)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, Tensor, Tensor | None, None]:
        signal, weight = ctx.saved_tensors
        slope = slope.contiguous()
        into, taps = weight.shape[2:]
        by_signal = None
        if ctx.needs_input_grad[0]:
            # The same sum with the channels' parts exchanged and time turned round.
            strides = weight.shape[1] * into * taps, taps, into * taps
            frames = signal.shape[-1]
            by_signal = _convolved(slope, weight, strides, None, into, taps, frames, -ctx.dilation)
        by_weight = _correlated(signal, slope, weight.shape, ctx.dilation)
        return by_signal, by_weight, slope.sum((1, 3)) if ctx.has_bias else None, None


def _convolved(
    signal: Tensor,
    weight: Tensor,
    strides: tuple[int, int, int],
    bias: Tensor | None,
    out: int,
    taps: int,
    frames: int,
    step: int,
) -> Tensor:
    networks, batch, into, in_frames = signal.shape
    result = signal.new_empty((networks, batch, out, frames))
    outs = triton.next_power_of_2(max(2, out))
    block = min(1024, max(32, _NUMBERS // outs))
    _convolve[(triton.cdiv(frames, block), networks * batch)](
        signal,
        *signal.stride()[:3],
        weight,
        *strides,
        weight if bias is None else bias.contiguous(),
        result,
        batch,
        in_frames,
        frames,
        step,
        IN=into,
        OUT=out,
        TAPS=taps,
        HAS_BIAS=bias is not None,
        OUTS=outs,
        FRAMES=block,
    )
    return result


def _correlated(signal: Tensor, slope: Tensor, shape: torch.Size, step: int) -> Tensor:
    networks, batch, into, _ = signal.shape
    out, taps, frames = shape[1], shape[3], slope.shape[-1]
    outs = triton.next_power_of_2(max(2, out))
    all_taps = triton.next_power_of_2(max(2, taps))
    block = min(512, max(16, _NUMBERS // (outs * all_taps)))
    stretches = max(1, min(triton.cdiv(frames, block), _PROGRAMS // (networks * into * batch)))
    stretch_frames = triton.cdiv(triton.cdiv(frames, block), stretches) * block
    sums = signal.new_empty((batch * stretches, *shape))
    _correlate[(batch * stretches, into, networks)](
        signal,
        *signal.stride()[:3],
        slope,
        sums,
        batch,
        frames,
        step,
        stretches,
        stretch_frames,
        IN=into,
        OUT=out,
        TAPS=taps,
        OUTS=outs,
        ALL_TAPS=all_taps,
        FRAMES=block,
    )
    return sums.sum(0)


def _dense(signal: Tensor) -> Tensor:
    """With frames one after the other, which is all that the kernels ask of memory."""
    return signal if signal.stride(-1) == 1 else signal.contiguous()
