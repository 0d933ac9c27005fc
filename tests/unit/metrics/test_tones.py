"""Harmonics and transfer curves of functions that are known."""

import numpy as np
import pytest

from triode.metrics import harmonic_levels, transfer_curve

RATE_HZ = 48000.0


def test_harmonics_of_a_polynomial() -> None:
    levels = harmonic_levels(
        lambda x: 0.5 * x + 0.2 * x**2 + 0.4 * x**3, RATE_HZ, rest_samples=0, inputs_dbfs=[0.0, -20]
    )
    # a sin: second 0.2 a^2 / 2; third 0.4 a^3 / 4; fundamental 0.5 a + 0.4 * 3 a^3 / 4.
    expected = [[0.5 + 0.3, 0.1, 0.1], [0.05 + 3e-4, 1e-3, 1e-4]]
    shown = 10.0 ** (levels.output_dbfs[:, :3] / 20.0)
    np.testing.assert_allclose(shown, expected, rtol=1e-4)  # float32
    assert (levels.output_dbfs[:, 3:] < -120.0).all()


def test_the_transfer_curve_of_a_static_function_is_the_function() -> None:
    curve = transfer_curve(lambda x: np.tanh(3.0 * x), RATE_HZ, rest_samples=100)
    np.testing.assert_allclose(curve.leave, np.tanh(3.0 * curve.entry), atol=1e-6)
    assert curve.entry.max() == pytest.approx(10 ** (-6 / 20), rel=1e-3)


def test_memory_opens_the_curve() -> None:
    curve = transfer_curve(lambda x: np.roll(x, 100), RATE_HZ, rest_samples=200)
    assert np.abs(curve.leave - curve.entry).max() > 0.2
