"""Changing from one size of a model to another while it plays, without a click.

An engine that was not playing knows nothing of the signal. Before it is heard it is fed the past of
the stream, as far back as it can remember, a few blocks' worth in each call so that no call takes
much longer than the others. Then the two are blended.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from triode.runtime.engine import Engine

__all__ = ["Past", "SwitchingPlayer"]

Float32Array = npt.NDArray[np.float32]

_FEEDING = 8
"""Frames that a waiting engine is fed at most in one call, per frame of the call's block."""


class Past:
    """The last `capacity` frames of a stream of blocks (channels, frames); silence before them."""

    def __init__(self, channels: int, capacity: int) -> None:
        self._frames = np.zeros((channels, capacity), np.float32)
        self._capacity = capacity
        self._end = 0

    def clear(self) -> None:
        """Go back to silence."""
        self._frames[:] = 0.0

    def append(self, block: Float32Array) -> None:
        """Remember `block`; what is older than the capacity is forgotten."""
        block = block[:, max(0, block.shape[1] - self._capacity) :]
        first = min(block.shape[1], self._capacity - self._end)
        rest = block.shape[1] - first
        self._frames[:, self._end : self._end + first] = block[:, :first]
        self._frames[:, :rest] = block[:, first:]
        self._end = rest or (self._end + first) % max(1, self._capacity)

    def pieces(self, ago: int, frames: int) -> tuple[Float32Array, ...]:
        """`frames` frames from `ago` frames before the end on, in order, in at most two pieces."""
        start = (self._end - ago) % max(1, self._capacity)
        first = min(frames, self._capacity - start)
        pieces = self._frames[:, start : start + first], self._frames[:, : frames - first]
        return tuple(piece for piece in pieces if piece.shape[1])


class SwitchingPlayer:
    """Plays one of several engines at a time and changes between them when asked.

    Args:
        engines: At rest; all with the same channels.
        memories: For each engine the frames after which it has forgotten everything.
        fade_frames: Length of the blend, at least 1.
    """

    def __init__(
        self, engines: Sequence[Engine], memories: Sequence[int], fade_frames: int
    ) -> None:
        self._engines = tuple(engines)
        self._memories = tuple(memories)
        self._past = Past(engines[0].input_channels, max(memories) if len(engines) > 1 else 0)
        phase = np.pi * (np.arange(fade_frames) + 0.5) / fade_frames
        self._curve = (0.5 - 0.5 * np.cos(phase)).astype(np.float32)
        self._resting = True
        self._active = 0
        self._next: int | None = None
        self._behind = 0
        self._faded = 0
        self._counted = 0
        self._nonfinite_before = 0

    @property
    def nonfinite_samples(self) -> int:
        """Input samples since the last reset that were NaN or infinite and taken as zero."""
        return self._nonfinite_before + self._engines[self._counted].nonfinite_samples

    def reset(self) -> None:
        """Return every engine to the state that silence leads to, and forget the past."""
        for engine in self._engines:
            engine.reset()
        self._past.clear()
        self._resting = True
        self._nonfinite_before = 0

    def process(self, block: Float32Array, wanted: int) -> Float32Array:
        """Play `block`, (channels, frames), and move towards the engine number `wanted`."""
        frames = block.shape[1]
        if frames == 0:
            return self._engines[self._active].process(block)
        self._choose(wanted)
        if self._next is None:
            out = self._engines[self._active].process(block)
        elif self._behind > (_FEEDING - 1) * frames:
            self._feed(min(_FEEDING * frames, self._behind))
            self._behind += frames
            out = self._engines[self._active].process(block)
        else:
            out = self._blend(block, self._next)
        if len(self._engines) > 1:
            self._past.append(block)
        return out

    def _choose(self, wanted: int) -> None:
        if self._resting:
            self._resting = False
            self._active = self._counted = wanted
            self._next = None
        fading = self._next is not None and self._behind == 0
        if fading or wanted == self._next:
            return
        self._next = None if wanted == self._active else wanted
        if self._next is not None:
            self._engines[wanted].reset()
            self._behind = self._memories[wanted]
            self._faded = 0

    def _feed(self, frames: int) -> None:
        if self._next is None:
            return
        for piece in self._past.pieces(self._behind, frames):
            self._engines[self._next].process(piece)
        self._behind -= frames

    def _blend(self, block: Float32Array, following: int) -> Float32Array:
        if self._counted != following:
            self._feed(self._behind)
            before = self._engines[self._counted].nonfinite_samples
            self._nonfinite_before += before - self._engines[following].nonfinite_samples
            self._counted = following
        weights = self._curve[self._faded : self._faded + block.shape[1]]
        old = self._engines[self._active].process(block[:, : len(weights)])
        out = self._engines[following].process(block)
        out[:, : len(weights)] = old + weights * (out[:, : len(weights)] - old)
        self._faded += len(weights)
        if self._faded == len(self._curve):
            self._active, self._next = following, None
        return out
