"""What checks look at: two aligned recordings, and measurements that several of them share."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from triode.audio import Audio, Levels, release
from triode.capture.checks.pauses import Pause, find_pauses
from triode.capture.checks.short_time import ShortTime, short_time
from triode.capture.repeats import Repeat
from triode.capture.timing import Alignment

__all__ = ["Subject"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """A pair under examination.

    Attributes:
        dry: (frames,), cut so that it lies under `wet`.
        wet: (frames,).
        rate_hz: The rate of both.
        dry_file: The dry file as read.
        wet_file: The wet file as read.
        dry_levels: Levels of the dry file.
        wet_levels: Levels of the wet file.
        alignment: How the two were laid over each other.
        repeats: Passages the dry recording plays twice, longest first.
        replicate_floor_esr: ESR between two takes of the longest of them, or None.
        resting_offset: What the wet file rests at while nothing is played; None if unknown.
        offset_removed: Whether `wet` is without it.
        true_wet_rate_hz: The rate at which the wet samples were really taken.
        wet_channel: Which channel of the wet file was taken, from 1.
        channel_likeness: How well each channel of the wet file follows the dry one, 0 to 1.
    """

    dry: npt.NDArray[np.float32]
    wet: npt.NDArray[np.float32]
    rate_hz: int
    dry_file: Audio
    wet_file: Audio
    dry_levels: Levels
    wet_levels: Levels
    alignment: Alignment
    repeats: tuple[Repeat, ...]
    replicate_floor_esr: float | None
    resting_offset: float | None
    offset_removed: bool
    true_wet_rate_hz: int
    wet_channel: int
    channel_likeness: tuple[float, ...]

    def release(self) -> None:
        """Give back the memory of mapped signals; see `triode.audio.store`."""
        for signal in (self.dry, self.wet, self.dry_file.samples, self.wet_file.samples):
            release(signal)

    @cached_property
    def pauses(self) -> tuple[Pause, ...]:
        """Where nothing is played."""
        return find_pauses(self.dry, self.rate_hz)

    @cached_property
    def short_time(self) -> ShortTime:
        """Short-time spectra of both."""
        return short_time(self.dry, self.wet, self.rate_hz)

    @cached_property
    def wet_power(self) -> float:
        """Mean square of the wet signal less its mean."""
        spread = self.wet_levels.dc**2
        return float(max(10 ** (self.wet_levels.rms_dbfs / 10) - spread, 1e-15))
