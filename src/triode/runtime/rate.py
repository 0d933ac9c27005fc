"""Streams of blocks from one sample rate to another."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt
import soxr

__all__ = ["AtOtherRate", "converted"]

Float32Array = npt.NDArray[np.float32]

_LIVE_QUALITY = "LQ"
"""16 bits of precision: a quarter of the delay of soxr's high quality."""
_TRIAL_SECONDS = 1.0


def converted(
    blocks: Iterable[Float32Array], from_hz: float, to_hz: float
) -> Iterator[Float32Array]:
    """Blocks (frames,) at `to_hz` from blocks at `from_hz`; the same blocks when the two agree.

    The resampler (soxr, very high quality) compensates its own delay: the streams start together.
    """
    if from_hz == to_hz:
        yield from blocks
        return
    stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality="VHQ")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.zeros(0, np.float32), last=True)


class AtOtherRate:
    """Plays a stream of `rate_hz` through something that works at `inner_rate_hz`, live.

    Resamplers answer late and unevenly. Enough silence comes out first that every block can be
    answered in full; how much that takes is tried out on silence when this is made.

    Args:
        inner: Plays (frames,) float32 at `inner_rate_hz`, frame for frame.
        rate_hz: Of the stream.
        inner_rate_hz: Of `inner`.
        block_frames: The usual length of a block.

    Attributes:
        delay_samples: By how many samples, at `rate_hz`, the output is late.
        missing_samples: Samples that were not ready in time, if blocks came in other lengths.
    """

    def __init__(
        self,
        inner: Callable[[Float32Array], Float32Array],
        rate_hz: float,
        inner_rate_hz: float,
        block_frames: int,
    ) -> None:
        self._inner = inner
        self._rates = (rate_hz, inner_rate_hz)
        self._entry, self._exit = self._streams()
        self.delay_samples = self._longest_wait(block_frames)
        self._ready = np.zeros(self.delay_samples, np.float32)
        self.missing_samples = 0

    def process(self, block: Float32Array) -> Float32Array:
        """The output for the next frames, (frames,) float32, `delay_samples` late."""
        inner = self._inner(self._entry.resample_chunk(block))
        ready = np.concatenate([self._ready, self._exit.resample_chunk(inner)])
        missing = max(0, len(block) - len(ready))
        self.missing_samples += missing
        self._ready = ready[len(block) :]
        return np.pad(ready[: len(block)], (missing, 0))

    def _streams(self) -> tuple[soxr.ResampleStream, soxr.ResampleStream]:
        outer, inner = self._rates
        return (
            soxr.ResampleStream(outer, inner, 1, dtype="float32", quality=_LIVE_QUALITY),
            soxr.ResampleStream(inner, outer, 1, dtype="float32", quality=_LIVE_QUALITY),
        )

    def _longest_wait(self, block_frames: int) -> int:
        entry, leave = self._streams()
        silence = np.zeros(block_frames, np.float32)
        wait = longest = 0
        for _ in range(max(4, round(_TRIAL_SECONDS * self._rates[0] / block_frames))):
            answered = len(leave.resample_chunk(entry.resample_chunk(silence)))
            wait += block_frames - answered
            longest = max(longest, wait)
        return longest
