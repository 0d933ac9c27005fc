import numpy as np
import pytest

from triode.synthetic.tube import tube_curve


@pytest.mark.parametrize("bias", [-1.0, 0.0, 1.0])
def test_the_curve_is_that_of_an_inverting_triode(bias: float) -> None:
    curve = tube_curve(bias)
    assert np.all(np.diff(curve.plate_volt) <= 1e-9)
    assert curve.swing(np.zeros(1))[0] == 0.0
    gain = (curve.swing(np.array([0.01]))[0] - curve.swing(np.array([-0.01]))[0]) / 0.02
    # A 12AX7 with 100 kohm gives 45 to 70 times, depending on the operating point.
    assert -72.0 < gain < -40.0


def test_the_customary_operating_point() -> None:
    curve = tube_curve(0.0)
    # Data sheets: about 1.1 V across 1.5 kohm (Koren's fit says 1.06) and a plate near 200 V.
    assert 0.9 < curve.conduction_drive_volt + 0.2 < 1.7
    assert 80.0 < curve.plate_volt[0] < 130.0


def test_bias_moves_the_symmetry() -> None:
    cold, hot = tube_curve(-1.0), tube_curve(1.0)
    drive = np.array([-3.0, 3.0])
    assert abs(cold.swing(drive)[0]) < abs(cold.swing(drive)[1])
    assert abs(hot.swing(drive)[0]) > abs(hot.swing(drive)[1])


def test_far_drives_are_held() -> None:
    curve = tube_curve(0.0)
    np.testing.assert_array_equal(curve.swing(np.array([1e9, -1e9])), curve.plate_volt[[-1, 0]])


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        tube_curve(0.0).plate_volt[0] = 1.0
