"""Writing audio files whole or not at all, at once or block by block.

The same samples make the same bytes, so that a checksum says whether a recording has changed.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile

from triode.errors import AudioError, OutputError
from triode.files import atomic_path

__all__ = ["AudioWriter", "audio_writer", "write_audio"]

_SUBTYPES: Final = {
    ".wav": ("PCM_16", "PCM_24", "PCM_32", "FLOAT"),
    ".flac": ("PCM_16", "PCM_24"),
}
_BLOCK_FRAMES = 1 << 18
_HEAD_BYTES = 256


class AudioWriter:
    """Takes the blocks of one mono file in order; made by `audio_writer`."""

    def __init__(self, file: soundfile.SoundFile, path: Path, subtype: str) -> None:
        self._file = file
        self._path = path
        self._subtype = subtype
        self.frames = 0

    def write(self, samples: npt.NDArray[np.float32]) -> None:
        """Append `samples`, shape (frames,).

        Raises:
            AudioError: A sample is not finite, or beyond full scale in an integer format.
        """
        self._check(samples)
        self._file.write(samples)
        self.frames += len(samples)

    def _check(self, samples: npt.NDArray[np.float32]) -> None:
        if not np.isfinite(samples).all():
            raise AudioError(
                f"{np.count_nonzero(~np.isfinite(samples))} samples to write are not finite",
                where=self._path,
                expected="finite samples",
            )
        if self._subtype == "FLOAT":
            return
        over = np.count_nonzero(np.abs(samples) > 1.0)
        if over:
            peak_db = 20 * np.log10(np.abs(samples).max())
            raise AudioError(
                f"{over} samples would clip in {self._subtype}",
                where=self._path,
                expected="samples within full scale (+-1)",
                got=f"a peak of +{peak_db:.1f} dBFS",
                hint="Write a .wav file as 32-bit float, or turn the level down.",
            )


@contextlib.contextmanager
def audio_writer(
    path: str | os.PathLike[str], rate_hz: int, subtype: str = "FLOAT"
) -> Iterator[AudioWriter]:
    """Open a mono `.wav` or `.flac` file for writing in blocks.

    The file appears under `path` when the body ends without an error; otherwise nothing is left.

    Args:
        path: Where to write; the suffix chooses the format.
        rate_hz: Sample rate.
        subtype: "FLOAT" (32 bit, WAV only: nothing clips), "PCM_32" (WAV only), "PCM_24" or
            "PCM_16". In the integer formats a sample beyond full scale is refused, never clipped.

    Raises:
        AudioError: The suffix or `subtype` is not one of these, or as `AudioWriter.write`.
        OutputError: The file cannot be written.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in _SUBTYPES or subtype not in _SUBTYPES[suffix]:
        raise AudioError(
            "audio cannot be written in this format",
            where=target,
            expected="; ".join(f"{name}: {', '.join(kinds)}" for name, kinds in _SUBTYPES.items()),
            got=f"{suffix or 'no suffix'}: {subtype}",
        )
    with atomic_path(target) as temporary:
        try:
            with soundfile.SoundFile(
                os.fspath(temporary),
                "w",
                samplerate=rate_hz,
                channels=1,
                subtype=subtype,
                format=suffix[1:].upper(),
            ) as file:
                writer = AudioWriter(file, target, subtype)
                yield writer
        except soundfile.LibsndfileError as error:
            raise _unwritable(target, error.error_string.rstrip(".")) from error
        _check_written(temporary, target, writer.frames)
        if suffix == ".wav" and subtype == "FLOAT":
            _remove_clock(temporary)


def write_audio(
    path: str | os.PathLike[str],
    samples: npt.NDArray[np.float32],
    rate_hz: int,
    subtype: str = "FLOAT",
) -> None:
    """Write `samples`, shape (frames,), as a mono file; see `audio_writer`."""
    with audio_writer(path, rate_hz, subtype) as writer:
        for start in range(0, len(samples), _BLOCK_FRAMES):
            writer.write(samples[start : start + _BLOCK_FRAMES])


def _check_written(temporary: Path, target: Path, frames: int) -> None:
    """Believe the file, not the library: a disk that filled up at the end is not always told."""
    try:
        arrived = soundfile.info(os.fspath(temporary)).frames
    except soundfile.LibsndfileError as error:
        raise _unwritable(target, error.error_string.rstrip(".")) from error
    if arrived != frames:
        raise _unwritable(target, f"{arrived} of {frames} frames")


def _remove_clock(path: Path) -> None:
    """Zero the time of writing, which libsndfile puts into a float file.

    It stands in the PEAK chunk, before the samples, after the chunk's name, length and version of
    four bytes each.
    """
    with path.open("rb+") as file:
        head, _, _ = file.read(_HEAD_BYTES).partition(b"data")
        place = head.find(b"PEAK")
        if place >= 0:
            file.seek(place + 12)
            file.write(bytes(4))


def _unwritable(target: Path, got: str) -> OutputError:
    return OutputError(
        "the audio file could not be written whole",
        where=target,
        got=got,
        hint="Check that the disk has room.",
    )
