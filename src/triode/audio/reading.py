"""Audio files as float32 samples: a whole file at once, or block by block."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from triode.audio.source import AudioInfo, inspect_audio
from triode.audio.store import BLOCK_FRAMES, IN_MEMORY, SignalStore, blocks_of
from triode.errors import AudioError

__all__ = ["Audio", "audio_blocks", "read_audio"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Audio:
    """One channel of an audio file.

    `samples` has the shape (frames,), full scale is +-1. `channels` counts those in the file.
    """

    samples: npt.NDArray[np.float32]
    rate_hz: int
    path: Path
    subtype: str
    bits: int
    channels: int


def read_audio(
    path: str | os.PathLike[str], channel: int | None = None, store: SignalStore = IN_MEMORY
) -> Audio:
    """Read one channel of an audio file.

    Args:
        path: A WAV, AIFF or FLAC file of 16 bits or more.
        channel: Which channel to take, counted from 1. May be left out when the file is mono or
            all its channels are the same.
        store: Where to keep the samples.

    Raises:
        AudioError: The file cannot be used (`inspect_audio`), its channels differ and none was
            chosen, there is no such channel, or samples are not finite.
        OutputError: The store cannot be written.
    """
    info = inspect_audio(path)
    samples = store.keep(_channel_blocks(info, BLOCK_FRAMES, channel), info.frames)
    if not all(np.isfinite(block).all() for block in blocks_of(samples)):
        _check_finite(info, samples, 0)
    return Audio(
        samples=samples,
        rate_hz=info.rate_hz,
        path=info.path,
        subtype=info.subtype,
        bits=info.bits,
        channels=info.channels,
    )


def audio_blocks(
    path: str | os.PathLike[str], frames: int, channel: int | None = None
) -> Iterator[npt.NDArray[np.float32]]:
    """Yield one channel of an audio file in blocks, holding one block in memory at a time.

    Every block has `frames` samples but the last, which has what is left. The file is checked
    when the first block is asked for; see `read_audio` for `channel` and the errors.
    """
    if frames < 1:
        raise AudioError("a block has at least one frame", expected="frames >= 1", got=frames)
    info = inspect_audio(path)
    position = 0
    for block in _channel_blocks(info, frames, channel):
        _check_finite(info, block, position)
        yield block
        position += len(block)


def _channel_blocks(
    info: AudioInfo, frames: int, channel: int | None
) -> Iterator[npt.NDArray[np.float32]]:
    if channel is not None and not 1 <= channel <= info.channels:
        raise AudioError(
            "the file has no such channel",
            where=info.path,
            expected=f"a channel from 1 to {info.channels}",
            got=channel,
        )
    index = 0 if channel is None else channel - 1
    position = 0
    try:
        with soundfile.SoundFile(os.fspath(info.path)) as file:
            while position < info.frames:
                block = file.read(min(frames, info.frames - position), np.float32, always_2d=True)
                if len(block) == 0:
                    break
                if channel is None:
                    _check_same_channels(info, block)
                position += len(block)
                yield np.ascontiguousarray(block[:, index])
    except soundfile.LibsndfileError as error:
        raise _truncated(info, position) from error
    if position < info.frames:
        raise _truncated(info, position)


def _check_same_channels(info: AudioInfo, block: npt.NDArray[np.float32]) -> None:
    if info.channels > 1 and not np.array_equal(
        block, np.broadcast_to(block[:, :1], block.shape), equal_nan=True
    ):
        raise AudioError(
            f"the file has {info.channels} channels, and they differ",
            where=info.path,
            expected="one channel, or channels that are all the same",
            hint=f"Choose one with --channel 1 to --channel {info.channels}.",
        )


def _check_finite(info: AudioInfo, samples: npt.NDArray[np.float32], offset: int) -> None:
    if np.isfinite(samples).all():
        return
    bad = np.flatnonzero(~np.isfinite(samples))
    first, last = int(bad[0]) + offset, int(bad[-1]) + offset
    counted = "1 sample is" if len(bad) == 1 else f"{len(bad)} samples are"
    raise AudioError(
        f"{counted} not a number or infinite",
        where=info.path,
        expected="finite samples",
        got=f"the first at {first / info.rate_hz:.3f} s (sample {first}), "
        f"the last at {last / info.rate_hz:.3f} s (sample {last})",
        hint="Export the recording again; a plugin in the chain may have failed.",
    )


def _truncated(info: AudioInfo, position: int) -> AudioError:
    return AudioError(
        "the audio file is truncated or damaged",
        where=info.path,
        expected=f"{info.frames} frames, as its header says",
        got=f"{position} frames that can be read",
        hint="Copy or export it again.",
    )
