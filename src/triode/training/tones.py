"""Steady tones, and what of a network's answer to them is aliasing.

A tone on bin k of N samples, N prime, meets every place of its period once (`triode.metrics.
aliasing`), so the answer to it splits exactly: harmonics below Nyquist and a constant on one side,
what folded back on the other. Training a network towards the first side of its own answer moves
nothing but what should not be there. That fine-tuning on sinusoids without what is no harmonic of
them lowers aliasing was found by Carson, Wright and Bilbao ("Anti-aliasing of neural distortion
effects via model fine tuning", 2025), with a frozen original that plays the targets.

Pitches lie between the keys and levels between those by which aliasing is measured, so that the
measure stays an honest one.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from scipy.fft import irfft, rfft
from torch import Tensor

from triode.metrics.aliasing import PIANO_KEYS, key_frequency_hz

__all__ = ["FRAME_SAMPLES", "aliasing_loss", "harmonic_part", "tones"]

FRAME_SAMPLES: Final = 8191
"""Outputs of each tone that are trained on, N."""

_LEVELS_DBFS = (-24.0, -15.0, -9.0, -3.0)
_HIGHEST_SHARE = 0.45
_QUARTER_TONE = 2.0 ** (1.0 / 24.0)
_SMALLEST_RATIO = 1e-10
_SMALLEST_POWER = 1e-9


def tones(rate_hz: float, run_in_samples: int) -> tuple[Tensor, list[int]]:
    """Every tone, (tones, run-in + N) float32, and the bin of each.

    Args:
        rate_hz: The sample rate.
        run_in_samples: How much of each tone comes before its N samples.
    """
    pitches_hz = [key_frequency_hz(key) * _QUARTER_TONE for key in PIANO_KEYS]
    bins = [
        round(one * FRAME_SAMPLES / rate_hz) for one in pitches_hz if one < _HIGHEST_SHARE * rate_hz
    ]
    moments = np.arange(run_in_samples + FRAME_SAMPLES)
    signals = [
        10.0 ** (level_dbfs / 20.0)
        * np.sin(2.0 * np.pi / FRAME_SAMPLES * (bin_ * moments % FRAME_SAMPLES))
        for bin_ in bins
        for level_dbfs in _LEVELS_DBFS
    ]
    played = [bin_ for bin_ in bins for _ in _LEVELS_DBFS]
    return torch.from_numpy(np.array(signals, np.float32)), played


def aliasing_loss(answers: Tensor, bins: Sequence[int], run_in_samples: int) -> Tensor:
    """Mean over tones of the logarithm of what is no harmonic over what is one, in energy.

    Args:
        answers: What a network plays in the N samples of each tone, (tones, N).
        bins: Of each tone.
        run_in_samples: How much of each tone came before.
    """
    played = answers.detach().cpu().numpy()
    kept = [
        harmonic_part(one, bin_, run_in_samples) for one, bin_ in zip(played, bins, strict=True)
    ]
    targets = torch.from_numpy(np.array(kept, np.float32)).to(answers.device)
    power = (targets - targets.mean(-1, keepdim=True)).square().mean(-1)
    ratio = (answers - targets).square().mean(-1) / power.clamp_min(_SMALLEST_POWER)
    return (ratio + _SMALLEST_RATIO).log().mean()


def harmonic_part(
    frame: npt.NDArray[np.floating], bin_: int, first: int
) -> npt.NDArray[np.float64]:
    """The constant and the harmonics below Nyquist of a steady tone's answer.

    Args:
        frame: The answer, (N,), N prime.
        bin_: Periods of the tone in N samples.
        first: Which sample of the tone the frame begins at.
    """
    samples = len(frame)
    places = bin_ * (first + np.arange(samples)) % samples
    waveform = np.empty(samples)
    waveform[places] = frame
    spectrum = rfft(waveform)
    spectrum[samples // 2 // bin_ + 1 :] = 0.0
    return np.asarray(irfft(spectrum, n=samples)[places])
