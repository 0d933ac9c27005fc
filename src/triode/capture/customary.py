"""The input files that most captures so far were made with, known by their structure.

They are recognised so that an error on the split that is customary with them can stand beside
ours. The files themselves are not needed: each has clicks, sweeps, noise and validation passages
at places of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.signal

from triode.audio import peak_of

__all__ = ["CustomaryLayout", "recognise_customary"]

_Signal = npt.NDArray[np.float32]

_CLICK_RADIUS_SECONDS = 0.002
_CLICK_QUIET_SECONDS = 0.1
_QUIET_SHARE = 0.01
_SAME_SHARE = 1e-3
_FLATNESS_FRAMES = 512
_SWEEP_FLATNESS_MAX = 0.2
_NOISE_FLATNESS_MIN = 0.35


@dataclass(frozen=True, kw_only=True)
class CustomaryLayout:
    """A recognised input file and the ranges customarily trained on and validated with it."""

    name: str
    train: tuple[int, int]
    validation: tuple[int, int]

    def moved(self, *, ratio: float, offset: int, frames: int) -> "CustomaryLayout":
        """The ranges at another rate, then `offset` later, within a recording of `frames`."""

        def move(bounds: tuple[int, int]) -> tuple[int, int]:
            start, stop = (round(bound * ratio) + offset for bound in bounds)
            return min(max(0, start), frames), min(max(0, stop), frames)

        return CustomaryLayout(
            name=self.name, train=move(self.train), validation=move(self.validation)
        )


def recognise_customary(dry: npt.NDArray[np.float32], rate_hz: float) -> CustomaryLayout | None:
    """Tell whether `dry`, shape (frames,), is one of the customary input files, and which."""
    for rate, smallest_seconds, recognise in _LAYOUTS:
        if rate_hz == rate and len(dry) >= smallest_seconds * rate:
            layout = recognise(dry)
            if layout is not None:
                return layout
    return None


def _version_1(dry: _Signal) -> CustomaryLayout | None:
    end = len(dry)
    if (
        _clicks(dry, (12_000, 36_000), 48_000)
        and _sweep(dry[48_000:192_000])
        and _noise(dry[192_000:336_000])
    ):
        return CustomaryLayout(
            name="NAM input v1", train=(0, end - 432_000), validation=(end - 432_000, end)
        )
    return None


def _version_2(dry: _Signal) -> CustomaryLayout | None:
    end = len(dry)
    first, second = end - 960_000, end - 528_000
    if _clicks(dry, (24_000, 72_000, end - 72_000, end - 24_000), 48_000) and _same(
        dry[first:second], dry[second : second + 432_000]
    ):
        return CustomaryLayout(name="NAM input v2", train=(0, first), validation=(first, second))
    return None


def _version_3(dry: _Signal) -> CustomaryLayout | None:
    end = len(dry)
    if (
        _clicks(dry, (504_000, 552_000), 48_000)
        and _quiet(dry[432_000:480_000], dry)
        and _same(dry[:432_000], dry[end - 432_000 :])
        and _noise(dry[720_000:816_000])
    ):
        return CustomaryLayout(
            name="NAM input v3", train=(480_000, end - 432_000), validation=(end - 432_000, end)
        )
    return None


def _proteus(dry: _Signal) -> CustomaryLayout | None:
    end = len(dry)
    if (
        _clicks(dry, (0, 22_050), 44_100)
        and _sweep(dry[44_100 : 9 * 44_100])
        and _noise(dry[9 * 44_100 : 17 * 44_100])
    ):
        return CustomaryLayout(
            name="Proteus input",
            train=(44_100, end - 441_000),
            validation=(end - 441_000, end),
        )
    return None


_LAYOUTS: Final[tuple[tuple[int, float, Callable[[_Signal], CustomaryLayout | None]], ...]] = (
    (48_000, 30.0, _version_3),
    (48_000, 24.0, _version_2),
    (48_000, 20.0, _version_1),
    (44_100, 31.0, _proteus),
)


def _clicks(dry: _Signal, places: tuple[int, ...], rate_hz: int) -> bool:
    """Whether something short and loud stands at each place, and nothing around it."""
    peak = peak_of(dry)
    radius = round(_CLICK_RADIUS_SECONDS * rate_hz)
    quiet = round(_CLICK_QUIET_SECONDS * rate_hz)
    for place in places:
        window = np.abs(dry[max(0, place - quiet) : place + quiet])
        near = np.abs(dry[max(0, place - radius) : place + radius + 1])
        loudest = float(near.max(initial=0.0))
        around = np.count_nonzero(window > _QUIET_SHARE * loudest)
        inside = np.count_nonzero(near > _QUIET_SHARE * loudest)
        if loudest < 0.1 * peak or loudest == 0 or around > inside:
            return False
    return True


def _quiet(passage: _Signal, whole: _Signal) -> bool:
    return float(np.abs(passage).max()) <= _QUIET_SHARE * peak_of(whole)


def _same(first: _Signal, second: _Signal) -> bool:
    """Whether two passages are equal but for a little noise, and not silent."""
    energy = float(np.sum(first.astype(np.float64) ** 2))
    difference = float(np.sum((first.astype(np.float64) - second) ** 2))
    return energy > 0 and difference <= _SAME_SHARE**2 * energy


def _sweep(passage: _Signal) -> bool:
    return _flatness(passage) <= _SWEEP_FLATNESS_MAX


def _noise(passage: _Signal) -> bool:
    return _flatness(passage) >= _NOISE_FLATNESS_MIN


def _flatness(passage: _Signal) -> float:
    """Median spectral flatness of short frames: near 0 for a tone, about 0.56 for white noise.

    Not a number, hence neither, for a passage that is mostly silent.
    """
    _, _, power = scipy.signal.spectrogram(passage, nperseg=_FLATNESS_FRAMES, detrend=False)
    power = power[1:-1].astype(np.float64)
    means = power.mean(axis=0)
    sounding = means > 1e-6 * max(float(means.max(initial=0.0)), 1e-30)
    if np.count_nonzero(sounding) < 0.5 * len(sounding):
        return float("nan")
    logs = np.log(np.maximum(power[:, sounding], 1e-30))
    return float(np.median(np.exp(logs.mean(axis=0)) / means[sounding]))
