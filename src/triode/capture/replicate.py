"""How well the gear repeats itself: no capture can do better."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from triode.audio import blocks_of
from triode.capture.repeats import Repeat

__all__ = ["replicate_floor_esr"]

_SHORTEST_SECONDS = 2.0


def replicate_floor_esr(
    wet: npt.NDArray[np.float32], rate_hz: float, repeats: Sequence[Repeat]
) -> float | None:
    """ESR between two recordings of the longest repeated passage, the later one as reference.

    Args:
        wet: Shape (frames,), aligned with the dry signal in which `repeats` were found.
        rate_hz: Its rate.
        repeats: Passages, longest first.

    Returns:
        None when no passage of two seconds is repeated, or the gear is silent in it.
    """
    for repeat in repeats:
        frames = min(repeat.frames, len(wet) - repeat.second)
        if frames < _SHORTEST_SECONDS * rate_hz:
            continue
        error = energy = 0.0
        takes = (wet[start : start + frames] for start in (repeat.first, repeat.second))
        for first, second in zip(*map(blocks_of, takes), strict=True):
            reference = second.astype(np.float64)
            error += float(np.sum((first - reference) ** 2))
            energy += float(reference @ reference)
        if energy > 0:
            return error / energy
    return None
