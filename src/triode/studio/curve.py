"""The course of a training, from its log."""

import json
import math
from pathlib import Path

from pydantic import BaseModel

__all__ = ["CurvePoint", "training_curve"]


class CurvePoint(BaseModel):
    """What came of one epoch.

    Attributes:
        epoch: From 1.
        esr: Validation ESR by size, where it is a number.
        seconds: Since training began, in all.
    """

    epoch: int
    esr: dict[str, float]
    seconds: float


def training_curve(log: Path) -> list[CurvePoint]:
    """All epochs in a log that `triode.training` wrote; none where there is no log."""
    try:
        lines = log.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    rows = map(json.loads, lines)
    return [
        CurvePoint(
            epoch=row["epoch"],
            esr={name: value for name, value in row["esr"].items() if math.isfinite(value)},
            seconds=row["seconds"],
        )
        for row in rows
    ]
