"""What a file that was sent is; in a process of its own, since it comes from anywhere."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile

from triode.audio import inspect_audio
from triode.errors import AudioError
from triode.nam import read
from triode.processes import Orders, Tell
from triode.web import Content, sniff

__all__ = ["do", "facts_of"]

_SUFFIXES: Final = {"WAV": ".wav", "WAVEX": ".wav", "RF64": ".wav", "W64": ".w64"}
_MOST_CHANNELS = 16
_MOST_SAMPLES = 2 * 3600 * 48_000 * 2
_BLOCK_SAMPLES = 1 << 20
_MEMORY_BYTES = 4 << 30
_CPU_SECONDS = 120


def do(task: Mapping[str, Any], tell: Tell, orders: Orders) -> Mapping[str, Any]:
    """Look at the file at `path`.

    Raises:
        AudioError: It is no recording that can be used, or a longer one than anybody plays.
        NamFileError: It is no capture.
    """
    del tell, orders
    _limit()
    return facts_of(Path(task["path"]))


def facts_of(path: Path) -> Mapping[str, Any]:
    """What `triode.studio.uploads.Upload` says about a file, but for its name and length.

    Raises:
        AudioError, NamFileError: As in `do`.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    return _capture(path) if sniff(head) is Content.JSON else _audio(path)


def _capture(path: Path) -> Mapping[str, Any]:
    return {"kind": "nam", "suffix": ".nam", "rate_hz": round(read(path).rate_hz)}


def _audio(path: Path) -> Mapping[str, Any]:
    info = inspect_audio(path)
    if info.channels > _MOST_CHANNELS:
        raise AudioError(
            "the file has too many channels",
            expected=f"{_MOST_CHANNELS} or fewer",
            got=info.channels,
        )
    # A header may promise anything, and a few bytes of FLAC may hold hours of silence.
    if info.frames * info.channels > _MOST_SAMPLES:
        raise AudioError(
            "the recording is too long",
            expected=f"{_MOST_SAMPLES:,} samples or fewer, two hours in stereo",
            got=f"{info.frames * info.channels:,}",
            hint="Cut it: some minutes of playing are enough for a capture.",
        )
    peak, frames = _peak(path, info.channels)
    if frames != info.frames:
        raise AudioError(
            "the audio file is truncated or damaged",
            expected=f"{info.frames} frames, as its header says",
            got=f"{frames} frames that can be read",
            hint="Copy or export it again.",
        )
    with soundfile.SoundFile(path) as file:
        suffix = _SUFFIXES.get(file.format, f".{file.format.lower()}")
    return {
        "kind": "audio",
        "suffix": suffix,
        "rate_hz": info.rate_hz,
        "channels": info.channels,
        "seconds": info.seconds,
        "peak_dbfs": 20.0 * float(np.log10(peak)) if peak > 0.0 else None,
    }


def _peak(path: Path, channels: int) -> tuple[float, int]:
    """The highest magnitude, and how many frames there are."""
    peak, frames = 0.0, 0
    try:
        with soundfile.SoundFile(path) as file:
            while len(block := file.read(_BLOCK_SAMPLES // channels, np.float32, always_2d=True)):
                frames += len(block)
                if not np.isfinite(block).all():
                    raise AudioError(
                        "samples are not a number or infinite",
                        expected="finite samples",
                        hint="Export the recording again; a plugin in the chain may have failed.",
                    )
                peak = max(peak, float(np.abs(block).max()))
    except soundfile.LibsndfileError:
        return peak, frames
    return peak, frames


def _limit() -> None:
    """Take no more of the machine than a sound file needs, where the system can hold us to it."""
    try:
        import resource
    except ImportError:  # Windows has none
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
