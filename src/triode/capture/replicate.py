"""How well the gear repeats itself, which limits every capture.

Each of two takes is what the gear does plus noise of its own, n1 and n2. Their difference n1 - n2
has twice the energy of either, for the two do not know of each other. A perfect capture has no
noise, so it differs from a take by n1 alone: half the ESR between takes is the best there is.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from triode.audio import blocks_of
from triode.capture.repeats import Repeat
from triode.capture.splitting import Range, clean_part

__all__ = ["best_possible_esr", "replicate_floor_esr", "replicate_text"]

_SHORTEST_SECONDS = 2.0


def best_possible_esr(floor_esr: float) -> float:
    """The lowest ESR that a capture can have, from the one between two takes."""
    return floor_esr / 2


def replicate_text(floor_esr: float) -> str:
    """The same in words."""
    if floor_esr == 0:
        return "Two takes of the same passage are equal to the last bit: nothing limits a capture."
    return (
        f"The best ESR this recording allows is {best_possible_esr(floor_esr):.2g}: half of the "
        f"{floor_esr:.2g} by which two takes of the same passage differ, since both have noise of "
        "their own and a perfect capture has none."
    )


def replicate_floor_esr(
    wet: npt.NDArray[np.float32],
    rate_hz: float,
    repeats: Sequence[Repeat],
    excluded: Sequence[Range] = (),
) -> float | None:
    """ESR between two recordings of the longest repeated passage, the later one as reference.

    Args:
        wet: Shape (frames,), aligned with the dry signal in which `repeats` were found.
        rate_hz: Its rate.
        repeats: Passages, longest first.
        excluded: Where `wet` is not what the gear made of it; of a passage that one of these lies
            in, in either recording, the longest part without is taken.

    Returns:
        None when no passage of two seconds is repeated, or the gear is silent in it.
    """
    for repeat in repeats:
        whole = repeat.first, repeat.first + min(repeat.frames, len(wet) - repeat.second)
        distance = repeat.second - repeat.first
        earlier = [(start - distance, stop - distance) for start, stop in excluded]
        begin, end = clean_part(whole, [*excluded, *earlier])
        frames = end - begin
        if frames < _SHORTEST_SECONDS * rate_hz:
            continue
        error = energy = 0.0
        takes = (wet[start : start + frames] for start in (begin, begin + distance))
        for first, second in zip(*map(blocks_of, takes), strict=True):
            reference = second.astype(np.float64)
            error += float(np.sum((first - reference) ** 2))
            energy += float(reference @ reference)
        if energy > 0:
            return error / energy
    return None
