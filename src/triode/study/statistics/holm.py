"""Several questions at once: p-values that keep their meaning."""

from collections.abc import Sequence

__all__ = ["holm"]


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values, in the order given (Holm 1979).

    With the smallest of m multiplied by m, the next by m - 1 and so on, none smaller than the one
    before and none above 1, the chance of any false finding among all stays below the level that
    the adjusted values are compared with, however the questions depend on each other.
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    ranked = sorted(range(len(p_values)), key=p_values.__getitem__)
    for rank, place in enumerate(ranked):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return tuple(adjusted)
