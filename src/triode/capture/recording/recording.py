"""A take from its first click to its verdict."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.capture.excitation import recognise_excitation
from triode.capture.recording.dropouts import Dropout, find_dropouts
from triode.capture.recording.duplex import Connection, Duplex
from triode.capture.recording.likeness import is_plain_copy
from triode.capture.recording.players import Take
from triode.capture.recording.round_trip import LONGEST_SECONDS, head, round_trip_samples
from triode.errors import CaptureError

__all__ = ["Progress", "Recording", "record"]

_POLL_SECONDS = 0.1
_STALLED_SECONDS = 5.0
_MARGIN_SAMPLES = 32
_MOST_CLIPPED = 3
_SILENT_DBFS = -100.0

Float32Array = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a take is: seconds played, seconds in all, peak magnitude since the last time."""

    seconds: float
    total_seconds: float
    peak: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Recording:
    """What came back, and what is known about it. Samples count from the start of `wet`.

    Attributes:
        wet: (frames,), the round trip cut off at its beginning, as long as what was played.
        rate_hz: Its rate.
        round_trip_samples: How much later than it was sent the sound came back, gear included.
        stopped: Why the take ended early; None when it is whole.
        clipped: Samples at full scale.
        reported: Samples at which the sound system said that some were lost.
        dropouts: What the signal's own clicks say about that; empty for other signals.
        plain_copy: Whether what came back is what was sent, so that no gear can be between.
    """

    wet: Float32Array
    rate_hz: int
    round_trip_samples: int
    stopped: str | None
    clipped: tuple[int, ...]
    reported: tuple[int, ...]
    dropouts: tuple[Dropout, ...]
    plain_copy: bool


def record(
    dry: Float32Array,
    connection: Connection,
    *,
    allow_clipping: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> Recording:
    """Play `dry` through the gear and record what comes back, in one stream.

    Three clicks are played first, to measure the round trip and to end at once when nothing comes
    back. Ctrl-C, clipping or a device that goes away end the take; what was recorded is returned.

    Args:
        dry: What to play, (frames,), at the connection's rate.
        connection: Devices and channels.
        allow_clipping: Go on where the input clips; otherwise the take ends.
        on_progress: Told ten times a second.

    Raises:
        AudioError: The devices cannot be used.
        CaptureError: The clicks do not come back.
    """
    rate_hz = connection.rate_hz
    clicks = head(rate_hz)
    tail = np.zeros(round((LONGEST_SECONDS + 0.1) * rate_hz), np.float32)
    take = Take(
        np.concatenate([clicks, dry, tail]),
        most_clipped=None if allow_clipping else _MOST_CLIPPED,
    )
    trip: int | None = None
    stopped: str | None = None
    try:
        with Duplex(take, connection) as stream:
            watch = _Watch(take)
            while not stream.wait(_POLL_SECONDS):
                if trip is None and take.frames >= len(clicks):
                    trip = _require_round_trip(take.wet[: len(clicks)], rate_hz)
                if on_progress is not None:
                    on_progress(_progress(take, len(clicks), len(dry), rate_hz))
                watch.check()
    except KeyboardInterrupt:
        stopped = "interrupted"
    except _StalledError:
        stopped = "the sound device stopped"
    if take.stopped_by_clipping:
        stopped = "the input clips"
    elif not take.complete and stopped is None:
        stopped = "the sound device stopped"
    if trip is None:
        if take.frames < len(clicks):
            trip = 0
        else:
            trip = _require_round_trip(take.wet[: len(clicks)], rate_hz)
    return _recording(take, dry, len(clicks), trip, rate_hz, stopped)


def _recording(
    take: Take, dry: Float32Array, lead: int, trip: int, rate_hz: int, stopped: str | None
) -> Recording:
    start = lead + max(0, trip - _MARGIN_SAMPLES)
    wet = take.wet[start : start + len(dry)].copy()
    heard = len(wet) >= len(dry) // 2
    layout = recognise_excitation(dry, rate_hz)
    reported = tuple(one - start for one in take.dropped if start < one < start + len(wet))
    dropouts = () if layout is None else find_dropouts(dry, wet, layout, reported)
    return Recording(
        wet=wet,
        rate_hz=rate_hz,
        round_trip_samples=trip,
        stopped=stopped,
        clipped=tuple(one - start for one in take.clipped if one >= start),
        reported=reported,
        dropouts=dropouts,
        plain_copy=heard and is_plain_copy(dry, wet, rate_hz),
    )


class _StalledError(Exception):
    """The stream is open but nothing moves."""


class _Watch:
    """Notices that a take no longer goes on."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._frames = -1
        self._since = time.monotonic()

    def check(self) -> None:
        if self._take.frames != self._frames:
            self._frames, self._since = self._take.frames, time.monotonic()
        elif time.monotonic() - self._since > _STALLED_SECONDS:
            raise _StalledError


def _progress(take: Take, lead: int, frames: int, rate_hz: int) -> Progress:
    played = min(max(0, take.frames - lead), frames)
    return Progress(seconds=played / rate_hz, total_seconds=frames / rate_hz, peak=take.read_peak())


def _require_round_trip(heard: Float32Array, rate_hz: int) -> int:
    trip = round_trip_samples(heard, rate_hz)
    if trip is not None:
        return trip
    peak = float(np.abs(heard - heard.mean()).max(initial=0.0))
    peak_dbfs = 20.0 * np.log10(max(peak, 1e-10))
    raise CaptureError(
        "the clicks that were sent did not come back",
        expected=f"three clicks within {LONGEST_SECONDS:g} s",
        got="silence"
        if peak_dbfs < _SILENT_DBFS
        else f"noise or other sound, peak {peak_dbfs:.0f} dBFS",
        hint="Check that the output goes to the gear and the gear to the input, that both channels "
        "are right (--input-channel, --output-channel), and that nothing is muted.",
    )
