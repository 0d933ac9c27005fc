"""The part of the signal that shows the delay best: its bursts of noise."""

from typing import Final

import numpy as np
import numpy.typing as npt

from triode.capture.excitation.layout import Layout

__all__ = ["alignment_parts"]

_REACH_SECONDS: Final = 2.0

Signal = npt.NDArray[np.float32]


def alignment_parts(dry: Signal, wet: Signal, layout: Layout | None) -> tuple[Signal, Signal]:
    """What to correlate of `dry` and `wet`, (frames,) each, with the delay between them unchanged.

    Noise has no pitch, and its correlation with what gear makes of it has one peak; that of
    playing has many. Around the bursts, `dry` is silenced as far as a delay may reach.

    Returns:
        All of both when there is no layout, or the recording lacks the bursts.
    """
    spans = () if layout is None else layout.spans("noise")
    if layout is None or not spans:
        return dry, wet
    reach = round(_REACH_SECONDS * layout.rate_hz)
    first, last = spans[0][0], spans[-1][1]
    start = max(0, first - reach)
    part = np.zeros(min(len(dry), last + reach) - start, np.float32)
    part[first - start : last - start] = dry[first:last]
    return part, wet[start : start + len(part)]
