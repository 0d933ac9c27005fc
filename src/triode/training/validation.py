"""The ESR of networks over passages, in memory that does not grow with their length."""

from collections.abc import Sequence

import torch
from torch import Tensor

from triode.graph.torch_mapping import TorchGraph
from triode.graph.torch_stacked import StackedGraph
from triode.training.recipe import Validation
from triode.training.windows import cut, cut_together

__all__ = ["passage_esr", "passage_esrs"]


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


def passage_esrs(
    networks: StackedGraph,
    dry: Tensor,
    wet: Tensor,
    passages: Sequence[tuple[int, int]],
    run_in_samples: int,
    cutting: Validation,
) -> list[float]:
    """`passage_esr` of several networks, each over a passage of its own recording.

    Args:
        networks: Side by side.
        dry: (networks, frames) on their device.
        wet: (networks, frames) beside it.
        passages: [start, stop) in samples for each.
        run_in_samples: Context before every segment, as in `passage_esr`.
        cutting: Length of a segment, and about how many at once.
    """
    length, longest = cutting.segment_samples, max(stop - start for start, stop in passages)
    length = min(length, longest)
    count, at_once = -(-longest // length), max(1, cutting.batch_size // len(passages))
    first, last = torch.tensor(passages, device=dry.device).T[..., None]
    # Silence before the first sample; and behind the last, for passages that end sooner.
    silence = run_in_samples, length * count
    before, after = (torch.nn.functional.pad(one, silence) for one in (dry, wet))
    errors, energies = (torch.zeros(len(passages), dtype=torch.float64) for _ in range(2))
    with torch.inference_mode():
        for index in range(0, count, at_once):
            segments = torch.arange(index, min(index + at_once, count), device=dry.device)
            starts = run_in_samples + first + length * segments
            signal = cut_together(before, starts, run_in_samples, length)
            estimate = networks(signal[:, :, None])[:, :, 0, -length:].double()
            wanted = cut_together(after, starts, 0, length).double()
            frames = starts[..., None] - run_in_samples + torch.arange(length, device=dry.device)
            inside = frames < last[..., None]
            errors += ((wanted - estimate).square() * inside).sum((1, 2)).cpu()
            energies += (wanted.square() * inside).sum((1, 2)).cpu()
    return [float(error / energy) for error, energy in zip(errors, energies, strict=True)]
