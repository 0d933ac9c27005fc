"""Aliasing of whatever one has at hand: a function, a network, or a `.nam` file."""

import os
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from triode.architectures import Network, networks, select
from triode.graph import settle_samples
from triode.metrics.aliasing import AliasingMap, aliasing_map

__all__ = ["asr"]

Render = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.floating]]


def asr(
    model: "Render | Network | str | os.PathLike[str]",
    rate_hz: float | None = None,
    *,
    size: str | float | None = None,
) -> AliasingMap:
    """Return the aliasing of `model` over the 88 piano keys and three levels.

        from triode.metrics import asr

        asr("amp.nam", size="full").median_db
        asr(play, 48000.0).mean_db  # play: (frames,) float32 -> (frames,), from rest each time

    Args:
        model: A function that plays (frames,) float32 from the same state at every call, a
            network, or the path of a `.nam` file. Networks run through compiled code where that
            can be made; A2-Full takes a few seconds.
        rate_hz: The rate of a function, 48 kHz when None; a network has its own.
        size: Which size of a file, as `triode.architectures.select` takes it; the largest when
            None.

    Raises:
        TriodeError: The file cannot be read, has no such size or is not mono.
        AudioError: What the model plays cannot be measured; see `aliasing_map`.
    """
    if isinstance(model, str | os.PathLike):
        from triode.nam import read

        model = select(networks(read(model)), size)
    if isinstance(model, Network):
        from triode.runtime.repeated import renderer

        rest = settle_samples(model.graph, model.model.rate_hz)
        return aliasing_map(renderer(model), model.model.rate_hz, rest_samples=rest)
    return aliasing_map(model, 48000.0 if rate_hz is None else rate_hz)
