"""From two files to a pair: read, check, align, cut, resample."""

import os
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from triode.audio import (
    IN_MEMORY,
    Audio,
    SignalStore,
    inspect_audio,
    measure_levels,
    read_audio,
    resample,
)
from triode.capture.alignment import align, excluded_ranges, given_delay, lay_over
from triode.capture.checks import Finding, RefusedError, Severity, Subject, run_checks
from triode.capture.checks.refusals import (
    check_lengths,
    check_levels,
    check_rate,
    common_rate_hz,
)
from triode.capture.customary import CustomaryLayout, recognise_customary
from triode.capture.excitation import (
    noise_floor_dbfs,
    recognise_excitation,
)
from triode.capture.pair import Facts, Pair
from triode.capture.repairs import (
    channel_likeness,
    pad_end,
    refuse_timing,
    resting_offset,
    sounding_channel,
    timing_repairs,
    true_rate_hz,
    without_offset,
)
from triode.capture.repeats import Repeat, find_repeats
from triode.capture.replicate import replicate_floor_esr
from triode.capture.splitting import Range
from triode.capture.timing import SURE_CONFIDENCE, Alignment
from triode.errors import AudioError, CaptureError

__all__ = ["make_pair"]

_Signal = npt.NDArray[np.float32]


def make_pair(
    dry_path: str | os.PathLike[str],
    wet_path: str | os.PathLike[str],
    *,
    rate_hz: int | None = None,
    channel: int | None = None,
    delay_samples: float | None = None,
    repair: bool = True,
    aligned: bool = False,
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
        delay_samples: How much later than the dry recording the wet one comes, in samples at the
            rate at which they are compared, when that is known better than it can be measured.
            Neither drift nor lost samples are looked for then.
        repair: Put right what can be put right without guessing; `Facts.repairs` says what was.
        aligned: The two begin at the same moment, as when one was computed from the other: what
            looks like a delay is part of the sound, and nothing is moved.
        store: Where to keep the signals.

    Raises:
        AudioError: A file cannot be read.
        CaptureError: The two cannot be used: rates, silence, clipping, length, order, or no
            likeness between them. A `RefusedError` carries the findings.
        OutputError: The store cannot be written.
    """
    repairs: list[str] = []
    dry_file, _ = _read(dry_path, channel, repairs, store, repair=repair)
    wet_file, wet_channel = _read(wet_path, channel, repairs, store, repair=repair)
    for audio in (dry_file, wet_file):
        check_rate(audio.rate_hz, audio.path)
    if rate_hz is None and repair and dry_file.rate_hz != wet_file.rate_hz:
        rate_hz = dry_file.rate_hz
        repairs.append(f"The wet recording was resampled to {rate_hz} Hz, the dry one's rate.")
    own_rate_hz = common_rate_hz(dry_file.rate_hz, wet_file.rate_hz, rate_hz)
    pair_rate_hz = own_rate_hz if rate_hz is None else rate_hz
    check_rate(pair_rate_hz, "--rate")
    dry_levels, wet_levels = measure_levels(dry_file.samples), measure_levels(wet_file.samples)
    check_levels(dry_levels, dry_file.path)
    check_levels(wet_levels, wet_file.path)

    dry = resample(dry_file.samples, dry_file.rate_hz, own_rate_hz, store)
    wet = resample(wet_file.samples, wet_file.rate_hz, own_rate_hz, store)
    check_lengths(len(dry), len(wet), min(len(dry), len(wet)), own_rate_hz)
    likeness = channel_likeness(wet_file, dry, own_rate_hz)
    excitation = recognise_excitation(dry, own_rate_hz)
    wet, alignment, true_hz = _aligned(
        dry,
        wet,
        own_rate_hz,
        wet_file,
        channel,
        likeness,
        repairs,
        store,
        delay_samples=delay_samples,
        repair=repair,
    )
    if aligned:
        alignment = replace(
            alignment,
            delay_samples=0.0,
            advance_samples=0,
            advance_fraction=0.0,
            drift_ppm=0.0,
            jumps=(),
        )
    if not repair:
        refuse_timing(alignment, len(dry))
    lengths = len(dry), len(wet)
    dry, wet, cut = lay_over(dry, wet, alignment, store)
    padding = None
    if repair:
        wet, padding = pad_end(dry, wet, own_rate_hz, store)
    frames = min(len(dry), len(wet))
    dry, wet = dry[:frames], wet[:frames]
    check_lengths(*lengths, frames, own_rate_hz)
    excluded = excluded_ranges(alignment, own_rate_hz, cut, frames)
    offset = resting_offset(dry, wet, own_rate_hz)
    removal = None
    if repair:
        wet, removal = without_offset(wet, offset, store)
    repairs += timing_repairs(alignment, own_rate_hz, cut)
    repairs += [one for one in (padding, removal) if one]
    if excitation is not None:
        excitation = replace(excitation, offset=excitation.offset - cut, frames=frames)
    repeats = find_repeats(dry, own_rate_hz) if excitation is None else excitation.repeats
    floor = replicate_floor_esr(wet, own_rate_hz, repeats, excluded)
    findings = run_checks(
        Subject(
            dry=dry,
            wet=wet,
            rate_hz=own_rate_hz,
            dry_file=dry_file,
            wet_file=wet_file,
            dry_levels=dry_levels,
            wet_levels=wet_levels,
            alignment=alignment,
            repeats=repeats,
            replicate_floor_esr=floor,
            resting_offset=offset,
            offset_removed=removal is not None,
            true_wet_rate_hz=true_hz,
            wet_channel=wet_channel,
            channel_likeness=likeness,
        )
    )
    _refuse(findings, wet_file)

    dry = resample(dry, own_rate_hz, pair_rate_hz, store)
    wet = resample(wet, own_rate_hz, pair_rate_hz, store)
    ratio = pair_rate_hz / own_rate_hz
    if excitation is not None:
        excitation = excitation.scaled(ratio, len(dry))
    alignment = alignment.at_rate(ratio)
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
        customary=_customary(dry_file, cut * ratio, pair_rate_hz, len(dry)),
        findings=findings,
        excitation=excitation,
        noise_floor_dbfs=None if excitation is None else noise_floor_dbfs(wet, excitation),
        excluded=_at_rate(excluded, ratio, len(dry)),
        repairs=tuple(repairs),
    )
    return Pair(dry=dry, wet=wet, rate_hz=pair_rate_hz, facts=facts)


def _read(
    path: str | os.PathLike[str],
    channel: int | None,
    repairs: list[str],
    store: SignalStore,
    *,
    repair: bool,
) -> tuple[Audio, int]:
    """The file and which of its channels it is; a mono file has none to choose."""
    if inspect_audio(path).channels == 1:
        return read_audio(path, None, store), 1
    try:
        return read_audio(path, channel, store), channel or 1
    except AudioError:
        only = sounding_channel(path) if channel is None and repair else None
        if only is None:
            raise
        repairs.append(f"{path}: channel {only} was taken, the only one with any sound.")
        return read_audio(path, only, store), only


def _aligned(
    dry: _Signal,
    wet: _Signal,
    rate_hz: int,
    wet_file: Audio,
    channel: int | None,
    likeness: tuple[float, ...],
    repairs: list[str],
    store: SignalStore,
    *,
    delay_samples: float | None,
    repair: bool,
) -> tuple[_Signal, Alignment, int]:
    """Find how wet lies over dry; when they do not fit, whether channel or speed is why."""
    if delay_samples is not None:
        return wet, given_delay(delay_samples), wet_file.rate_hz
    try:
        return wet, align(dry, wet, rate_hz, store), wet_file.rate_hz
    except CaptureError:
        best = max(range(len(likeness)), key=lambda one: likeness[one]) if likeness else 0
        if likeness and likeness[best] >= SURE_CONFIDENCE:
            raise RefusedError(
                "channel",
                "the chosen channel does not follow the dry recording, another one does",
                where=wet_file.path,
                expected=f"channel {best + 1}",
                got=f"channel {channel or 1}",
                hint=f"Pass --channel {best + 1}.",
            ) from None
        true_hz = true_rate_hz(dry, wet, rate_hz)
        if true_hz is None:
            raise
        if not repair:
            raise RefusedError(
                "rate",
                "the wet recording plays at the wrong speed",
                where=wet_file.path,
                expected=f"samples taken at {rate_hz} Hz, as the file says",
                got=f"samples that fit the dry recording at {true_hz} Hz",
                hint="Leave out --no-repair to have it resampled, or record again at one rate.",
            ) from None
    wet = resample(wet, true_hz, rate_hz, store)
    repairs.append(f"The wet recording was resampled from {true_hz} Hz, its true rate.")
    return wet, align(dry, wet, rate_hz, store), true_hz


def _refuse(findings: tuple[Finding, ...], wet_file: Audio) -> None:
    """Raise the first error among the findings, all of them attached."""
    for one in findings:
        if one.severity is Severity.ERROR:
            raise RefusedError(
                one.check,
                f"{one.summary[:1].lower()}{one.summary[1:]}".rstrip("."),
                where=wet_file.path if one.check == "clipping-wet" else None,
                hint=one.advice[0] if one.advice else None,
                findings=findings,
            )


def _at_rate(ranges: tuple[Range, ...], ratio: float, frames: int) -> tuple[Range, ...]:
    return tuple(
        (int(start * ratio), min(frames, int(np.ceil(stop * ratio)))) for start, stop in ranges
    )


def _scaled(repeats: tuple[Repeat, ...], ratio: float, frames: int) -> tuple[Repeat, ...]:
    if ratio == 1.0:
        return repeats
    scaled = (one.scaled(ratio) for one in repeats)
    return tuple(replace(one, frames=min(one.frames, frames - one.second)) for one in scaled)


def _customary(dry_file: Audio, cut: float, rate_hz: int, frames: int) -> CustomaryLayout | None:
    """The layout is that of the whole dry file; its ranges are moved to where the cut left them."""
    layout = recognise_customary(dry_file.samples, dry_file.rate_hz)
    if layout is None:
        return None
    return layout.moved(ratio=rate_hz / dry_file.rate_hz, offset=-round(cut), frames=frames)
