"""What a recording must be like before anything is worth measuring; the rest is refused at once."""

from typing import Final

from triode.audio import Levels
from triode.audio.levels import SILENCE_DBFS
from triode.capture.checks.finding import RefusedError
from triode.capture.splitting import MINIMUM_SECONDS

__all__ = ["MINIMUM_RATE_HZ", "check_lengths", "check_levels", "check_rate", "common_rate_hz"]

MINIMUM_RATE_HZ: Final = 16_000
"""Below this, too little of a guitar's sound is in the file for a capture to be one."""

_MAXIMUM_RATE_HZ = 384_000
_LOUDEST_DBFS = 40.0


def common_rate_hz(dry_rate_hz: int, wet_rate_hz: int, wanted_hz: int | None) -> int:
    """The rate at which two files can be compared: their own, or else the wanted one.

    Raises:
        RefusedError: The rates differ and none is wanted.
    """
    if dry_rate_hz == wet_rate_hz:
        return dry_rate_hz
    if wanted_hz is None:
        raise RefusedError(
            "rate",
            "the dry and the wet file have different sample rates",
            expected="the same rate for both",
            got=f"{dry_rate_hz} Hz dry, {wet_rate_hz} Hz wet",
            hint="Export both at one rate, or pass --rate to have both resampled.",
        )
    return wanted_hz


def check_rate(rate_hz: int, where: object) -> None:
    """Refuse a rate that cannot carry a guitar."""
    if not MINIMUM_RATE_HZ <= rate_hz <= _MAXIMUM_RATE_HZ:
        raise RefusedError(
            "rate",
            "this sample rate cannot be captured at",
            where=where,
            expected=f"{MINIMUM_RATE_HZ} to {_MAXIMUM_RATE_HZ} Hz, best 48000",
            got=f"{rate_hz} Hz",
            hint="Record again at 48000 Hz; resampling cannot bring back what is missing.",
        )


def check_levels(levels: Levels, where: object) -> None:
    """Refuse what is silent or far too loud."""
    if levels.silent:
        raise RefusedError(
            "silence",
            "the recording is silent",
            where=where,
            expected=f"a peak above {SILENCE_DBFS:g} dBFS",
            got=f"a peak of {levels.peak_dbfs:.1f} dBFS",
            hint="Check cables, channels and gains, and record again.",
        )
    if levels.peak_dbfs > _LOUDEST_DBFS:
        raise RefusedError(
            "level",
            "the recording is far beyond full scale",
            where=where,
            expected=f"a peak below {_LOUDEST_DBFS:g} dBFS, best below 0",
            got=f"a peak of {levels.peak_dbfs:.1f} dBFS",
            hint="It may hold whole numbers stored as decimals: export it again as WAV, 24 bit.",
        )


def check_lengths(dry_frames: int, wet_frames: int, overlap_frames: int, rate_hz: int) -> None:
    """Refuse an overlap that is too short.

    Args:
        dry_frames: Length of the dry file.
        wet_frames: Length of the wet file.
        overlap_frames: How much of the two lies over each other once aligned.
        rate_hz: The rate of all three.
    """
    if overlap_frames < MINIMUM_SECONDS * rate_hz:
        raise RefusedError(
            "length",
            "too little of the dry and the wet recording lies over each other",
            expected=f"at least {MINIMUM_SECONDS:g} s",
            got=f"{max(0, overlap_frames) / rate_hz:.2f} s "
            f"(dry {dry_frames / rate_hz:.2f} s, wet {wet_frames / rate_hz:.2f} s)",
            hint="Check that the files belong together, or record more.",
        )
