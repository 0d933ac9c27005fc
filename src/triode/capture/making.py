"""From two files to a pair: read, check, align, cut, resample."""

import os
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from triode.audio import (
    IN_MEMORY,
    Audio,
    Levels,
    SignalStore,
    inspect_audio,
    measure_levels,
    read_audio,
    resample,
)
from triode.capture.alignment import align
from triode.capture.checks import check_lengths, check_levels, check_rate, common_rate_hz
from triode.capture.customary import CustomaryLayout, recognise_customary
from triode.capture.excitation import alignment_parts, noise_floor_dbfs, recognise_excitation
from triode.capture.order import check_order
from triode.capture.pair import Facts, Pair
from triode.capture.repeats import Repeat, find_repeats
from triode.capture.replicate import replicate_floor_esr
from triode.capture.timing import SURE_CONFIDENCE, Alignment

__all__ = ["make_pair"]

_Signal = npt.NDArray[np.float32]
_UNREPEATABLE_ESR = 0.01
_NOTABLE_DC = 0.005


def make_pair(
    dry_path: str | os.PathLike[str],
    wet_path: str | os.PathLike[str],
    *,
    rate_hz: int | None = None,
    channel: int | None = None,
    store: SignalStore = IN_MEMORY,
) -> Pair:
    """Read two recordings and make training material of them.

    The files are compared at their own rate and the aligned pair is resampled last, unless their
    rates differ.

    Args:
        dry_path: What was sent to the gear.
        wet_path: What came back.
        rate_hz: The rate of the result; None keeps that of the files.
        channel: Which channel to take of a file that has several, from 1.
        store: Where to keep the signals.

    Raises:
        AudioError: A file cannot be read.
        CaptureError: The two cannot be used: rates, silence, clipping, length, order, or no
            likeness between them.
        OutputError: The store cannot be written.
    """
    dry_file, wet_file = (_read(path, channel, store) for path in (dry_path, wet_path))
    warnings: list[str] = []
    for audio in (dry_file, wet_file):
        warnings += check_rate(audio.rate_hz, audio.path)
    own_rate_hz = common_rate_hz(dry_file.rate_hz, wet_file.rate_hz, rate_hz)
    pair_rate_hz = own_rate_hz if rate_hz is None else rate_hz
    check_rate(pair_rate_hz, "--rate")
    dry_levels, wet_levels = measure_levels(dry_file.samples), measure_levels(wet_file.samples)
    warnings += check_levels(dry_levels, dry_file.path, is_wet=False)
    warnings += check_levels(wet_levels, wet_file.path, is_wet=True)

    dry = resample(dry_file.samples, dry_file.rate_hz, own_rate_hz, store)
    wet = resample(wet_file.samples, wet_file.rate_hz, own_rate_hz, store)
    check_lengths(len(dry), len(wet), min(len(dry), len(wet)), own_rate_hz)
    excitation = recognise_excitation(dry, own_rate_hz)
    alignment = align(*alignment_parts(dry, wet, excitation), own_rate_hz)
    lengths = len(dry), len(wet)
    dry, wet = _cut(dry, wet, alignment.advance_samples)
    warnings += check_lengths(*lengths, len(dry), own_rate_hz)
    warnings += check_order(dry, wet, own_rate_hz, alignment, dry_levels, wet_levels)
    if excitation is not None:
        offset = excitation.offset + min(0, alignment.advance_samples)
        excitation = replace(excitation, offset=offset, frames=len(dry))
    repeats = find_repeats(dry, own_rate_hz) if excitation is None else excitation.repeats
    floor = replicate_floor_esr(wet, own_rate_hz, repeats)
    warnings += _doubts(alignment, wet_levels, floor)

    dry = resample(dry, own_rate_hz, pair_rate_hz, store)
    wet = resample(wet, own_rate_hz, pair_rate_hz, store)
    ratio = pair_rate_hz / own_rate_hz
    if excitation is not None:
        excitation = excitation.scaled(ratio, len(dry))
    alignment = replace(
        alignment,
        delay_samples=alignment.delay_samples * ratio,
        advance_samples=round(alignment.advance_samples * ratio),
    )
    facts = Facts(
        dry_path=str(dry_file.path),
        wet_path=str(wet_file.path),
        dry_rate_hz=dry_file.rate_hz,
        wet_rate_hz=wet_file.rate_hz,
        rate_hz=pair_rate_hz,
        frames=len(dry),
        alignment=alignment,
        dry_levels=dry_levels,
        wet_levels=wet_levels,
        repeats=_scaled(repeats, ratio, len(dry)),
        replicate_floor_esr=floor,
        customary=_customary(dry_file, alignment, pair_rate_hz, len(dry)),
        warnings=tuple(warnings),
        excitation=excitation,
        noise_floor_dbfs=None if excitation is None else noise_floor_dbfs(wet, excitation),
    )
    return Pair(dry=dry, wet=wet, rate_hz=pair_rate_hz, facts=facts)


def _read(path: str | os.PathLike[str], channel: int | None, store: SignalStore) -> Audio:
    """A mono file has no channel to choose, whatever is asked of its partner."""
    return read_audio(path, channel if inspect_audio(path).channels > 1 else None, store)


def _cut(dry: _Signal, wet: _Signal, advance_samples: int) -> tuple[_Signal, _Signal]:
    if advance_samples >= 0:
        wet = wet[advance_samples:]
    else:
        dry = dry[-advance_samples:]
    frames = min(len(dry), len(wet))
    return dry[:frames], wet[:frames]


def _doubts(alignment: Alignment, wet_levels: Levels, floor: float | None) -> list[str]:
    doubts = []
    if alignment.confidence < SURE_CONFIDENCE:
        doubts.append(
            f"The delay of {alignment.delay_samples:.1f} samples is unsure (confidence "
            f"{alignment.confidence:.2f}): check that the two files belong together."
        )
    if abs(wet_levels.dc) > _NOTABLE_DC:
        doubts.append(f"The wet recording has a DC offset of {wet_levels.dc:+.4f}.")
    if floor is not None and floor > _UNREPEATABLE_ESR:
        doubts.append(
            f"The gear does not repeat itself: the same passage came back with an ESR of "
            f"{floor:.3g}. No capture can do better; look for modulation, drift or noise."
        )
    return doubts


def _scaled(repeats: tuple[Repeat, ...], ratio: float, frames: int) -> tuple[Repeat, ...]:
    if ratio == 1.0:
        return repeats
    scaled = (one.scaled(ratio) for one in repeats)
    return tuple(replace(one, frames=min(one.frames, frames - one.second)) for one in scaled)


def _customary(
    dry_file: Audio, alignment: Alignment, rate_hz: int, frames: int
) -> CustomaryLayout | None:
    """The layout is that of the whole dry file; its ranges are moved to where the cut left them."""
    layout = recognise_customary(dry_file.samples, dry_file.rate_hz)
    if layout is None:
        return None
    return layout.moved(
        ratio=rate_hz / dry_file.rate_hz,
        offset=min(0, alignment.advance_samples),
        frames=frames,
    )
