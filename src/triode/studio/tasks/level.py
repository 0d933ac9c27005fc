"""Setting the level: the loudest passage over and over, and what to turn."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from triode.audio import read_audio
from triode.capture import excitation_signal
from triode.capture.recording import Connection, Duplex, Loop, advise, loudest_span
from triode.processes import Orders, Tell

__all__ = ["do"]

_SECONDS_BETWEEN_WORDS: Final = 0.2
_MOST_SECONDS: Final = 300.0
"""A page that was closed stops nothing; nobody wants to hear it for ever."""


def do(task: Mapping[str, Any], tell: Tell, orders: Orders) -> Mapping[str, Any]:
    """Play the loudest passage of `dry`, or of a new signal of `minutes`, until any order.

    Raises:
        AudioError: The devices or the file cannot be used.
    """
    connection = Connection(**task["connection"])
    connection.check()
    if task["minutes"] is None:
        dry = read_audio(Path(task["dry"])).samples
    else:
        dry = excitation_signal(task["minutes"], connection.rate_hz)
    start, stop = loudest_span(dry, connection.rate_hz)
    # All of the passage, since its loudest moment is what must not clip.
    loop = Loop(dry[start:stop], keep_frames=stop - start)
    began = time.monotonic()
    with Duplex(loop, connection) as stream:
        while not orders.given and time.monotonic() - began < _MOST_SECONDS:
            if stream.wait(_SECONDS_BETWEEN_WORDS):
                break
            peak = float(np.abs(loop.recent).max(initial=0.0))
            tell(
                {
                    "event": "progress",
                    "seconds": time.monotonic() - began,
                    "total_seconds": None,
                    "peak_dbfs": 20.0 * float(np.log10(peak)) if peak > 0.0 else None,
                    "advice": str(advise(peak)),
                }
            )
    return {"files": {}, "warnings": []}
