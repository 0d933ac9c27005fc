"""A take through the gear."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from triode.audio import read_audio, write_audio
from triode.capture import excitation_signal
from triode.capture.checks.refusals import check_rate
from triode.capture.recording import Connection, Progress, Recording, record
from triode.processes import Orders, Tell
from triode.studio.tasks.examine import facts_of

__all__ = ["do"]

_SECONDS_BETWEEN_WORDS: Final = 0.2


def do(task: Mapping[str, Any], tell: Tell, orders: Orders) -> Mapping[str, Any]:
    """Play `dry`, or a new signal of `minutes` that is written there first, and record `wet`.

    Any order ends the take; what there is of it is kept.

    Raises:
        AudioError, CaptureError, OutputError: The devices or files cannot be used, or nothing
            comes back.
    """
    dry_path, wet_path = Path(task["dry"]), Path(task["wet"])
    connection = Connection(**task["connection"])
    connection.check()
    if task["minutes"] is not None:
        signal = excitation_signal(task["minutes"], connection.rate_hz)
        write_audio(dry_path, signal, connection.rate_hz, "PCM_24")
    audio = read_audio(dry_path)
    check_rate(audio.rate_hz, dry_path)
    take = record(
        audio.samples,
        connection,
        allow_clipping=task["allow_clipping"],
        on_progress=_teller(tell, orders),
    )
    recorded = [dry_path] if task["minutes"] is not None else []
    if len(take.wet):
        write_audio(wet_path, take.wet, take.rate_hz)
        recorded.append(wet_path)
    return {
        "files": {path.stem: facts_of(path) for path in recorded},
        "stopped": take.stopped,
        "warnings": _warnings(take),
        "round_trip_samples": take.round_trip_samples,
    }


def _teller(tell: Tell, orders: Orders) -> Callable[[Progress], None]:
    told = 0.0
    peak = 0.0

    def on_progress(progress: Progress) -> None:
        nonlocal told, peak
        if orders.given:
            # As Ctrl-C does on the command line: the take ends and is kept.
            raise KeyboardInterrupt
        peak = max(peak, progress.peak)
        if time.monotonic() - told >= _SECONDS_BETWEEN_WORDS:
            told = time.monotonic()
            level = 20.0 * float(np.log10(peak)) if peak > 0.0 else None
            peak = 0.0
            tell(
                {
                    "event": "progress",
                    "seconds": progress.seconds,
                    "total_seconds": progress.total_seconds,
                    "peak_dbfs": level,
                }
            )

    return on_progress


def _warnings(take: Recording) -> list[str]:
    found = []
    if take.stopped is not None:
        found.append(f"The take ended early: {take.stopped}.")
    if take.clipped:
        found.append(f"The input was at full scale {len(take.clipped)} times; turn it down.")
    if take.dropouts or take.reported:
        lost = len(take.dropouts) or len(take.reported)
        found.append(f"Samples were lost at {lost} places; close other programs and try again.")
    if take.plain_copy:
        found.append("What came back is what was sent: there is no gear in between.")
    return found
