"""Where nothing is played, so that what is heard is the gear's own."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.ndimage

from triode.audio import blocks_of

__all__ = ["FRAME_SECONDS", "Pause", "find_pauses", "frame_levels_db"]

FRAME_SECONDS = 0.01
_SHORTEST_SECONDS = 0.3
_SETTLE_SECONDS = 0.15
_BELOW_PLAYING_DB = 55.0
_ABOVE_FLOOR_DB = 6.0
_DIGITAL_SILENCE_DB = -110.0
_CHUNK_FRAMES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Samples `start` to `stop` in which the dry signal rests; sounds decay before `settled`."""

    start: int
    settled: int
    stop: int


def frame_levels_db(
    signal: npt.NDArray[np.float32], rate_hz: float, offset: float = 0.0
) -> npt.NDArray[np.float64]:
    """Level of every 10 ms in dB of full scale, of `signal`, (frames,), less a constant."""
    length = round(FRAME_SECONDS * rate_hz)
    step = _CHUNK_FRAMES // length * length
    levels = []
    for part in blocks_of(signal, step):
        blocks = part[: len(part) // length * length].reshape(-1, length)
        power = np.einsum("ij,ij->i", blocks, blocks, dtype=np.float64) / length
        if offset:
            power += offset * (offset - 2 * blocks.mean(axis=1, dtype=np.float64))
        levels.append(10 * np.log10(np.maximum(power, 1e-15)))
    return np.concatenate(levels) if levels else np.empty(0)


def find_pauses(dry: npt.NDArray[np.float32], rate_hz: float) -> tuple[Pause, ...]:
    """Find the stretches of at least 0.3 s in which the dry signal is at its own floor.

    The floor must be 55 dB below loud playing, for a quiet note is no pause. Half a pause at most,
    and 0.15 s at least, is left for the gear to settle.
    """
    levels = frame_levels_db(dry, rate_hz)
    if len(levels) == 0:
        return ()
    loud_db = float(np.percentile(levels, 95))
    floor_db = max(float(levels.min()) + _ABOVE_FLOOR_DB, _DIGITAL_SILENCE_DB)
    if floor_db > loud_db - _BELOW_PLAYING_DB:
        return ()
    quiet = levels <= floor_db
    # A single frame louder than its neighbours (a click of a customary file) parts a pause in two.
    labels, count = scipy.ndimage.label(quiet)
    length = round(FRAME_SECONDS * rate_hz)
    pauses = []
    for (run,) in scipy.ndimage.find_objects(labels, max_label=count):
        frames = run.stop - run.start
        if frames * FRAME_SECONDS < _SHORTEST_SECONDS:
            continue
        settle = min(frames // 2, round(3 * _SETTLE_SECONDS / FRAME_SECONDS))
        settle = max(settle, round(_SETTLE_SECONDS / FRAME_SECONDS))
        pauses.append(
            Pause(
                start=run.start * length,
                settled=(run.start + settle) * length,
                stop=run.stop * length,
            )
        )
    return tuple(pauses)
