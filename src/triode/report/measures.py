"""The measures of a comparison: one row each, with the best of it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from triode.report.comparison import Comparison
from triode.report.evaluation import Evaluation, SizeResult
from triode.report.findings import QUESTIONS, Question, finding

__all__ = ["MEASURES", "Measure", "best", "comparison_json"]

_TIE = 1e-3


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A number of which less is better.

    Attributes:
        key: Its name for machines.
        title: Its name for people.
        unit: "dB", "" for a ratio, or "count".
        value: The number; NaN when it cannot be told.
    """

    key: str
    title: str
    unit: str
    value: Callable[[SizeResult, Evaluation], float]


def _of(question: Question) -> Measure:
    return Measure(
        key=f"{question.key}_db", title=question.title, unit="dB", value=question.measure
    )


MEASURES: tuple[Measure, ...] = (
    Measure(key="esr", title="ESR", unit="", value=lambda size, _: size.validation.esr),
    Measure(
        key="null_depth_db",
        title="Null depth",
        unit="dB",
        value=lambda size, _: size.validation.null_depth_db,
    ),
    Measure(
        key="stft_distance",
        title="Spectral distance",
        unit="",
        value=lambda size, _: size.validation.stft_distance,
    ),
    Measure(
        key="level_difference_db",
        title="Level difference, its size",
        unit="dB",
        value=lambda size, _: abs(size.validation.level_difference_db),
    ),
    *(_of(question) for question in QUESTIONS),
    Measure(
        key="macs", title="MACs per sample", unit="count", value=lambda size, _: size.cost.macs
    ),
)
"""In the order of a comparison's rows."""


def best(values: list[float]) -> set[int]:
    """Which values are the smallest, ties included; none when all are, or only one is there."""
    known = [value for value in values if not math.isnan(value)]
    if len(known) < 2:
        return set()
    least = min(known)
    reach = least if math.isinf(least) else least + _TIE * abs(least)
    winners = {index for index, value in enumerate(values) if value <= reach}
    return set() if len(winners) == len(known) else winners


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as what `json.dumps` takes; what is not finite becomes None."""
    evaluation = comparison.evaluation
    captures = []
    for path, size in zip(comparison.paths, evaluation.sizes, strict=True):
        aliasing = size.probes.aliasing
        row: dict[str, Any] = {
            "file": path.name,
            "size": size.network.name,
            "label": size.label,
            "grade": size.verdict.grade.title,
            "findings": {one.key: finding(one, size, evaluation).grade for one in QUESTIONS},
            "aliasing_twice_the_rate_db": _number(aliasing.twice_the_rate_median_db),
        }
        for measure in MEASURES:
            row[measure.key] = _number(float(measure.value(size, evaluation)))
        captures.append(row)
    return {
        "reference": comparison.reference,
        "replicate_floor_esr": evaluation.recording.replicate_floor,
        "captures": captures,
        "warnings": list(comparison.warnings),
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
