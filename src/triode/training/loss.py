"""The training loss: mean squared error plus a multi-resolution STFT distance.

Multi-resolution STFT: Yamamoto, Song and Kim 2020 ("Parallel WaveGAN"), with the spectral
convergence and log magnitude terms of Arik, Jun and Diamos 2019 ("Fast spectrogram inversion").
With magnitudes Y of the target and E of the estimate, each over the whole batch,

    norm(Y - E) / norm(Y) + mean(|ln Y - ln E|)

averaged over three resolutions; magnitude = sqrt(max(power, 1e-8)), Hann windows, frames centred
with the ends reflected.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from triode.metrics import STFT_RESOLUTIONS
from triode.training.recipe import Loss

__all__ = ["Target", "multi_resolution_stft", "training_loss"]

_POWER_FLOOR = 1e-8


class Target(NamedTuple):
    """What a batch should become, with what every size needs of it computed once.

    Attributes:
        signal: (batch, frames).
        magnitudes: One tensor per resolution; empty when the loss has no spectral term.
    """

    signal: Tensor
    magnitudes: tuple[Tensor, ...]

    @classmethod
    def of(cls, signal: Tensor, loss: Loss) -> "Target":
        """The target for `signal`, (batch, frames), under `loss`."""
        return cls(signal, _magnitudes(signal) if loss.mrstft_weight else ())


def training_loss(estimate: Tensor, target: Target, loss: Loss) -> Tensor:
    """The loss of `estimate`, (batch, frames), as `Loss` defines it; a scalar tensor."""
    difference = estimate - target.signal
    if loss.pre_emphasis_coefficient:
        # The filter is linear: filtering the difference is filtering both signals.
        difference = difference[..., 1:] - loss.pre_emphasis_coefficient * difference[..., :-1]
    total = loss.mse_weight * difference.square().mean()
    if loss.mrstft_weight:
        distance = _distance(_magnitudes(estimate), target.magnitudes)
        total = total + loss.mrstft_weight * distance
    return total


def multi_resolution_stft(estimate: Tensor, target: Tensor) -> Tensor:
    """The multi-resolution STFT distance of two (batch, frames) signals; a scalar tensor."""
    return _distance(_magnitudes(estimate), _magnitudes(target))


def _magnitudes(signal: Tensor) -> tuple[Tensor, ...]:
    """Magnitudes (batch, bins, frames) for each resolution."""
    magnitudes = []
    for resolution in STFT_RESOLUTIONS:
        window = torch.hann_window(resolution.window_samples, device=signal.device)
        spectrum = torch.stft(
            signal,
            n_fft=resolution.points,
            hop_length=resolution.hop_samples,
            win_length=resolution.window_samples,
            window=window,
            center=True,
            pad_mode="reflect",
            return_complex=True,
        )
        power = spectrum.real.square() + spectrum.imag.square()
        magnitudes.append(power.clamp(min=_POWER_FLOOR).sqrt())
    return tuple(magnitudes)


def _distance(estimate: Sequence[Tensor], target: Sequence[Tensor]) -> Tensor:
    terms = [
        torch.linalg.vector_norm(wanted - got) / torch.linalg.vector_norm(wanted)
        + (wanted.log() - got.log()).abs().mean()
        for got, wanted in zip(estimate, target, strict=True)
    ]
    return torch.stack(terms).mean()
