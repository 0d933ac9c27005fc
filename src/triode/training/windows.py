"""Training windows: where each one starts, in which order they come, and cutting them out.

A window is `run_in_samples` of dry context followed by `output_samples` that the loss sees. Both
lie inside one training range, so nothing outside of the ranges is ever looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from triode.errors import TrainingError

__all__ = ["WindowPlan", "cut", "cut_together"]

_SEED_OF_WINDOWS = 1


@dataclass(frozen=True, kw_only=True)
class WindowPlan:
    """All windows of a training, reproducible from (seed, epoch) alone.

    In every epoch the windows tile each range; what is left over, less than a window, is divided
    at random between both ends, so that window borders move from epoch to epoch.

    Attributes:
        ranges: Training ranges, [start, stop) in samples.
        run_in_samples: Context before the outputs of a window.
        output_samples: Outputs of a window.
        batch_size: Windows per step; a last incomplete batch is left out.
        seed: Of the order.

    Raises:
        TrainingError: Not even one window fits.
    """

    ranges: Sequence[tuple[int, int]]
    run_in_samples: int
    output_samples: int
    batch_size: int
    seed: int

    def __post_init__(self) -> None:
        if self._windows == 0:
            longest = max((stop - start for start, stop in self.ranges), default=0)
            raise TrainingError(
                "the training passage is too short for this recipe",
                expected=f"at least {self.run_in_samples + self.output_samples} samples in a row "
                f"({self.run_in_samples} of run-in and one window of {self.output_samples})",
                got=f"{longest} samples",
                hint="Record more, or use a recipe with a smaller windows.output_samples.",
            )

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps in each epoch."""
        return max(1, self._windows // self.batch_size)

    def batches(self, epoch: int) -> Iterator[npt.NDArray[np.int64]]:
        """Yield, batch by batch, the first output sample of each window."""
        generator = np.random.default_rng((_SEED_OF_WINDOWS, self.seed, epoch))
        starts = []
        for start, stop in self.ranges:
            count = self._count(start, stop)
            slack = stop - start - self.run_in_samples - count * self.output_samples
            if count:
                first = start + self.run_in_samples + int(generator.integers(0, slack + 1))
                starts.append(first + self.output_samples * np.arange(count, dtype=np.int64))
        shuffled = generator.permutation(np.concatenate(starts))
        for step in range(self.steps_per_epoch):
            yield shuffled[step * self.batch_size : (step + 1) * self.batch_size]

    @property
    def _windows(self) -> int:
        return sum(self._count(start, stop) for start, stop in self.ranges)

    def _count(self, start: int, stop: int) -> int:
        return max(0, stop - start - self.run_in_samples) // self.output_samples


def cut(
    signal: Tensor, starts: Sequence[int] | npt.NDArray[np.int64], before: int, after: int
) -> Tensor:
    """Stack `signal`[start - before : start + after] for each start: (batch, before + after)."""
    return torch.stack([signal[start - before : start + after] for start in map(int, starts)])


def cut_together(signals: Tensor, starts: Tensor, before: int, after: int) -> Tensor:
    """The same of several signals, (networks, frames), each with a row of `starts`.

    Returns:
        (networks, batch, before + after).
    """
    places = starts[..., None] + torch.arange(-before, after, device=starts.device)
    return signals.gather(1, places.flatten(1)).view(places.shape)
