"""Sounds to play captures with: riffs and a cabinet made by code, and cabinets that were sent."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["CABINET_TITLE", "RIFFS", "Riff", "cabinet_wav", "impulse_response_wav", "riff_wav"]

RATE_HZ: Final = 48_000
CABINET_TITLE: Final = "Synthetic cabinet (made by code, no recording)"


@dataclass(frozen=True, kw_only=True)
class Riff:
    """Something to play, made by `triode.synthetic.performance`."""

    title: str
    styles: tuple[str, ...]
    seconds: float
    seed: int


RIFFS: Final[Mapping[str, Riff]] = MappingProxyType(
    {
        "chords": Riff(title="Strummed chords", styles=("chords",), seconds=9.0, seed=4),
        "lead": Riff(title="Lead line", styles=("single notes",), seconds=9.0, seed=2),
        "chugs": Riff(title="Palm mutes", styles=("palm mutes",), seconds=8.0, seed=3),
        "arpeggio": Riff(title="Soft arpeggio", styles=("arpeggio",), seconds=8.0, seed=1),
        "knob": Riff(
            title="Volume knob", styles=("volume swell", "turned down"), seconds=10.0, seed=5
        ),
        "mixed": Riff(
            title="A bit of everything",
            styles=("chords", "single notes", "palm mutes", "arpeggio", "let ring"),
            seconds=16.0,
            seed=7,
        ),
    }
)
"""By name, the first one being the one to begin with."""


def riff_wav(name: str, cache: Path) -> Path:
    """The WAV file of a riff, made when it is first asked for.

    Args:
        name: A key of `RIFFS`.
        cache: The folder to keep it in.

    Raises:
        OutputError: It cannot be written.
    """
    from triode import __version__
    from triode.audio import write_audio
    from triode.files import make_folder
    from triode.synthetic import performance

    riff, folder = RIFFS[name], cache / f"riffs-{__version__}"
    path = folder / f"{name}.wav"
    if not path.is_file():
        make_folder(folder)
        samples = performance(riff.seconds, RATE_HZ, riff.seed, styles=riff.styles)
        write_audio(path, samples, RATE_HZ, "PCM_24")
    return path


def cabinet_wav() -> bytes:
    """The WAV file of the cabinet made by code."""
    from triode.synthetic import cabinet_impulse_response

    return _wav(cabinet_impulse_response(RATE_HZ), RATE_HZ)


def impulse_response_wav(path: Path) -> bytes:
    """The first channel of an impulse response as WAV, which every browser reads.

    Raises:
        AudioError: It cannot be read.
    """
    from triode.audio import read_audio

    audio = read_audio(path, channel=1)
    return _wav(audio.samples, audio.rate_hz)


def _wav(samples: npt.NDArray[np.float32], rate_hz: int) -> bytes:
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format="WAV", subtype="FLOAT")
    return file.getvalue()
