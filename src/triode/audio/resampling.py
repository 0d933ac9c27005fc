"""Changing the sample rate."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import soxr

from triode.audio.store import IN_MEMORY, SignalStore, blocks_of
from triode.errors import AudioError

__all__ = ["resample"]


def resample(
    samples: npt.NDArray[np.float32],
    from_hz: float,
    to_hz: float,
    store: SignalStore = IN_MEMORY,
) -> npt.NDArray[np.float32]:
    """Bring `samples` from one rate to another with soxr's very high quality, linear phase.

    Time zero stays where it is, so an aligned pair stays aligned.

    Args:
        samples: Shape (frames,).
        from_hz: The rate of `samples`, above zero.
        to_hz: The rate of the result, above zero.
        store: Where to keep the result; one that is not short is computed in blocks.

    Returns:
        Shape (about frames * to_hz / from_hz,); `samples` itself when the rates are equal.

    Raises:
        AudioError: A rate is not above zero.
        OutputError: The store cannot be written.
    """
    if not (from_hz > 0 and to_hz > 0):
        raise AudioError(
            "a sample rate is not above zero", expected="hertz > 0", got=f"{from_hz} and {to_hz}"
        )
    if from_hz == to_hz:
        return samples
    frames = round(len(samples) * to_hz / from_hz)
    if not store.holds_in_memory(frames):
        return store.keep(_resampled_blocks(samples, from_hz, to_hz), frames)
    resampled = soxr.resample(samples, from_hz, to_hz, quality="VHQ")
    return np.asarray(resampled, np.float32)


def _resampled_blocks(
    samples: npt.NDArray[np.float32], from_hz: float, to_hz: float
) -> Iterator[npt.NDArray[np.float32]]:
    stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality="VHQ")
    for block in blocks_of(samples):
        yield np.asarray(stream.resample_chunk(np.ascontiguousarray(block)), np.float32)
    yield np.asarray(stream.resample_chunk(np.zeros(0, np.float32), last=True), np.float32)
