"""How large an effect would have been found, had there been one."""

import math

from scipy.optimize import brentq
from scipy.stats import nct, t

__all__ = ["detectable_effect"]

_LARGEST_STANDARDISED = 1e3


def detectable_effect(
    deviation: float, pieces: int, *, level: float = 0.05, power: float = 0.8
) -> float:
    """The true mean difference that a two-sided t-test finds with probability `power`.

    The t-test stands for the sign-flip test, which has no closed form and almost the same power.

    Args:
        deviation: Standard deviation of the paired differences over gear.
        pieces: How many pieces of gear.
        level: Of the test, after what other questions take from it.
        power: The probability.

    Returns:
        In the unit of `deviation`; infinite with fewer than two pieces.
    """
    if pieces < 2:
        return math.inf
    freedom = pieces - 1
    limit = float(t.ppf(1.0 - level / 2.0, freedom))

    def lacking(standardised: float) -> float:
        shift = standardised * math.sqrt(pieces)
        above = nct.sf(limit, freedom, shift)
        below = nct.cdf(-limit, freedom, shift)
        return power - float(above) - (0.0 if math.isnan(below) else float(below))

    highest = 1.0
    while lacking(highest) > 0.0:
        highest *= 2.0
        if highest > _LARGEST_STANDARDISED:
            return math.inf
    return deviation * float(brentq(lacking, 0.0, highest))
