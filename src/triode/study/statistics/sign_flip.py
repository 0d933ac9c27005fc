"""Is the mean difference zero? A test that assumes only symmetry about it, not normality."""

import numpy as np
import numpy.typing as npt
from scipy.stats import permutation_test

__all__ = ["EXACT_UP_TO", "sign_flip_p"]

EXACT_UP_TO = 16
"""With so many pieces of gear or fewer, every pattern of signs is tried."""

_RANDOM_PATTERNS = 2**EXACT_UP_TO


def sign_flip_p(
    differences: npt.NDArray[np.float64], null_value: float = 0.0, seed: int = 0
) -> float:
    """Two-sided p-value of "the mean difference is `null_value`", flipping signs over gear.

    Exact up to `EXACT_UP_TO` pieces, beyond that 65,536 random patterns. The smallest value that n
    pieces can give is 2 / 2**n: no less than six pieces can ever fall below 0.05.

    Args:
        differences: (gear,), one paired difference per piece.
        null_value: What the mean is tested against.
        seed: Of the random patterns.
    """
    if len(differences) < 2:
        return 1.0
    found = permutation_test(
        (differences - null_value,),
        _mean,
        permutation_type="samples",
        vectorized=True,
        n_resamples=_RANDOM_PATTERNS,
        batch=4096,
        rng=np.random.default_rng(seed),
    )
    return float(found.pvalue)


def _mean(values: npt.NDArray[np.float64], axis: int = -1) -> npt.NDArray[np.float64]:
    return np.asarray(np.mean(values, axis=axis))
