"""What a model, or gear that can be asked, does when it is given signals made for the purpose."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.metrics import (
    AliasingMap,
    AtRest,
    BurstResponse,
    HarmonicLevels,
    TransferCurve,
    aliasing_map,
    at_rest,
    burst_response,
    harmonic_levels,
    step_response,
    transfer_curve,
)

__all__ = ["Play", "Probes", "probe"]

Play = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]
"""Plays (frames,) from the steady state of silence at every call."""


@dataclass(frozen=True, kw_only=True)
class Probes:
    """See `triode.metrics` for each; `step` is milliseconds and output, (frames,) each."""

    aliasing: AliasingMap
    rest: AtRest
    harmonics: HarmonicLevels
    transfer: TransferCurve
    burst: BurstResponse
    step: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def probe(play: Play, rate_hz: float, *, rest_samples: int) -> Probes:
    """Ask something that plays for its aliasing, its rest, its harmonics and its dynamics.

    Args:
        play: What to ask.
        rate_hz: Its sample rate.
        rest_samples: How long it takes to reach its steady state.

    Raises:
        AudioError: It plays something that is not finite.
    """
    return Probes(
        aliasing=aliasing_map(play, rate_hz, rest_samples=rest_samples),
        rest=at_rest(play, rate_hz),
        harmonics=harmonic_levels(play, rate_hz, rest_samples=rest_samples),
        transfer=transfer_curve(play, rate_hz, rest_samples=rest_samples),
        burst=burst_response(play, rate_hz),
        step=step_response(play, rate_hz),
    )
