"""Quiet windows of a recording: decays and what comes after them, where an error counts little.

The mean squared error weighs a note's first tenth of a second as much as the rest of it; a window
that is 30 dB below the loud ones is a thousandth of the loss. Judged each by its own level, quiet
windows count as much as loud ones.
"""

import numpy as np
import torch
from torch import Tensor

from triode.training.material import Material

__all__ = ["quiet_loss", "quiet_windows"]

_SMALLEST_ERROR, _SMALLEST_POWER = 1e-8, 1e-9
_QUIETEST_DB, _LOUDEST_DB = -70.0, -15.0


def quiet_windows(
    material: Material, run_in_samples: int, output_samples: int
) -> tuple[Tensor, Tensor]:
    """Dry windows with their run-in, (windows, run-in + outputs), and wet ones, (windows, outputs).

    Windows tile the training ranges, each half over the one before; those between 15 and 70 dB
    below the mean power of the wet recording are quiet. What is quieter still is silence or noise,
    in which there is nothing to learn.
    """
    starts = [
        start
        for low, high in material.training
        for start in range(
            low + run_in_samples, high - output_samples + 1, max(1, output_samples // 2)
        )
    ]
    wet = [material.wet[one : one + output_samples] for one in starts]
    power = np.array([float(np.mean(np.square(one, dtype=np.float64))) for one in wet])
    level_db = 10.0 * np.log10(np.maximum(power / max(power.mean(), 1e-30), 1e-30))
    chosen = np.flatnonzero((level_db > _QUIETEST_DB) & (level_db < _LOUDEST_DB))
    dry = np.empty((len(chosen), run_in_samples + output_samples), np.float32)
    answers = np.empty((len(chosen), output_samples), np.float32)
    for row, place in enumerate(chosen):
        stop = starts[place] + output_samples
        dry[row] = material.dry[starts[place] - run_in_samples : stop]
        answers[row] = wet[place]
    return torch.from_numpy(dry), torch.from_numpy(answers)


def quiet_loss(answers: Tensor, wet: Tensor) -> Tensor:
    """Mean over windows of the logarithm of each one's own ESR, (windows, frames) each."""
    power = wet.square().mean(-1).clamp_min(_SMALLEST_POWER)
    return ((answers - wet).square().mean(-1) / power + _SMALLEST_ERROR).log().mean()
