"""A measured figure beside what it must be and should be, and how much work to spend on figures."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Effort", "Figure", "quartiles"]


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How thoroughly to measure.

    Attributes:
        rounds: How often everything is timed; the rounds of what is compared take turns.
        seconds: About how long one timing of a network lasts; at least 2,000 blocks are timed.
        mixes: Random WaveNets.
        passes: Calls of each elementwise loop.
        file_seconds: Length of a rendered file.
        hour_seconds: Length of the file whose rendering's memory is looked at.
        script_blocks: Blocks in JavaScript, of every player.
    """

    rounds: int = 7
    seconds: float = 0.1
    mixes: int = 60
    passes: int = 50
    file_seconds: float = 10.0
    hour_seconds: float = 3600.0
    script_blocks: int = 3000


QUICK = Effort(
    rounds=1,
    seconds=0.0,
    mixes=1,
    passes=5,
    file_seconds=0.5,
    hour_seconds=5.0,
    script_blocks=100,
)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table.

    Attributes:
        what: What was measured.
        unit: Of the four numbers: "%" (numbers are shares of one), "x" or any other.
        median: Over the rounds, or what the one measurement gave.
        quartiles: The first and the third.
        must: The limit.
        aim: What the limit should become.
        more_is_better: Whether the limits are lower limits.
        details: Whatever else belongs to the figure.
    """

    what: str
    unit: str
    median: float
    quartiles: tuple[float, float]
    must: float | None = None
    aim: float | None = None
    more_is_better: bool = True
    details: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, what: str, unit: str, values: Sequence[float], **more: Any) -> "Figure":
        """The figure for the values of all rounds."""
        first, median, third = quartiles(values)
        return cls(what=what, unit=unit, median=median, quartiles=(first, third), **more)

    @property
    def verdict(self) -> str:
        """Which of the limits the median keeps."""
        for name, limit in (("aim", self.aim), ("must", self.must)):
            if limit is not None:
                kept = self.median >= limit if self.more_is_better else self.median <= limit
                if kept:
                    return name
        return "" if self.must is None else "MISSED"

    def to_json(self) -> dict[str, Any]:
        """The figure as plain values."""
        return {**asdict(self), "verdict": self.verdict}

    def line(self) -> str:
        """The figure as a row of the table that `engine.py` heads."""
        numbers = [self._text(value) for value in (self.must, self.aim, self.median)]
        spread = "-".join(self._text(value) for value in self.quartiles)
        share = "" if self.must is None else f"{self.median / self.must:.2f}"
        must, aim, median = numbers
        return f"{self.what:<45} {must:>9} {aim:>9} {median:>9} {spread:>19} {share:>9} " + (
            self.verdict
        )

    def _text(self, value: float | None) -> str:
        if value is None:
            return "-"
        if self.unit == "%":
            return f"{100 * value:.1f}%"
        number = f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}"
        return f"{number}{'' if self.unit == 'x' else ' '}{self.unit}"


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """First quartile, median and third quartile; of a single value the value."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    first, median, third = statistics.quantiles(values, n=4, method="inclusive")
    return first, median, third
