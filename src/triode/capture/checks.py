"""What a recording must be like before its delay is worth measuring."""

from typing import Final

from triode.audio import Levels
from triode.audio.levels import SILENCE_DBFS
from triode.capture.splitting import MINIMUM_SECONDS
from triode.errors import CaptureError

__all__ = ["MINIMUM_RATE_HZ", "check_lengths", "check_levels", "check_rate", "common_rate_hz"]

MINIMUM_RATE_HZ: Final = 16_000
"""Below this, too little of a guitar's sound is in the file for a capture to be one."""

_USUAL_RATE_HZ = 44_100
_MAXIMUM_RATE_HZ = 384_000
_FULL_SCALE_DBFS = -0.2
_LOUDEST_DBFS = 40.0
_HEAVILY_CLIPPED_SHARE = 0.01
_NOTABLE_FLAT_SHARE = 0.001
_LENGTHS_MAY_DIFFER_SECONDS = 0.1


def common_rate_hz(dry_rate_hz: int, wet_rate_hz: int, wanted_hz: int | None) -> int:
    """The rate at which two files can be compared: their own, or else the wanted one.

    Raises:
        CaptureError: The rates differ and none is wanted.
    """
    if dry_rate_hz == wet_rate_hz:
        return dry_rate_hz
    if wanted_hz is None:
        raise CaptureError(
            "the dry and the wet file have different sample rates",
            expected="the same rate for both",
            got=f"{dry_rate_hz} Hz dry, {wet_rate_hz} Hz wet",
            hint="Export both at one rate, or pass --rate to have both resampled.",
        )
    return wanted_hz


def check_rate(rate_hz: int, where: object) -> tuple[str, ...]:
    """Refuse a rate that cannot carry a guitar; return warnings about an unusual one."""
    if not MINIMUM_RATE_HZ <= rate_hz <= _MAXIMUM_RATE_HZ:
        raise CaptureError(
            "this sample rate cannot be captured at",
            where=where,
            expected=f"{MINIMUM_RATE_HZ} to {_MAXIMUM_RATE_HZ} Hz, best 48000",
            got=f"{rate_hz} Hz",
            hint="Record again at 48000 Hz; resampling cannot bring back what is missing.",
        )
    if rate_hz < _USUAL_RATE_HZ:
        return (f"{where}: the rate of {rate_hz} Hz is low; what is above its half is missing.",)
    return ()


def check_levels(levels: Levels, where: object, *, is_wet: bool) -> tuple[str, ...]:
    """Refuse what is silent, far too loud or, if wet, heavily clipped; return other warnings.

    A clipped dry file is only warned about: it is what was sent, so the pair is still true.
    """
    if levels.silent:
        raise CaptureError(
            "the recording is silent",
            where=where,
            expected=f"a peak above {SILENCE_DBFS:g} dBFS",
            got=f"a peak of {levels.peak_dbfs:.1f} dBFS",
            hint="Check cables, channels and gains, and record again.",
        )
    if levels.peak_dbfs > _LOUDEST_DBFS:
        raise CaptureError(
            "the recording is far beyond full scale",
            where=where,
            expected=f"a peak below {_LOUDEST_DBFS:g} dBFS, best below 0",
            got=f"a peak of {levels.peak_dbfs:.1f} dBFS",
            hint="It may hold whole numbers stored as decimals: export it again as WAV, 24 bit.",
        )
    if levels.peak_dbfs < _FULL_SCALE_DBFS:
        if levels.clipped_share <= _NOTABLE_FLAT_SHARE:
            return ()
        flat = (
            f"{where}: {levels.clipped_samples} samples lie in flat tops at "
            f"{levels.peak_dbfs:.1f} dBFS; it may have been clipped before it was turned down."
        )
        return (flat,)
    if levels.clipped_samples == 0:
        return ()
    if is_wet and levels.clipped_share > _HEAVILY_CLIPPED_SHARE:
        raise CaptureError(
            "the recording is heavily clipped",
            where=where,
            expected=f"at most {100 * _HEAVILY_CLIPPED_SHARE:g} % of the samples at full scale",
            got=f"{levels.clipped_samples} samples ({100 * levels.clipped_share:.1f} %)",
            hint="Turn the interface's input gain down and record again.",
        )
    return (f"{where}: {levels.clipped_samples} samples are clipped at full scale.",)


def check_lengths(
    dry_frames: int, wet_frames: int, overlap_frames: int, rate_hz: int
) -> tuple[str, ...]:
    """Refuse an overlap that is too short; return a warning when much is left out.

    Args:
        dry_frames: Length of the dry file.
        wet_frames: Length of the wet file.
        overlap_frames: How much of the two lies over each other once aligned.
        rate_hz: The rate of all three.
    """
    if overlap_frames < MINIMUM_SECONDS * rate_hz:
        raise CaptureError(
            "too little of the dry and the wet recording lies over each other",
            expected=f"at least {MINIMUM_SECONDS:g} s",
            got=f"{max(0, overlap_frames) / rate_hz:.2f} s "
            f"(dry {dry_frames / rate_hz:.2f} s, wet {wet_frames / rate_hz:.2f} s)",
            hint="Check that the files belong together, or record more.",
        )
    if abs(dry_frames - wet_frames) <= _LENGTHS_MAY_DIFFER_SECONDS * rate_hz:
        return ()
    which = "shorter" if wet_frames < dry_frames else "longer"
    warning = (
        f"The wet recording is {abs(dry_frames - wet_frames) / rate_hz:.2f} s {which} than the "
        f"dry one; the {overlap_frames / rate_hz:.2f} s that both have are used."
    )
    return (warning,)
