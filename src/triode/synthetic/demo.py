"""The pair that a first training run learns from, made without any recording."""

import numpy as np
import numpy.typing as npt

from triode.synthetic.amplifier import amplify
from triode.synthetic.amplifier_settings import AmplifierSettings
from triode.synthetic.guitar import performance

__all__ = ["demo_pair"]


def demo_pair(
    seconds: float = 50.0,
    rate_hz: float = 48000.0,
    seed: int = 0,
    settings: AmplifierSettings | None = None,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return dry and wet, (frames,) float32 each: a performance and the amplifier's answer.

    No passage is repeated, so any part kept back for validation is unseen. Arguments and errors
    are those of `performance` and `amplify`.
    """
    dry = performance(seconds, rate_hz, seed)
    return dry, amplify(dry, rate_hz, settings)
