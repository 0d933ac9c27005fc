"""What can be put right in two recordings without guessing; each repair is said in one sentence."""

import itertools
import os

import numpy as np
import numpy.typing as npt

from triode.audio import (
    Audio,
    SignalStore,
    audio_blocks,
    blocks_of,
    inspect_audio,
    peak_of,
    resample,
)
from triode.capture.alignment import align
from triode.capture.checks.finding import RefusedError
from triode.capture.checks.offset import NOTABLE_OFFSET
from triode.capture.checks.pauses import find_pauses
from triode.capture.timing import Alignment
from triode.errors import CaptureError

__all__ = [
    "channel_likeness",
    "pad_end",
    "refuse_timing",
    "resting_offset",
    "sounding_channel",
    "timing_repairs",
    "true_rate_hz",
    "without_offset",
]

Signal = npt.NDArray[np.float32]

_MISTAKEN_RATES_HZ = (44_100, 48_000, 88_200, 96_000)
_EXCERPT_SECONDS = 25.0
_SURELY = 0.5
_SILENT_SHARE = 0.003
_BLOCK_FRAMES = 1 << 18
_LONGEST_PAD_SECONDS = 1.0
_SILENCE = 1e-4
_REST_SECONDS = 0.25
_BLOCK_SECONDS = 0.1
_UNREPAIRED_SAMPLES = 0.5


def sounding_channel(path: str | os.PathLike[str]) -> int | None:
    """The one channel of a file that has any sound, from 1; None if that leaves a choice."""
    info = inspect_audio(path)
    peaks = [
        max(peak_of(block) for block in audio_blocks(path, _BLOCK_FRAMES, channel))
        for channel in range(1, info.channels + 1)
    ]
    sounding = [place for place, peak in enumerate(peaks) if peak > _SILENT_SHARE * max(peaks)]
    return sounding[0] + 1 if len(sounding) == 1 else None


def channel_likeness(wet_file: Audio, dry: Signal, rate_hz: int) -> tuple[float, ...]:
    """How well each channel follows `dry`, (frames,), 0 to 1; empty for a file with one channel."""
    if wet_file.channels == 1:
        return ()
    dry = dry[: round(_EXCERPT_SECONDS * rate_hz)]
    frames = round(_EXCERPT_SECONDS * wet_file.rate_hz)
    likeness = []
    for channel in range(1, wet_file.channels + 1):
        excerpt = next(audio_blocks(wet_file.path, frames, channel))
        wet = resample(excerpt, wet_file.rate_hz, rate_hz)
        likeness.append(_confidence(dry, wet, rate_hz) if peak_of(wet) > _SILENCE else 0.0)
    return tuple(likeness)


def _confidence(dry: Signal, wet: Signal, rate_hz: int) -> float:
    try:
        return align(dry, wet, rate_hz).confidence
    except CaptureError:
        return 0.0


def true_rate_hz(dry: Signal, wet: Signal, rate_hz: int) -> int | None:
    """The rate at which `wet` must have been recorded to follow `dry`, if it is not `rate_hz`.

    Only the customary rates are tried, on the first 25 s.

    Args:
        dry: (frames,).
        wet: (frames,).
        rate_hz: What both files say.
    """
    frames = round(_EXCERPT_SECONDS * rate_hz)
    dry, wet = dry[:frames], wet[:frames]
    for candidate_hz in _MISTAKEN_RATES_HZ:
        if candidate_hz == rate_hz:
            continue
        if _confidence(dry, resample(wet, candidate_hz, rate_hz), rate_hz) > _SURELY:
            return candidate_hz
    return None


def resting_offset(dry: Signal, wet: Signal, rate_hz: float) -> float | None:
    """What an aligned `wet` rests at while `dry` rests, (frames,) each; None without a pause.

    The median over means of a tenth of a second, which hold whole periods of 50 and 60 Hz.
    """
    block = round(_BLOCK_SECONDS * rate_hz)
    means = [
        float(wet[at : at + block].mean(dtype=np.float64))
        for one in find_pauses(dry, rate_hz)
        for at in range(one.settled, one.stop - block + 1, block)
    ]
    return float(np.median(means)) if means else None


def without_offset(
    wet: Signal, offset: float | None, store: SignalStore
) -> tuple[Signal, str | None]:
    """Take out what the recording rests at, if that is worth it, and say so."""
    if offset is None or abs(offset) <= NOTABLE_OFFSET:
        return wet, None
    moved = store.keep((block - np.float32(offset) for block in blocks_of(wet)), len(wet))
    return moved, f"A DC offset of {offset:+.4f}, there in silence, was removed."


def pad_end(
    dry: Signal, wet: Signal, rate_hz: float, store: SignalStore
) -> tuple[Signal, str | None]:
    """Lengthen an aligned `wet` with silence where it ends early and both are silent anyway."""
    missing = len(dry) - len(wet)
    if not 0 < missing <= _LONGEST_PAD_SECONDS * rate_hz:
        return wet, None
    # The gear rings on after the last sound, and its noise would end with the padding.
    rest = round(_REST_SECONDS * rate_hz)
    resting = float(np.median(wet[-rest:]))
    ends = dry[max(0, len(wet) - rest) :], wet[-rest:] - np.float32(resting)
    if max(peak_of(one) for one in ends) > _SILENCE:
        return wet, None
    silence = np.full(missing, resting, np.float32)
    padded = store.keep(itertools.chain(blocks_of(wet), [silence]), len(dry))
    return padded, f"{missing} samples of silence were put after the end of the wet recording."


def refuse_timing(alignment: Alignment, frames: int) -> None:
    """Refuse a pair of that many frames that moving by whole samples does not put right.

    Raises:
        RefusedError: The clocks drift apart by more than half a sample, or samples are missing.
    """
    drifted = abs(alignment.drift_ppm) * 1e-6 * frames
    if drifted > _UNREPAIRED_SAMPLES or alignment.jumps:
        raise RefusedError(
            "delay",
            "the recordings need a repair of their timing, which was refused",
            expected=f"a delay that stays within {_UNREPAIRED_SAMPLES} sample",
            got=f"{drifted:.1f} samples of drift, {len(alignment.jumps)} places with lost or "
            "repeated samples",
            hint="Leave out --no-repair, or record again with one interface and a larger buffer.",
        )


def timing_repairs(alignment: Alignment, rate_hz: float, cut: int) -> list[str]:
    """What laying wet over dry changed beyond moving it by whole samples, one sentence each.

    Args:
        alignment: How they were laid.
        rate_hz: The rate at which it counts samples.
        cut: How many samples were cut off the beginning of the dry recording.
    """
    told = []
    if alignment.drift_ppm:
        told.append(
            f"The clocks drifted by {alignment.drift_ppm:+.2f} ppm; the wet recording was "
            "resampled to the dry one's clock."
        )
    elif alignment.advance_fraction:
        told.append(
            f"The wet recording was moved by {alignment.advance_fraction:+.2f} of a sample more "
            "than whole samples, by interpolation."
        )
    told.extend(
        f"{abs(jump.shift_samples):.0f} samples were "
        f"{'lost' if jump.shift_samples < 0 else 'repeated'} at "
        f"{(jump.position_samples - cut) / rate_hz:.3f} s; what follows was moved into place, and "
        "nothing near the gap is trained on or judged by."
        for jump in alignment.jumps
    )
    return told
