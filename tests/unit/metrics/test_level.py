import math

import numpy as np
import pytest

from triode.errors import AudioError
from triode.metrics import level_difference_db, peak, rms_db

SINE = np.sin(2.0 * np.pi * np.arange(4800) / 48.0)


def test_rms_of_a_full_scale_sine() -> None:
    assert rms_db(SINE) == pytest.approx(10.0 * math.log10(0.5), abs=1e-9)
    assert rms_db(np.zeros(5)) == -math.inf


def test_peak_counts_both_signs() -> None:
    assert peak(np.array([0.25, -0.75, 0.5])) == 0.75


@pytest.mark.parametrize("measure", [rms_db, peak])
def test_bad_signals_are_refused(measure: object) -> None:
    for bad in (np.zeros(0), np.array([np.nan]), np.zeros((2, 2))):
        with pytest.raises(AudioError, match="signal"):
            measure(bad)  # type: ignore[operator]


@pytest.mark.parametrize("difference_db", [-6.0, 0.0, 12.5])
def test_level_difference(difference_db: float) -> None:
    estimate = SINE * 10.0 ** (difference_db / 20.0)
    assert level_difference_db(SINE, estimate) == pytest.approx(difference_db, abs=1e-9)


def test_a_wrong_level_is_told_apart() -> None:
    assert abs(level_difference_db(SINE, 1.01 * SINE)) > 0.08


def test_a_silent_estimate_has_no_level() -> None:
    with pytest.raises(AudioError, match="estimate is silent"):
        level_difference_db(SINE, np.zeros_like(SINE))
