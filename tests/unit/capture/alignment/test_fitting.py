"""The line through the delays of passages: outliers do not move it, nor does where it begins."""

import numpy as np
import pytest

from triode.capture.alignment.fitting import robust_fit


def test_the_solution_does_not_depend_on_where_it_begins() -> None:
    """Passages of two kinds, each with a delay of its own, as gear answers loud playing sooner."""
    random = np.random.default_rng(4)
    places = np.linspace(0, 1, 240)
    matrix = np.stack([np.ones_like(places), places], axis=1)
    kind = random.choice([0.0, 0.5], len(places), p=[0.7, 0.3])
    values = matrix @ [3.0, -0.5] + kind + 0.03 * random.standard_normal(len(places))
    base = np.ones(len(places))
    starts = [(3.0, -0.5), (3.5, -0.5), (3.5, -1.0), (3.0, 0.0), (0.0, 9.0)]
    found = [robust_fit(matrix, values, base, np.array(start))[0] for start in starts]
    for one in found:
        assert one == pytest.approx(found[0], abs=1e-6)


def test_outliers_do_not_count() -> None:
    random = np.random.default_rng(5)
    places = np.linspace(0, 1, 100)
    matrix = np.stack([np.ones_like(places), places], axis=1)
    values = matrix @ [1.0, 2.0] + 0.02 * random.standard_normal(len(places))
    values[::5] += random.uniform(3, 90, 20)
    solution, weights = robust_fit(matrix, values, np.ones(100), np.zeros(2))
    assert solution == pytest.approx([1.0, 2.0], abs=0.02)
    assert not weights[::5].any()
