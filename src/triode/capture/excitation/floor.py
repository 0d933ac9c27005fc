"""What the gear says when nothing is said to it."""

import numpy as np
import numpy.typing as npt

from triode.audio import rms_db
from triode.capture.excitation.layout import Layout

__all__ = ["noise_floor_dbfs"]


def noise_floor_dbfs(wet: npt.NDArray[np.float32], layout: Layout) -> float | None:
    """RMS level of the wet signal in the layout's silences, its mean taken off.

    Args:
        wet: Shape (frames,), aligned with the recording that `layout` describes.
        layout: Where the silences are.

    Returns:
        Decibels of full scale; None when the recording has no silence left.
    """
    quiet = [wet[start:stop] for start, stop in layout.silences]
    if not quiet:
        return None
    noise = np.concatenate([one - one.mean() for one in quiet])
    return rms_db(noise)
