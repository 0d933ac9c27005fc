"""What is played while recording: a signal once, or a passage over and over."""

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["FULL_SCALE", "Loop", "Take"]

FULL_SCALE: Final = 0.999
"""A converter that gives this much has run out of numbers, or is about to."""

Float32Array = npt.NDArray[np.float32]


class Take:
    """Plays a signal once and keeps what comes back, sample for sample.

    Args:
        signal: What to play, (frames,).
        most_clipped: How many samples may clip before the take is ended; None for any number.
    """

    def __init__(self, signal: Float32Array, *, most_clipped: int | None = None) -> None:
        self._signal = signal
        self._most_clipped = most_clipped
        self._wet = np.zeros(len(signal), np.float32)
        self._peak = 0.0
        self.frames = 0
        self.clipped: list[int] = []
        self.dropped: list[int] = []

    @property
    def wet(self) -> Float32Array:
        """What has come back so far, (frames,)."""
        return self._wet[: self.frames]

    @property
    def complete(self) -> bool:
        """Whether the whole signal has been played."""
        return self.frames == len(self._signal)

    @property
    def stopped_by_clipping(self) -> bool:
        """Whether more samples clipped than may."""
        return self._most_clipped is not None and len(self.clipped) > self._most_clipped

    def read_peak(self) -> float:
        """The highest magnitude that came back since it was last asked for."""
        peak, self._peak = self._peak, 0.0
        return peak

    def play(self, entry: Float32Array, *, dropped: bool) -> Float32Array | None:
        """See `Player`."""
        if self.complete or self.stopped_by_clipping:
            return None
        start = self.frames
        stop = min(start + len(entry), len(self._signal))
        if dropped:
            self.dropped.append(start)
        heard = entry[: stop - start]
        self._wet[start:stop] = heard
        magnitude = np.abs(heard)
        self._peak = max(self._peak, float(magnitude.max(initial=0.0)))
        self.clipped += (start + np.flatnonzero(magnitude >= FULL_SCALE)).tolist()
        played = np.zeros(len(entry), np.float32)
        played[: stop - start] = self._signal[start:stop]
        self.frames = stop
        return played


class Loop:
    """Plays a passage over and over, and remembers the last of what comes back.

    Args:
        passage: What to play, (frames,), at least one.
        keep_frames: How much to remember.
    """

    def __init__(self, passage: Float32Array, keep_frames: int) -> None:
        self._passage = passage
        self._position = 0
        self._recent = np.zeros(keep_frames, np.float32)

    @property
    def recent(self) -> Float32Array:
        """The last that came back, (keep_frames,), zeros before there was anything."""
        return self._recent.copy()

    def play(self, entry: Float32Array, *, dropped: bool) -> Float32Array:
        """See `Player`."""
        del dropped
        kept = len(self._recent)
        self._recent = np.concatenate([self._recent, entry])[-kept:]
        places = (self._position + np.arange(len(entry))) % len(self._passage)
        self._position += len(entry)
        return np.asarray(self._passage[places])
