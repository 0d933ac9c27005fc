"""Whether the dry and the wet file were given the wrong way round."""

from typing import Final

import numpy as np
import numpy.typing as npt

from triode.audio import blocks_of
from triode.audio.levels import mean_of
from triode.capture.checks.finding import Finding, Severity
from triode.capture.checks.subject import Subject

__all__ = ["check_order"]

_FEW_SAMPLES: Final = 8
_BLOCK_SECONDS = 0.1
_BLOCKS_AT_ONCE = 64
_RANGE_DB = 50.0
# Amplifiers compress: on real gear with its pauses at rest the spread of the wet level over that of
# the dry one was 0.2 to 1.0, and the crest factor mostly lower. The other way round both are turned
# over. A combo with an offset at rest reached 1.7, but with a lower crest factor.
_COMPRESSED = 0.9
_EXPANDED = 1.14
_SPIKIER_DB = 1.5


def check_order(subject: Subject) -> Finding:
    """Look for signs that the files are swapped: the answer before the question, and expansion.

    Either sign alone has a harmless explanation (a wet file cut at its start; gear that expands),
    so it is a warning. Both together are an error.
    """
    spread = _level_spread_ratio(subject.dry, subject.wet, subject.rate_hz)
    crest_db = subject.wet_levels.crest_db - subject.dry_levels.crest_db
    delay = subject.alignment.delay_samples
    evidence = {
        "level_spread_ratio": spread,
        "crest_difference_db": crest_db,
        "delay_samples": delay,
    }
    before = subject.alignment.sure and delay < -_FEW_SAMPLES and spread > _COMPRESSED
    expanded = delay <= _FEW_SAMPLES and spread > _EXPANDED and crest_db > _SPIKIER_DB
    if not before and not expanded:
        return Finding(
            check="order",
            severity=Severity.FINE,
            summary="The dry file is the question and the wet file the answer.",
            evidence=evidence,
        )
    signs = []
    if before:
        signs.append(f"The wet recording comes {-delay:.0f} samples before the dry one")
    if expanded:
        signs.append(
            f"The wet recording has {spread:.1f} times as large differences in level, and a crest "
            f"factor {crest_db:.1f} dB higher"
        )
    both = before and expanded
    causes = ["The files were given in the wrong order."]
    advice = ["Give the dry file first."]
    if before:
        causes.append("The wet file was cut at its start.")
        advice.append(
            "If the order is right, the wet file was cut at its start: cut the dry one by the same "
            "amount."
        )
    if expanded:
        causes.append("The gear expands: it makes what is loud louder still.")
    return Finding(
        check="order",
        severity=Severity.ERROR if both else Severity.WARNING,
        summary=f"The dry and the wet file {'seem to' if both else 'may'} be swapped. "
        f"{'. '.join(signs)}.",
        evidence=evidence,
        causes=tuple(causes),
        advice=tuple(advice),
    )


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
