"""What a training learns from: the aligned recordings, scaled, and the ranges to use."""

import hashlib
import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.audio import IN_MEMORY, SignalStore, blocks_of, release
from triode.audio.levels import mean_of
from triode.errors import TrainingError

__all__ = ["Material", "prepare_material"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Material:
    """Signals and ranges, ready for training.

    Attributes:
        dry: (frames,) float32.
        wet: (frames,) float32, scaled so that its training ranges have the recipe's RMS level.
        rate_hz: Sample rate.
        training: Ranges [start, stop) that windows may lie in, run-in included.
        validation: The range [start, stop) over which the ESR is measured.
        output_gain: What the scaled wet signal times gives the recording's own level.
        fingerprint: SHA-256 of all of this.
    """

    dry: npt.NDArray[np.float32]
    wet: npt.NDArray[np.float32]
    rate_hz: float
    training: tuple[tuple[int, int], ...]
    validation: tuple[int, int]
    output_gain: float
    fingerprint: str

    @property
    def wet_mean(self) -> float:
        """The mean of the scaled wet signal over its training ranges."""
        sums = [mean_of(self.wet[a:b]) * (b - a) for a, b in self.training]
        return sum(sums) / sum(stop - start for start, stop in self.training)

    def release(self) -> None:
        """Give back the memory of mapped signals; see `triode.audio.store`."""
        release(self.dry)
        release(self.wet)


def prepare_material(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    *,
    rate_hz: float,
    training: tuple[tuple[int, int], ...],
    validation: tuple[int, int],
    wet_level_dbfs: float,
    store: SignalStore = IN_MEMORY,
) -> Material:
    """Scale the wet recording to `wet_level_dbfs` RMS over its training ranges.

    The ESR does not change with scale, but the gradients of the MSE, and its balance with the
    spectral term, do. The scale is undone in the exported network by one multiplication.

    Raises:
        TrainingError: The wet recording is silent where it should be learned from or judged.
        OutputError: The store for the scaled recording cannot be written.
    """
    energy = sum(
        float(np.square(block, dtype=np.float64).sum())
        for start, stop in training
        for block in blocks_of(wet[start:stop])
    )
    samples = sum(stop - start for start, stop in training)
    if energy == 0.0 or not np.any(wet[slice(*validation)]):
        raise TrainingError(
            "the wet recording is silent in its training or validation passage",
            expected="the sound of the gear",
            got="zeros",
            hint="Check the recording with triode check.",
        )
    level = np.sqrt(energy / samples)
    gain = 10.0 ** (wet_level_dbfs / 20.0) / level
    facts = json.dumps([float(rate_hz), training, validation]).encode()
    digest = hashlib.sha256(facts)
    for signal in (dry, wet):
        for block in blocks_of(signal):
            digest.update(np.ascontiguousarray(block, "<f4").data)
    return Material(
        dry=dry,
        wet=store.keep((block * np.float32(gain) for block in blocks_of(wet)), len(wet)),
        rate_hz=rate_hz,
        training=training,
        validation=validation,
        output_gain=float(1.0 / np.float32(gain)),
        fingerprint=digest.hexdigest(),
    )
