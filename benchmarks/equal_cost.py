"""How two arms that are equally good come out at equal cost, read off lines alone or with a bend.

    python benchmarks/equal_cost.py

Both arms lie on one curve of log ESR over log cost, at widths that lie otherwise around the target:
those of a bottleneck of twice the width and of A2 itself in the study a2-glimpse, at the cost of
A2 Lite. Every training adds chance of its own. The bias is how much better the first arm seems on
the average, and the coverage how often an interval of 95 % holds the truth, which is zero.
"""

import argparse
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from machine import write_result

from triode.study.record import Cost
from triode.study.statistics import at_cost, t_interval

__all__ = ["equal_cost"]

TARGET = 38.7
ARMS = ((34.0, 63.1, 96.1), (25.0, 38.7, 56.2, 106.4))
SLOPE = -2.0
BENDS = {"a power law": 0.0, "the bend of A2 around Lite": 1.0}
CHANCE = 0.3
PIECES = (6, 14, 18)

Logs = npt.NDArray[np.float64]
Reading = Callable[[npt.NDArray[np.float64], Logs], tuple[Logs, float]]


def off_lines(places: npt.NDArray[np.float64], logs: Logs) -> tuple[Logs, float]:
    """Per piece at the target, and the variance that all share: half the way to the chord."""
    centred = places - places.mean()
    values = (1.0 / len(places) - places.mean() * centred / np.sum(centred**2)) @ logs
    chord = np.array([np.interp(0.0, places, column) for column in logs.T])
    return values, float(np.mean(values - chord)) ** 2 / 3.0


def with_bend(places: npt.NDArray[np.float64], logs: Logs) -> tuple[Logs, float]:
    """The same as studies do it."""
    costs = [_cost(TARGET * math.exp(place)) for place in places]
    found = at_cost(costs, logs, TARGET)
    return found.logs, found.shared_variance


READINGS: dict[str, Reading] = {"lines alone": off_lines, "lines with a bend": with_bend}


def equal_cost(curve: str, pieces: int, repeats: int) -> list[dict[str, float | int | str]]:
    """A row for each reading.

    Args:
        curve: Key of `BENDS`.
        pieces: Of gear.
        repeats: Studies drawn.
    """
    generator = np.random.default_rng([pieces, list(BENDS).index(curve)])
    places = [np.log(np.array(prices) / TARGET) for prices in ARMS]
    found: dict[str, list[tuple[float, bool, float]]] = {name: [] for name in READINGS}
    for _ in range(repeats):
        drawn = [_drawn(generator, one, BENDS[curve], pieces) for one in places]
        for name, reading in READINGS.items():
            (first, own), (second, other) = map(reading, places, drawn)
            held = t_interval(first - second, 0.95, own + other)
            mean = float(np.mean(first - second))
            found[name].append((mean, held.low <= 0.0 <= held.high, held.high - held.low))
    return [
        {
            "curve": curve,
            "pieces": pieces,
            "studies": repeats,
            "reading": name,
            "bias": float(np.mean([mean for mean, _, _ in rows])),
            "coverage": float(np.mean([held for _, held, _ in rows])),
            "width": float(np.mean([width for _, _, width in rows])),
        }
        for name, rows in found.items()
    ]


def _drawn(
    generator: np.random.Generator, places: npt.NDArray[np.float64], bend: float, pieces: int
) -> Logs:
    """Log ESR at these log costs relative to the target, (widths, pieces)."""
    curve = SLOPE * places + bend * places**2
    return np.asarray(curve[:, np.newaxis] + generator.normal(0.0, CHANCE, (len(places), pieces)))


def _cost(price: float) -> Cost:
    """A cost without any doubt."""
    return Cost(
        engine="host-c",
        ns_per_sample=price,
        quartiles=(price, price),
        peak_share=None,
        block=64,
    )


def main() -> None:
    """Draw, count, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=4_000)
    given = parser.parse_args()
    rows = [
        row
        for curve in BENDS
        for pieces in PIECES
        for row in equal_cost(curve, pieces, given.repeats)
    ]
    for row in rows:
        print(row, flush=True)
    write_result("equal_cost", {"level": 0.95, "rows": rows})


if __name__ == "__main__":
    main()
