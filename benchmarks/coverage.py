"""How often the study's intervals cover the truth, and how often its tests cry wolf.

    python benchmarks/coverage.py

Paired differences over gear are drawn from distributions of mean zero and deviation one: normal,
skewed (log-normal), heavy tails (Student with 3 degrees of freedom) and amps of two kinds, one in
five of which differs by much. For each number of pieces the table says how often a 95 % interval
misses the true mean and how often a test at 5 % finds a difference that is not there.
"""

import argparse
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from machine import write_result

from triode.study.statistics import bca_interval, detectable_effect, sign_flip_p, t_interval

__all__ = ["DISTRIBUTIONS", "coverage"]

PIECES = (6, 8, 14, 20)
Draw = Callable[[np.random.Generator, tuple[int, int]], npt.NDArray[np.float64]]

# The log-normal of sigma 0.75: its mean and deviation, to be taken off and divided by.
_SIGMA = 0.75
_MEAN = math.exp(_SIGMA**2 / 2)
_DEVIATION = _MEAN * math.sqrt(math.expm1(_SIGMA**2))


def _two_kinds(generator: np.random.Generator, shape: tuple[int, int]) -> npt.NDArray[np.float64]:
    other = generator.random(shape) < 0.2
    values = generator.normal(0.0, 0.5, shape) + np.where(other, 2.0, -0.5)
    return np.asarray(values / math.sqrt(0.25 + 0.2 * 4.0 + 0.8 * 0.25))


DISTRIBUTIONS: dict[str, Draw] = {
    "normal": lambda generator, shape: generator.normal(size=shape),
    "skewed": lambda generator, shape: (
        (generator.lognormal(0.0, _SIGMA, shape) - _MEAN) / _DEVIATION
    ),
    "heavy tails": lambda generator, shape: generator.standard_t(3, shape) / math.sqrt(3.0),
    "two kinds of amp": _two_kinds,
}


def coverage(
    name: str, pieces: int, repeats: int, slow_repeats: int
) -> dict[str, float | int | str]:
    """One row of the table.

    Args:
        name: Key of `DISTRIBUTIONS`.
        pieces: Of gear.
        repeats: Studies drawn for the t-interval and the test.
        slow_repeats: Of them, how many for the bootstrap.
    """
    generator = np.random.default_rng([pieces, list(DISTRIBUTIONS).index(name)])
    samples = DISTRIBUTIONS[name](generator, (repeats, pieces))
    student = [t_interval(one) for one in samples]
    boots = [one for one in map(bca_interval, samples[:slow_repeats]) if one is not None]
    p_values = np.array([sign_flip_p(one) for one in samples[:slow_repeats]])
    return {
        "distribution": name,
        "pieces": pieces,
        "studies": repeats,
        "t_coverage": float(np.mean([one.low <= 0.0 <= one.high for one in student])),
        "t_width": float(np.mean([one.high - one.low for one in student])),
        "slow_studies": slow_repeats,
        "bca_coverage": float(np.mean([one.low <= 0.0 <= one.high for one in boots])),
        "bca_width": float(np.mean([one.high - one.low for one in boots])),
        "false_findings": float(np.mean(p_values <= 0.05)),
        "false_by_both": float(
            np.mean(
                (p_values <= 0.05)
                & np.array([not one.low <= 0.0 <= one.high for one in student[:slow_repeats]])
            )
        ),
        "detectable": detectable_effect(1.0, pieces),
    }


def main() -> None:
    """Draw, count, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=10_000)
    parser.add_argument("--slow-repeats", type=int, default=1_000)
    given = parser.parse_args()
    rows = []
    for name in DISTRIBUTIONS:
        for pieces in PIECES:
            rows.append(coverage(name, pieces, given.repeats, given.slow_repeats))
            print(rows[-1], flush=True)
    write_result("coverage", {"level": 0.95, "rows": rows})


if __name__ == "__main__":
    main()
