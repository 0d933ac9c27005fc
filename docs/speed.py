"""The reference page that says how fast playing and training were measured to be."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tables import table

__all__ = ["speed"]

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results"
PARTS: Final = (
    ("engine", "Playing", "`make bench`", "in blocks of 64 frames unless a whole file is named"),
    ("training", "Training", "`python benchmarks/training.py`", "two threads"),
)
"""Result, heading, command, circumstances."""


def speed() -> Iterator[str]:
    """Every figure of the two benchmarks beside what it was meant to be."""
    yield "# How fast\n"
    yield "Figures of benchmarks, as measured, those that miss their mark among them. Ratios and"
    yield "shares were taken in turns on one machine, so that they carry over to others better than"
    yield "times do; they still depend on the processor. Theirs is `neural-amp-modeler` 0.13.0.\n"
    for name, heading, command, circumstances in PARTS:
        result = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
        cpu, cores = result["machine"]["cpu"], result["machine"]["cores"]
        yield f"## {heading}\n"
        yield f"{command}, {result['date']}, {cores} cores of {cpu}, {circumstances}.\n"
        rows = [
            (
                one["what"],
                _number(one["median"], one["unit"]),
                _spread(one),
                _limit(one, "must"),
                _limit(one, "aim"),
                {"must": "yes", "aim": "and the aim", "MISSED": "missed"}.get(one["verdict"], ""),
            )
            for one in result["figures"]
        ]
        yield from table(("what", "median", "quartiles", "has to be", "aim", "kept"), rows)


def _spread(figure: dict[str, Any]) -> str:
    low, high = (_number(value, figure["unit"]) for value in figure["quartiles"])
    return "" if low == high else f"{low} to {high}"


def _limit(figure: dict[str, Any], name: str) -> str:
    if figure[name] is None:
        return ""
    sign = "≥" if figure["more_is_better"] else "≤"
    return f"{sign} {_number(figure[name], figure['unit'])}"


def _number(value: float, unit: str) -> str:
    if unit == "%":
        return f"{100.0 * value:.0f} %"
    number = f"{value:.2f}" if value < 10.0 else f"{value:.3g}"
    return number + ("\N{MULTIPLICATION SIGN}" if unit == "x" else f" {unit}")
