"""What a test set plays: a signal that drives every path, and a guitar."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from triode.compiler.targets.vectors import driving_signal
from triode.synthetic import performance

__all__ = ["PROBE", "TINY_FRAMES", "set_signals", "write_signal"]

PROBE = "probe"
TINY_FRAMES = 64
_PROBE_SECONDS = 0.25
_PLAYING_SECONDS = 0.5
_PLAYING_FROM_SECONDS = 0.1

Float32Array = npt.NDArray[np.float32]


def set_signals(rate_hz: int) -> dict[str, Float32Array]:
    """The signals by name, (frames,) float32 each.

    `PROBE` is a third loud noise, a third a tone, then a click in silence, 0.25 s in all; "playing"
    is half a second of a synthetic performance. Both are the same whenever they are made.
    """
    lead_in, length = (
        round(seconds * rate_hz) for seconds in (_PLAYING_FROM_SECONDS, _PLAYING_SECONDS)
    )
    played = performance(_PLAYING_FROM_SECONDS + _PLAYING_SECONDS, rate_hz)
    return {
        PROBE: driving_signal(round(_PROBE_SECONDS * rate_hz), rate_hz)[0],
        "playing": played[lead_in : lead_in + length],
    }


def write_signal(path: Path, signal: Float32Array, rate_hz: int) -> None:
    """Write (frames,) float32 as a mono WAV file; equal signals give equal files.

    `triode.audio` writes through libsndfile, which puts the time into files of 32-bit float.
    """
    from scipy.io import wavfile

    wavfile.write(path, rate_hz, signal)
