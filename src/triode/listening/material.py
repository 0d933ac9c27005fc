"""A piece of gear as material for stimuli: its two recordings laid over each other."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.signal

from triode.audio import read_audio, resample
from triode.capture import make_pair
from triode.errors import ListeningError
from triode.listening.plan import Clip, Plan, TestGear

__all__ = ["Chain", "Material", "material_of"]

Float32Array = npt.NDArray[np.float32]

_LOWEST_HZ = 15.0
_ORDER = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Material:
    """One piece of gear, at the test's rate.

    Attributes:
        name: The gear's name.
        dry: What was sent, (frames,) up to the end of the last clip.
        wet: What came back, moved over it.
        spans: First and last frame of each clip, by the clip's name.
        delay_samples: By how much the wet recording was late.
    """

    name: str
    dry: Float32Array
    wet: Float32Array
    spans: dict[str, tuple[int, int]]
    delay_samples: float

    def heard(self, signal: Float32Array) -> Float32Array:
        """The clips of a signal, (frames,), one after the other."""
        return np.concatenate([signal[first:last] for first, last in self.spans.values()])


class Chain:
    """What reference and systems are all played through: a high-pass, and a cabinet if there is.

    The high-pass (second order, 15 Hz) takes out the resting offset by which an amplifier or its
    model could be told.

    Args:
        cabinet: An impulse response file, or None.
        rate_hz: The test's rate.

    Raises:
        AudioError: The file cannot be used.
    """

    def __init__(self, cabinet: Path | None, rate_hz: int) -> None:
        self._high_pass = scipy.signal.butter(
            _ORDER, _LOWEST_HZ, "highpass", fs=rate_hz, output="sos"
        )
        self._response: npt.NDArray[np.float64] | None = None
        if cabinet is not None:
            file = read_audio(cabinet)
            response = resample(file.samples, file.rate_hz, rate_hz).astype(np.float64)
            self._response = response / math.sqrt(float(response @ response))

    def play(self, signal: Float32Array) -> Float32Array:
        """(frames,) to (frames,)."""
        filtered = scipy.signal.sosfilt(self._high_pass, signal.astype(np.float64))
        if self._response is not None:
            filtered = scipy.signal.fftconvolve(filtered, self._response)[: len(filtered)]
        return np.asarray(filtered, np.float32)


def material_of(gear: TestGear, plan: Plan, folder: Path) -> Material:
    """Read and align a piece of gear.

    Args:
        gear: Which.
        plan: The plan.
        folder: What its paths are relative to.

    Raises:
        AudioError: A recording cannot be read.
        CaptureError: The two do not belong together.
        ListeningError: A clip lies beyond the recording, or where it cannot be trusted.
    """
    pair = make_pair(
        folder / gear.dry,
        folder / gear.wet,
        rate_hz=plan.rate_hz,
        channel=gear.channel,
        delay_samples=gear.delay_samples,
    )
    cut = max(0, -pair.facts.alignment.advance_samples)
    spans: dict[str, tuple[int, int]] = {}
    for clip in plan.clips_of(gear.name):
        first = round(clip.start_seconds * plan.rate_hz) - cut
        last = first + round(clip.seconds * plan.rate_hz)
        where = f"clip {clip.name} of gear {gear.name}"
        if first < 0 or last > len(pair.dry):
            raise ListeningError(
                "the clip lies beyond the recordings",
                where=where,
                expected=f"from {cut / plan.rate_hz:.2f} s to "
                f"{(cut + len(pair.dry)) / plan.rate_hz:.2f} s",
                got=_place(clip),
            )
        if any(start < last and first < stop for start, stop in pair.facts.excluded):
            raise ListeningError(
                "samples were lost within the clip when the gear was recorded",
                where=where,
                got=_place(clip),
                hint="Choose another passage.",
            )
        spans[clip.name] = first, last
    end = max(last for _, last in spans.values())
    return Material(
        name=gear.name,
        dry=np.ascontiguousarray(pair.dry[:end]),
        wet=np.ascontiguousarray(pair.wet[:end]),
        spans=spans,
        delay_samples=pair.facts.alignment.delay_samples,
    )


def _place(clip: Clip) -> str:
    return f"{clip.start_seconds:g} s to {clip.start_seconds + clip.seconds:g} s"
