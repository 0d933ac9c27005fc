"""What an audio file is, and whether it can be used, before a sample of it is read."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import soundfile

from triode.errors import AudioError

__all__ = ["AudioInfo", "inspect_audio"]

_CONTAINERS = ("WAV", "WAVEX", "RF64", "W64", "AIFF", "FLAC")
_BITS = {"PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 32, "DOUBLE": 64}
_EXPECTED = "a WAV or FLAC file of 16, 24 or 32 bits"
_UNKNOWN_SIZE = 0xFFFFFFFF  # what a program that writes into a pipe leaves in the header


@dataclass(frozen=True, kw_only=True)
class AudioInfo:
    """The facts in an audio file's header.

    `subtype` is libsndfile's name of the sample format, such as "PCM_24" or "FLOAT".
    """

    path: Path
    rate_hz: int
    frames: int
    channels: int
    subtype: str

    @property
    def bits(self) -> int:
        """Bits of one sample."""
        return _BITS[self.subtype]

    @property
    def seconds(self) -> float:
        """Length of the recording."""
        return self.frames / self.rate_hz


def inspect_audio(path: str | os.PathLike[str]) -> AudioInfo:
    """Read the header of the audio file at `path`.

    Raises:
        AudioError: There is no such file, it is a folder, it may not be read, it is empty or
            truncated, it is not audio, or it is audio of a kind that loses too much.
    """
    file = Path(path)
    _check_readable(file)
    try:
        header = soundfile.info(os.fspath(file))
    except soundfile.LibsndfileError as error:
        raise AudioError(
            "this is not an audio file that can be read",
            where=file,
            expected=_EXPECTED,
            got=error.error_string.rstrip("."),
            hint="Export the recording again as WAV, 24 bit.",
        ) from error
    if header.format not in _CONTAINERS or header.subtype not in _BITS:
        raise AudioError(
            "this kind of audio file loses too much to be measured with",
            where=file,
            expected=_EXPECTED,
            got=f"{header.format}, {header.subtype}",
            hint="Export the recording again as WAV, 24 bit.",
        )
    if header.frames == 0:
        raise AudioError(
            "the audio file holds no samples",
            where=file,
            expected=_EXPECTED,
            hint="Export the recording again.",
        )
    return AudioInfo(
        path=file,
        rate_hz=header.samplerate,
        frames=header.frames,
        channels=header.channels,
        subtype=header.subtype,
    )


def _check_readable(file: Path) -> None:
    if file.is_dir():
        raise AudioError(
            "this is a folder",
            where=file,
            expected="an audio file",
            hint="Name a file inside it.",
        )
    try:
        with file.open("rb") as opened:
            _check_complete(file, opened)
    except FileNotFoundError as error:
        raise AudioError(
            "there is no such file", where=file, expected="an audio file", hint="Check the path."
        ) from error
    except OSError as error:
        raise AudioError(
            "the file may not be read",
            where=file,
            got=error.strerror or error,
            hint="Check its permissions and that no other program holds it.",
        ) from error


def _check_complete(file: Path, opened: BinaryIO) -> None:
    """Refuse an empty file and a WAV whose samples end early, which libsndfile would accept."""
    size = os.fstat(opened.fileno()).st_size
    if size == 0:
        raise AudioError(
            "the file is empty (0 bytes)",
            where=file,
            expected=_EXPECTED,
            hint="Copy or export it again.",
        )
    for name, start, length in _riff_chunks(opened, size):
        if name == b"data" and length != _UNKNOWN_SIZE and start + length > size:
            raise AudioError(
                "the audio file is truncated",
                where=file,
                expected=f"{length} bytes of samples, as its header says",
                got=f"{size - start} bytes",
                hint="Copy or export it again.",
            )


def _riff_chunks(opened: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, first byte and length of every chunk of a RIFF file; nothing for other files."""
    if opened.read(4) != b"RIFF":
        return
    position = 12
    while position + 8 <= size:
        opened.seek(position)
        header = opened.read(8)
        length = int.from_bytes(header[4:], "little")
        yield header[:4], position + 8, length
        position += 8 + length + length % 2
