"""The ESR of a network over a passage, in memory that does not grow with its length."""

import torch
from torch import Tensor

from triode.graph.torch_mapping import TorchGraph
from triode.training.recipe import Validation
from triode.training.windows import cut

__all__ = ["passage_esr"]


def passage_esr(
    module: TorchGraph,
    dry: Tensor,
    wet: Tensor,
    passage: tuple[int, int],
    run_in_samples: int,
    cutting: Validation,
) -> float:
    """Sum of squared errors over sum of squares of `wet`, over the whole passage [start, stop).

    The passage is evaluated in segments, each after its own run-in of real context; before the
    first sample of `dry` there is silence. For a network with finite memory this is exactly what
    playing the passage in one go gives.

    Args:
        module: The network; it is left in training mode.
        dry: (frames,) on the module's device.
        wet: (frames,) beside it.
        passage: [start, stop) in samples.
        run_in_samples: Context before every segment, at least the receptive field less one.
        cutting: Length of a segment, and how many at once.
    """
    start, stop = passage
    length = cutting.segment_samples
    whole = [start + length * index for index in range((stop - start) // length)]
    rest = start + length * len(whole)
    groups = [
        (whole[first : first + cutting.batch_size], length)
        for first in range(0, len(whole), cutting.batch_size)
    ]
    if rest < stop:
        groups.append(([rest], stop - rest))
    # Only the passage and its context: a recording may be longer than memory.
    first = max(0, start - run_in_samples)
    context = torch.nn.functional.pad(dry[first:stop], (first - (start - run_in_samples), 0))
    error_energy = signal_energy = 0.0
    module.eval()
    with torch.inference_mode():
        for starts, samples in groups:
            positions = [one - start for one in starts]
            signal = cut(context, positions, 0, run_in_samples + samples)
            estimate = module(signal[:, None])[:, 0, -samples:]
            wanted = cut(wet, starts, 0, samples).double()
            error_energy += float((wanted - estimate.double()).square().sum())
            signal_energy += float(wanted.square().sum())
    module.train()
    return error_energy / signal_energy
