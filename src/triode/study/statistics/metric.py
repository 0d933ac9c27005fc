"""What is compared, on a scale where differences are ratios."""

import math
from dataclasses import dataclass

__all__ = ["METRICS", "Metric", "metric_of"]

_NEPER_PER_DB = math.log(10.0) / 10.0
# Far below anything that single precision can leave.
_SMALLEST = 1e-15


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A figure of a trial, the smaller the better.

    Attributes:
        key: As in `Outcome.metrics`.
        title: For readers, in the middle of a sentence.
        in_db: Whether the figure is in dB already.
        of_silence: What a network that plays nothing scores, which is what a diverged run is
            worth; None where there is no such figure.
    """

    key: str
    title: str
    in_db: bool = False
    of_silence: float | None = None

    def log(self, value: float) -> float:
        """The natural logarithm of the ratio of energies (or distances) behind `value`."""
        return value * _NEPER_PER_DB if self.in_db else math.log(max(value, _SMALLEST))

    def unlog(self, value: float) -> float:
        """The other way."""
        return value / _NEPER_PER_DB if self.in_db else math.exp(value)


METRICS = (
    Metric(key="esr", title="ESR", of_silence=1.0),
    Metric(key="spectral", title="spectral distance"),
    Metric(key="asr_db", title="aliasing", in_db=True),
    Metric(key="low_level_db", title="low-level error", in_db=True),
)


def metric_of(key: str) -> Metric:
    """The metric of that key; an unknown one is taken by its name, in dB if it ends in _db."""
    for one in METRICS:
        if one.key == key:
            return one
    return Metric(key=key, title=key.removesuffix("_db"), in_db=key.endswith("_db"))
