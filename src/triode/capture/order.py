"""Whether the dry and the wet file were given the wrong way round."""

from typing import Final

import numpy as np
import numpy.typing as npt

from triode.audio import Levels, blocks_of
from triode.audio.levels import mean_of
from triode.capture.timing import Alignment
from triode.errors import CaptureError

__all__ = ["check_order"]

_FEW_SAMPLES: Final = 8
_BLOCK_SECONDS = 0.1
_BLOCKS_AT_ONCE = 64
_RANGE_DB = 50.0
# Amplifiers compress: on real gear the spread of the wet level over that of the dry one was 0.35
# to 1.0, and the wet crest factor mostly lower. The other way round both are turned over.
_COMPRESSED = 0.9
_EXPANDED = 1.14
_SPIKIER_DB = 1.5


def check_order(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    rate_hz: float,
    alignment: Alignment,
    dry_levels: Levels,
    wet_levels: Levels,
) -> tuple[str, ...]:
    """Look for signs that the files are swapped: the answer before the question, or expansion.

    Args:
        dry: Shape (frames,), aligned.
        wet: Shape (frames,), aligned.
        rate_hz: The rate of both.
        alignment: Their alignment.
        dry_levels: Levels of the dry file.
        wet_levels: Levels of the wet file.

    Returns:
        Warnings.

    Raises:
        CaptureError: The files are probably swapped.
    """
    spread = _level_spread_ratio(dry, wet, rate_hz)
    early = alignment.delay_samples < -_FEW_SAMPLES
    late = alignment.delay_samples > _FEW_SAMPLES
    spikier = wet_levels.crest_db - dry_levels.crest_db > _SPIKIER_DB
    if early and spread > _COMPRESSED:
        raise CaptureError(
            "the dry and the wet file seem to be swapped",
            expected="a wet recording that comes after the dry one",
            got=f"one that comes {-alignment.delay_samples:.0f} samples before it",
            hint="Give the dry file first. If the order is right, the wet file was cut at its "
            "start: cut the dry one by the same amount.",
        )
    if not late and spread > _EXPANDED and spikier:
        raise CaptureError(
            "the dry and the wet file seem to be swapped",
            expected="a wet recording with smaller differences in level than the dry one",
            got=f"differences {spread:.1f} times as large and a crest factor "
            f"{wet_levels.crest_db - dry_levels.crest_db:.1f} dB higher",
            hint="Give the dry file first.",
        )
    if not early:
        return ()
    warning = (
        f"The wet recording starts {-alignment.delay_samples:.0f} samples before the dry one; "
        "it was probably cut at its start. Check that the files are not swapped."
    )
    return (warning,)


def _level_spread_ratio(
    dry: npt.NDArray[np.float32], wet: npt.NDArray[np.float32], rate_hz: float
) -> float:
    """Spread of the wet level over that of the dry level, both in dB, where something plays."""
    dry_db, wet_db = _block_levels_db(dry, rate_hz), _block_levels_db(wet, rate_hz)
    playing = dry_db > dry_db.max() - _RANGE_DB
    dry_spread = float(dry_db[playing].std())
    return float(wet_db[playing].std()) / dry_spread if dry_spread > 0 else 1.0


def _block_levels_db(signal: npt.NDArray[np.float32], rate_hz: float) -> npt.NDArray[np.float64]:
    block = round(_BLOCK_SECONDS * rate_hz)
    whole = signal[: len(signal) // block * block]
    energies = [
        np.einsum("ij,ij->i", blocks, blocks, dtype=np.float64)
        for part in blocks_of(whole, _BLOCKS_AT_ONCE * block)
        for blocks in [part.reshape(-1, block)]
    ]
    power = np.concatenate(energies) / block - mean_of(signal) ** 2
    return np.asarray(10 * np.log10(np.maximum(power, 1e-10)))
