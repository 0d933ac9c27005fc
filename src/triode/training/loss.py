"""The training loss: mean squared error plus a multi-resolution STFT distance.

Multi-resolution STFT: Yamamoto, Song and Kim 2020 ("Parallel WaveGAN"), with the spectral
convergence and log magnitude terms of Arik, Jun and Diamos 2019 ("Fast spectrogram inversion").
With magnitudes Y of the target and E of the estimate, each over the whole batch,

    norm(Y - E) / norm(Y) + mean(|ln Y - ln E|)

averaged over three resolutions; magnitude = sqrt(max(power, 1e-8)), Hann windows, frames centred
with the ends reflected. The batch's norm(Y - E) waits for every window. With an error for each
window w it is replaced by the mean of norm(Y_w - E_w) over the windows times the square root of
their number: the same where all windows are equally wrong, lower otherwise, and a sum over windows.

The distance comes with its gradient, by formula: autograd would walk through every step above once
more, and through complex transforms of twice the size. Sums are taken window by window, so that the
number of threads changes no bit. On the CPU `spectral_kernel` computes the same in compiled code.
"""

import math
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from triode.metrics import STFT_RESOLUTIONS, StftResolution
from triode.training.dealing import Float32Array
from triode.training.recipe import Loss
from triode.training.spectral_kernel import TargetSpectra, spectral_kernel

__all__ = ["Target", "WindowLoss", "multi_resolution_stft", "training_loss"]

Errors = Literal["batch", "window"]

_MAGNITUDE_FLOOR = 1e-4


class TargetMagnitudes(NamedTuple):
    """A target at one resolution.

    Magnitudes and logarithms are (windows, frames, bins), those of several networks one after the
    other, and the norms of their batches (networks,).
    """

    magnitude: Tensor
    logarithm: Tensor
    norms: Tensor


class Target(NamedTuple):
    """What a batch should become, with what every size needs of it computed once.

    Attributes:
        signal: (batch, frames), or (networks, batch, frames).
        spectra: For compiled code, or one per resolution for torch; None when the loss has no
            spectral term.
    """

    signal: Tensor
    spectra: TargetSpectra | tuple[TargetMagnitudes, ...] | None

    @classmethod
    def of(cls, signal: Tensor, loss: Loss) -> "Target":
        """The target for `signal`, as the attribute, under `loss`."""
        return cls(signal, _target_spectra(signal) if loss.mrstft_weight else None)


def training_loss(estimate: Tensor, target: Target, loss: Loss) -> Tensor:
    """The loss of `estimate`, (batch, frames), as `Loss` defines it; a scalar tensor.

    Of (networks, batch, frames) it is one loss for each network, (networks,).
    """
    difference = estimate - target.signal
    if loss.pre_emphasis_coefficient:
        # The filter is linear: filtering the difference is filtering both signals.
        difference = difference[..., 1:] - loss.pre_emphasis_coefficient * difference[..., :-1]
    total = loss.mse_weight * difference.square().mean(-1).mean(-1)
    if target.spectra is not None:
        distance = _distance(estimate, target.spectra, loss.spectral_error)
        total = total + loss.mrstft_weight * distance
    return total


class WindowLoss:
    """The loss of `target`'s windows one by one, with gradients; safe to use from many threads.

    The sum over all windows is `training_loss` of the batch.

    Args:
        target: What the batch should become; its spectra are a kernel's, if it has any.
        loss: With an error for each window, if it has a spectral term.
    """

    def __init__(self, target: Target, loss: Loss) -> None:
        self._signal = target.signal.numpy()
        self._spectra = target.spectra if isinstance(target.spectra, TargetSpectra) else None
        self._loss = loss

    @staticmethod
    def fits(target: Target, loss: Loss) -> bool:
        """Whether the loss of this batch is a sum over windows that compiled code can take."""
        if target.spectra is None:
            return _fits_compiled_code(target.signal)
        return isinstance(target.spectra, TargetSpectra) and loss.spectral_error == "window"

    def __call__(self, window: int, estimate: Float32Array) -> tuple[float, Float32Array]:
        """The share of one window in the loss, and its gradient.

        Args:
            window: Which one.
            estimate: (1, frames).

        Returns:
            The share, and its gradient (1, frames) by `estimate`.
        """
        share, gradient = self._squares(estimate[0] - self._signal[window])
        kernel = spectral_kernel()
        if self._spectra is not None and kernel is not None:
            distance, by_estimate = kernel.window_distance(window, estimate[0], self._spectra)
            share += self._loss.mrstft_weight * distance
            gradient += np.float32(self._loss.mrstft_weight) * by_estimate
        return share, gradient[None]

    def _squares(self, difference: Float32Array) -> tuple[float, Float32Array]:
        """The term of the mean squared error; see `training_loss`."""
        coefficient = np.float32(self._loss.pre_emphasis_coefficient)
        filtered = difference
        if coefficient:
            filtered = difference[1:] - coefficient * difference[:-1]
        scale = self._loss.mse_weight / (filtered.size * len(self._signal))
        slope = np.float32(2.0 * scale) * filtered
        gradient = slope
        if coefficient:
            gradient = np.zeros_like(difference)
            gradient[1:] += slope
            gradient[:-1] -= coefficient * slope
        return scale * float(np.dot(filtered, filtered)), gradient


def multi_resolution_stft(estimate: Tensor, target: Tensor) -> Tensor:
    """The multi-resolution STFT distance of two (batch, frames) signals; a scalar tensor."""
    return _distance(estimate, _target_spectra(target), "batch")


def _target_spectra(signal: Tensor) -> TargetSpectra | tuple[TargetMagnitudes, ...]:
    kernel = spectral_kernel() if _fits_compiled_code(signal) else None
    if kernel is None:
        return _target_magnitudes(signal)
    return kernel.target(signal.detach().contiguous().numpy())


def _fits_compiled_code(signal: Tensor) -> bool:
    return signal.device.type == "cpu" and signal.dtype == torch.float32 and signal.dim() == 2


def _target_magnitudes(signal: Tensor) -> tuple[TargetMagnitudes, ...]:
    batch, windows = signal.shape[-2], signal.flatten(0, -2)
    magnitudes = (_magnitude(_spectrum(windows, one)) for one in STFT_RESOLUTIONS)
    return tuple(
        TargetMagnitudes(one, one.log(), _norms(_norm_by_window(one, batch))[:, 0])
        for one in magnitudes
    )


def _distance(
    estimate: Tensor, target: TargetSpectra | tuple[TargetMagnitudes, ...], errors: Errors
) -> Tensor:
    compiled = isinstance(target, TargetSpectra)
    function = _CompiledDistance if compiled else _TorchDistance
    distance: Tensor = function.apply(estimate, target, errors)  # type: ignore[no-untyped-call]
    return distance


class _CompiledDistance(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, estimate: Tensor, target: TargetSpectra, errors: Errors) -> Tensor:
        kernel = spectral_kernel()
        if kernel is None:
            raise TypeError("these spectra are a kernel's, and there is none")
        signal = estimate.detach().contiguous().numpy()
        distance = kernel.distance if errors == "batch" else kernel.distance_by_window
        value, gradient = distance(signal, target, gradient=ctx.needs_input_grad[0])
        if gradient is not None:
            ctx.save_for_backward(torch.from_numpy(gradient))
        return estimate.new_tensor(value)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (by_estimate,) = ctx.saved_tensors
        return gradient * by_estimate, None, None


class _TorchDistance(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, estimate: Tensor, target: tuple[TargetMagnitudes, ...], errors: Errors
    ) -> Tensor:
        batch, frames = estimate.shape[-2:]
        windows = estimate.reshape(-1, frames)
        networks = len(windows) // batch
        terms = []
        gradient = torch.zeros_like(windows) if ctx.needs_input_grad[0] else None
        for resolution, wanted in zip(STFT_RESOLUTIONS, target, strict=True):
            spectrum = _spectrum(windows, resolution)
            magnitude = _magnitude(spectrum)
            difference = magnitude - wanted.magnitude
            error = _norm_by_window(difference, batch)
            if errors == "batch":
                error = _norms(error)
            # Of one error, or of the mean of as many as there are windows.
            scale = wanted.norms[:, None] * math.sqrt(error.shape[1])
            ratio = magnitude.log().sub_(wanted.logarithm).abs_()
            count = ratio.numel() // networks
            ratios = ratio.sum((1, 2)).view(networks, batch).sum(1)
            terms.append(error.sum(1) / scale[:, 0] + ratios / count)
            if gradient is None:
                continue
            # The gradient by the magnitude, over the magnitude; none where that is on its floor.
            sign = torch.sign(difference, out=ratio)
            share = (error * scale).expand(networks, batch).reshape(-1, 1, 1)
            divisor = torch.threshold_(magnitude, _MAGNITUDE_FLOOR, math.inf)
            slope = difference.div_(torch.where(share > 0.0, share, torch.ones_like(share)))
            slope.addcdiv_(sign, divisor, value=1.0 / count).div_(divisor)
            gradient += _back_to_signal(spectrum, slope, resolution, frames)
        if gradient is not None:
            ctx.save_for_backward(gradient.view_as(estimate) / len(terms))
        return torch.stack(terms).mean(0).reshape(estimate.shape[:-2])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (by_estimate,) = ctx.saved_tensors
        return gradient[..., None, None] * by_estimate, None, None


def _norm_by_window(values: Tensor, batch: int) -> Tensor:
    """(networks, batch)."""
    norms: Tensor = torch.linalg.vector_norm(values, dim=(1, 2))
    return norms.view(-1, batch)


def _norms(by_window: Tensor) -> Tensor:
    """Of whole batches, (networks, 1)."""
    return by_window.square().sum(1, keepdim=True).sqrt()


def _window(resolution: StftResolution, like: Tensor) -> Tensor:
    return torch.hann_window(resolution.window_samples, dtype=like.dtype, device=like.device)


def _spectrum(signal: Tensor, resolution: StftResolution) -> Tensor:
    """Spectra (batch, frames, bins); time runs from the window's start, which turns phases only."""
    half = resolution.window_samples // 2
    padded = torch.nn.functional.pad(signal[:, None], (half, half), mode="reflect")[:, 0]
    frames = padded.unfold(-1, resolution.window_samples, resolution.hop_samples)
    windowed = signal.new_zeros((*frames.shape[:2], resolution.points))
    torch.mul(frames, _window(resolution, signal), out=windowed[..., : frames.shape[-1]])
    spectrum: Tensor = torch.fft.rfft(windowed)
    return spectrum


def _magnitude(spectrum: Tensor) -> Tensor:
    power = spectrum.real.square()
    return power.addcmul_(spectrum.imag, spectrum.imag).sqrt_().clamp_(min=_MAGNITUDE_FLOOR)


def _back_to_signal(
    spectrum: Tensor, slope: Tensor, resolution: StftResolution, frames: int
) -> Tensor:
    """The gradient (batch, frames) of a function of magnitudes: the transposed transform.

    Args:
        spectrum: Spectra (batch, frames, bins); overwritten.
        slope: The gradient by the magnitudes over the magnitudes.
        resolution: Theirs.
        frames: Of the signal.
    """
    # A real transform takes the bins between the ends twice.
    slope[..., 0] *= 2.0
    slope[..., -1] *= 2.0
    parts = torch.fft.irfft(spectrum.mul_(slope), n=resolution.points, norm="forward")
    width, hop = resolution.window_samples, resolution.hop_samples
    windowed = parts[..., :width] * (0.5 * _window(resolution, slope))
    batch, count = windowed.shape[:2]
    padded = slope.new_zeros((batch, (count + width // hop + 1) * hop))
    for start in range(0, width, hop):
        part = windowed[..., start : start + hop]
        place = padded[:, start : start + count * hop].view(batch, count, hop)
        place[..., : part.shape[-1]] += part
    half = width // 2
    gradient = padded[:, half : half + frames].clone()
    gradient[:, 1 : half + 1] += padded[:, :half].flip(-1)
    after = padded[:, half + frames : frames + width]
    gradient[:, frames - 1 - half : frames - 1] += after.flip(-1)
    return gradient
