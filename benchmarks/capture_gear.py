"""The pieces of gear that alignment is measured on: real recordings, captures, and formulas."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.ndimage
import scipy.signal

import triode
from triode.audio import read_audio
from triode.synthetic import AmplifierSettings, amplify

__all__ = ["PIECES", "RATE_HZ", "hardware", "piece", "playing"]

RATE_HZ = 48_000
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
PAIRS = (
    "jcm800-crunch",
    "chump-breakup",
    "ts9-into-chump",
    "bigmuff",
    "studiopre-clean",
    "fuzzface",
    "spice-12ax7",
)
CAPTURES = ("ac10", "deluxe", "dumble")
HARDWARE = ("tubescreamer", "rat", "bluesdriver")

Signal = npt.NDArray[np.float32]


def playing(start: float, seconds: float) -> Signal:
    """Part of the shared dry recording."""
    whole = read_audio(SHARED / "pairs" / "dry.flac").samples
    return whole[round(start * RATE_HZ) :][: round(seconds * RATE_HZ)]


def piece(number: int, seconds: float) -> tuple[str, Signal, Signal]:
    """Name, dry and wet of one piece, from the first `seconds` of the shared dry recording."""
    dry = playing(0.0, seconds)
    names = [*PAIRS, *CAPTURES, *MADE]
    name = names[number]
    if name in PAIRS:
        return name, dry, _recorded(name)[: len(dry)]
    if name in CAPTURES:
        capture = triode.load(SHARED / "nam" / f"{name}.nam")
        return f"{name} (capture)", dry, capture.process(dry)
    return name, dry, MADE[name](dry)


def _recorded(name: str) -> Signal:
    return read_audio(SHARED / "pairs" / f"{name}.flac").samples


def hardware() -> Iterator[tuple[str, Signal, Signal, int]]:
    """Yield name, dry, wet and rate of the twelve single notes through three pedals."""
    for name in HARDWARE:
        for clip in range(4):
            stem = str(SHARED / "hardware" / f"{name}-clip_{clip}")
            dry, wet = read_audio(f"{stem}-dry.flac"), read_audio(f"{stem}-wet.flac")
            yield f"{name} {clip}", dry.samples, wet.samples, dry.rate_hz


def _clean(dry: Signal) -> Signal:
    return amplify(dry, RATE_HZ, AmplifierSettings(gain=0.1))


def _fuzz(dry: Signal) -> Signal:
    return amplify(dry, RATE_HZ, AmplifierSettings(gain=0.9, stages=3))


def _gated(dry: Signal) -> Signal:
    """The fuzz behind a noise gate: silent 50 ms after the level falls 30 dB below its highest."""
    wet = _fuzz(dry)
    block = RATE_HZ // 100
    peaks = np.abs(wet[: len(wet) // block * block]).reshape(-1, block).max(axis=1)
    held = scipy.ndimage.maximum_filter1d(peaks, 5) > 0.03 * peaks.max()
    gain = np.repeat(held, block).astype(np.float32)
    return wet * np.pad(gain, (0, len(wet) - len(gain)))


def _high_passed(dry: Signal) -> Signal:
    high = scipy.signal.butter(2, 150, "highpass", fs=RATE_HZ, output="sos")
    return scipy.signal.sosfilt(high, _recorded("jcm800-crunch")[: len(dry)]).astype(np.float32)


def _cabinet(dry: Signal) -> Signal:
    response = read_audio(SHARED / "ir" / "celestion.wav", 1).samples
    crunch = _recorded("jcm800-crunch")[: len(dry)]
    return scipy.signal.oaconvolve(crunch, response)[: len(dry)].astype(np.float32)


MADE: Final[dict[str, Callable[[Signal], Signal]]] = {
    "synthetic clean": _clean,
    "synthetic fuzz": _fuzz,
    "fuzz, gated": _gated,
    "crunch, high-passed": _high_passed,
    "crunch, cabinet": _cabinet,
}
PIECES: Final = len(PAIRS) + len(CAPTURES) + len(MADE)
