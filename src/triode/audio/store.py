"""Signals too long for memory, kept in files that nobody has to remove.

A long signal is written to a temporary file without a name and mapped into memory: it looks like
any other array, its samples come from the disk when they are touched, and the file is gone when the
array is, even after a kill. Pages that were touched stay in memory until the system wants them
back or `release` gives them back, so whoever walks along a signal does so with `blocks_of`.
"""

import contextlib
import mmap
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from triode.errors import OutputError

__all__ = ["BLOCK_FRAMES", "IN_MEMORY", "SignalStore", "blocks_of", "peak_at", "peak_of", "release"]

BLOCK_FRAMES: Final = 1 << 18
"""How much of a signal is worked on at a time where nothing else decides."""

_LONGEST_IN_MEMORY_FRAMES = 1 << 22

Signal = npt.NDArray[np.float32]


class SignalStore:
    """Keeps signals: short ones in memory, long ones in unnamed files in `folder`.

    Args:
        folder: Where the files are; None keeps everything in memory.
        longest_in_memory_frames: What counts as short: by default 87 seconds at 48 kHz.
    """

    def __init__(
        self,
        folder: Path | None = None,
        longest_in_memory_frames: int = _LONGEST_IN_MEMORY_FRAMES,
    ) -> None:
        self._folder = folder
        self._longest_in_memory_frames = longest_in_memory_frames

    def holds_in_memory(self, frames: int) -> bool:
        """Whether a signal of that length is short."""
        return self._folder is None or frames <= self._longest_in_memory_frames

    def keep(self, blocks: Iterable[Signal], frames: int) -> Signal:
        """A signal of about `frames` samples, made of `blocks`, (frames,) each.

        Raises:
            OutputError: The disk has no room, or the folder cannot be written.
        """
        if self.holds_in_memory(frames):
            return np.concatenate([np.zeros(0, np.float32), *blocks])
        assert self._folder is not None
        with contextlib.ExitStack() as stack:
            try:
                file = stack.enter_context(tempfile.TemporaryFile(dir=self._folder))
                written = sum(file.write(np.ascontiguousarray(block).data) for block in blocks)
                file.flush()
                # A private mapping: torch wants arrays that could be written to.
                return np.memmap(file, np.float32, "c", shape=(written // 4,))
            except OSError as error:
                raise OutputError(
                    "a long recording is kept on disk while it is worked on, and cannot be",
                    where=self._folder,
                    expected=f"{frames * 4 >> 20} MB of free space",
                    got=error.strerror or error,
                    hint="Make room there, choose an output in another folder, or set TMPDIR.",
                ) from error


IN_MEMORY: Final = SignalStore()
"""Keeps everything in memory."""


def blocks_of(signal: Signal, frames: int = BLOCK_FRAMES) -> Iterator[Signal]:
    """The signal in views of `frames` samples, the last with what is left.

    Of a mapped signal, no more than a block stays in memory.
    """
    for start in range(0, len(signal), frames):
        yield signal[start : start + frames]
        release(signal)


def peak_of(signal: Signal) -> float:
    """The largest magnitude; 0 of no samples."""
    return max((float(np.abs(block).max()) for block in blocks_of(signal)), default=0.0)


def peak_at(signal: Signal) -> int:
    """Where the largest magnitude is first reached; 0 of no samples."""
    best, place, start = -1.0, 0, 0
    for block in blocks_of(signal):
        here = int(np.argmax(np.abs(block)))
        if abs(block[here]) > best:
            best, place = float(abs(block[here])), start + here
        start += len(block)
    return place


def release(signal: Signal) -> None:
    """Give back what of a mapped signal is in memory; its samples stay what they are.

    Nothing happens for other arrays, and where the system decides on its own (Windows).
    """
    mapped = getattr(signal, "_mmap", None)
    if isinstance(mapped, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)
