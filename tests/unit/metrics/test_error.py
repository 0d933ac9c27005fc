"""ESR and null depth against values that follow from their definition."""

import math

import numpy as np
import pytest

from triode.metrics import esr, null_depth_db

REFERENCE = np.random.default_rng(2).standard_normal(4000)


def test_identical_signals_have_no_error() -> None:
    assert esr(REFERENCE, REFERENCE) == 0.0
    assert null_depth_db(REFERENCE, REFERENCE) == -math.inf


# A few rounding errors of float64: sums over 4,000 terms.
@pytest.mark.parametrize(("factor", "expected"), [(0.0, 1.0), (-1.0, 4.0), (0.9, 0.01), (2.0, 1.0)])
def test_scaled_copies(factor: float, expected: float) -> None:
    assert esr(REFERENCE, factor * REFERENCE) == pytest.approx(expected, rel=1e-12)


def test_a_wrong_answer_is_rejected() -> None:
    shifted = np.roll(REFERENCE, 1)
    assert esr(REFERENCE, shifted) > 1.0
    assert null_depth_db(REFERENCE, shifted) > 0.0


def test_it_is_one_ratio_and_not_a_mean_of_ratios() -> None:
    reference = np.concatenate([np.full(100, 1.0), np.full(100, 0.01)])
    estimate = np.concatenate([np.full(100, 1.0), np.zeros(100)])
    assert esr(reference, estimate) == pytest.approx(1e-4 / (1.0 + 1e-4), rel=1e-12)


def test_the_denominator_is_the_reference() -> None:
    assert esr(2.0 * REFERENCE, REFERENCE) == pytest.approx(0.25, rel=1e-12)


def test_null_depth_is_ten_log_ten() -> None:
    assert null_depth_db(REFERENCE, 0.9 * REFERENCE) == pytest.approx(-20.0, abs=1e-9)


def test_float32_and_integers_are_measured_in_float64() -> None:
    tiny = np.full(10, 1e-30, dtype=np.float32)
    assert esr(tiny, np.zeros(10, dtype=np.float32)) == pytest.approx(1.0, rel=1e-12)
    assert esr(np.full(4, 30000, dtype=np.int16), np.full(4, -30000, dtype=np.int16)) == 4.0
