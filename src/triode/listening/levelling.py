"""Loudness as BS.1770 measures it, and one gain for each system."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from triode.errors import ListeningError
from triode.listening.material import Material
from triode.listening.plan import Plan
from triode.listening.systems import Rendered

__all__ = ["Levelled", "floor_dbfs", "level", "loudness_lufs", "peak_dbfs"]

Float32Array = npt.NDArray[np.float32]

_WINDOW_SECONDS = 0.05
_QUIETEST_DB = -200.0
_CLOSEST_LU = 0.1
_FADE_SECONDS = 0.01


def loudness_lufs(signal: Float32Array, rate_hz: int) -> float | None:
    """Integrated loudness (ITU-R BS.1770-4), by pyloudnorm.

    Args:
        signal: (frames,).
        rate_hz: Its rate.

    Returns:
        None where all of it is shorter than a gating block of 0.4 s, or below the gate.
    """
    import pyloudnorm

    meter = pyloudnorm.Meter(rate_hz)
    if len(signal) < meter.block_size * rate_hz:
        return None
    value = float(meter.integrated_loudness(signal.astype(np.float64)))
    return value if math.isfinite(value) else None


@dataclass(frozen=True, kw_only=True, eq=False)
class Levelled:
    """One system's clips of one piece of gear, as loud as they will be heard.

    Attributes:
        gear: The piece of gear.
        system: The system, or "reference".
        clips: (frames,) each, by name, with soft edges.
        gain_db: What all were multiplied by.
        moved_samples: By how much they were moved.
        floors_dbfs: The noise floor of each clip.
    """

    gear: str
    system: str
    clips: Mapping[str, Float32Array]
    gain_db: float
    moved_samples: float
    floors_dbfs: Mapping[str, float]

    def turned(self, by_db: float) -> "Levelled":
        """The same, louder by so many dB."""
        if by_db == 0.0:
            return self
        gain = np.float32(10.0 ** (by_db / 20.0))
        return replace(
            self,
            clips={name: clip * gain for name, clip in self.clips.items()},
            gain_db=self.gain_db + by_db,
            floors_dbfs={name: floor + by_db for name, floor in self.floors_dbfs.items()},
        )


def level(rendered: Rendered, material: Material, plan: Plan) -> Levelled:
    """Cut the clips out and bring those that count, taken together, to the plan's loudness.

    Raises:
        ListeningError: They are silent, or are not within 0.1 LU of the target after the gain.
    """
    where = f"{rendered.system} of {material.name}"
    raw = {name: rendered.signal[first:last] for name, (first, last) in material.spans.items()}
    clips = {name: _faded(clip, plan.rate_hz) for name, clip in raw.items()}
    counted = [one.name for one in plan.clips_of(material.name) if not one.training]
    before = loudness_lufs(np.concatenate([clips[name] for name in counted]), plan.rate_hz)
    if before is None:
        raise ListeningError(
            "the clips are too quiet to have a loudness",
            where=where,
            expected="something above -70 LUFS",
        )
    levelled = Levelled(
        gear=material.name,
        system=rendered.system,
        clips=clips,
        gain_db=0.0,
        moved_samples=rendered.moved_samples,
        floors_dbfs={name: floor_dbfs(clip, plan.rate_hz) for name, clip in raw.items()},
    ).turned(plan.loudness_lufs - before)
    together = np.concatenate([levelled.clips[name] for name in counted])
    after = loudness_lufs(together, plan.rate_hz)
    if after is None or abs(after - plan.loudness_lufs) > _CLOSEST_LU:
        raise ListeningError(
            "the loudness cannot be matched",
            where=where,
            expected=f"{plan.loudness_lufs:g} LUFS within {_CLOSEST_LU:g} LU",
            got=after,
            hint="Take a clip with less silence in it.",
        )
    return levelled


def _faded(signal: Float32Array, rate_hz: int) -> Float32Array:
    frames = round(_FADE_SECONDS * rate_hz)
    ramp = (0.5 - 0.5 * np.cos(np.pi * (np.arange(frames) + 0.5) / frames)).astype(np.float32)
    out = signal.copy()
    out[:frames] *= ramp
    out[-frames:] *= ramp[::-1]
    return out


def peak_dbfs(signal: Float32Array) -> float:
    """The largest sample, in dB of full scale, at least -200."""
    return _decibels(float(np.abs(signal).max(initial=0.0)))


def floor_dbfs(signal: Float32Array, rate_hz: float) -> float:
    """RMS of the quietest 50 ms without its mean, in dB of full scale, at least -200."""
    window = max(1, round(_WINDOW_SECONDS * rate_hz))
    count = len(signal) // window
    parts = signal[: count * window].astype(np.float64).reshape(count, window)
    quietest = float(parts.var(axis=1).min(initial=1.0))
    return _decibels(math.sqrt(quietest))


def _decibels(amplitude: float) -> float:
    return max(_QUIETEST_DB, 20.0 * math.log10(amplitude)) if amplitude > 0.0 else _QUIETEST_DB
