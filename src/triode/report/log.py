"""The training log that lies beside a model, as far as a report needs it."""

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from triode.errors import TrainingError

__all__ = ["TrainingLog", "parse_training_log", "read_training_log"]


@dataclass(frozen=True, kw_only=True)
class TrainingLog:
    """One value per epoch, (epochs,) each.

    Attributes:
        epochs: Number of each epoch.
        loss: Training loss by size name; None where the log has none.
        esr: Validation ESR by size name; None where it was not measured.
    """

    epochs: tuple[int, ...]
    loss: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    esr: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)


def read_training_log(path: str | os.PathLike[str]) -> TrainingLog | None:
    """The log at `path`, or None when there is none or it has no epochs.

    Raises:
        TrainingError: It cannot be read, or a line in it is not JSON.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(
            "the training log cannot be read", where=path, expected="JSON lines", got=error
        ) from error
    return parse_training_log(text, where=str(path))


def parse_training_log(text: str, *, where: str = "training log") -> TrainingLog | None:
    """Parse JSON lines; lines without an epoch are left out, None when no line has one.

    An epoch logged twice counts as logged last, and a last line that was cut off is left out.

    Raises:
        TrainingError: A line before the last is not JSON.
    """
    rows: dict[int, Mapping[str, object]] = {}
    lines = text.splitlines()
    for number, content in enumerate(lines, start=1):
        try:
            row = json.loads(content) if content.strip() else None
        except (ValueError, RecursionError) as error:
            if number == len(lines):
                break
            raise TrainingError(
                "the training log is damaged",
                where=f"{where}, line {number}",
                expected="a JSON object",
                hint="Remove the log; the report is written without training curves then.",
            ) from error
        if isinstance(row, dict) and isinstance(row.get("epoch"), int):
            rows[row["epoch"]] = row
    if not rows:
        return None
    epochs = sorted(rows)
    ordered = [rows[epoch] for epoch in epochs]
    return TrainingLog(
        epochs=tuple(epochs), loss=_by_size(ordered, "loss"), esr=_by_size(ordered, "esr")
    )


def _by_size(rows: Sequence[Mapping[str, object]], key: str) -> dict[str, tuple[float | None, ...]]:
    columns = [column if isinstance(column := row.get(key), Mapping) else {} for row in rows]
    names = dict.fromkeys(str(name) for column in columns for name in column)
    return {name: tuple(_number(column.get(name)) for column in columns) for name in names}


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return None
