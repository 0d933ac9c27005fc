"""The static curve of one triode stage, from the tube's own equations."""

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["GRID_LIMIT_VOLT", "TubeCurve", "tube_curve"]

# Beyond this drive the curve is flat: the tube is cut off, or its grid holds the signal down.
GRID_LIMIT_VOLT = 16.0
_POINTS = 16385

# 12AX7 in Koren's model (Norman Koren 1996, "Improved vacuum tube models for SPICE simulations").
_MU = 100.0
_EXPONENT = 1.4
_KG1 = 1060.0
_KP = 600.0
_KVB = 300.0

_SUPPLY_VOLT = 300.0
_PLATE_OHM = 100e3
_CATHODE_OHM = 1500.0
# Above about -0.2 V the grid draws current through the source's resistance, some twenty times the
# grid's own, and follows the drive no further.
_CONDUCTION_VOLT = -0.2
_CONDUCTION_WIDTH_VOLT = 0.15
_CONDUCTION_DIVIDER = 20.0


@dataclass(frozen=True, kw_only=True)
class TubeCurve:
    """A table of plate swing over grid drive, both in volts around the operating point.

    Attributes:
        drive_volt: (points,) ascending, even steps from minus to plus `GRID_LIMIT_VOLT`.
        plate_volt: (points,) plate voltage less its quiescent value; falls as the drive rises.
        conduction_drive_volt: The drive above which the grid conducts.
    """

    drive_volt: npt.NDArray[np.float64]
    plate_volt: npt.NDArray[np.float64]
    conduction_drive_volt: float

    def swing(self, drive_volt: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the plate's swing in volts for any drive, exactly 0 for 0."""
        return np.interp(drive_volt, self.drive_volt, self.plate_volt)


@functools.lru_cache(maxsize=32)
def tube_curve(bias: float) -> TubeCurve:
    """Return the curve of a 12AX7 stage: 300 V supply, 100 kohm load, bypassed cathode.

    Args:
        bias: -1 (cold: cathode resistor tripled, early cut-off) to 1 (hot: a third of it, early
            grid conduction); 0 is the customary 1.5 kohm.
    """
    cathode_ohm = _CATHODE_OHM * 3.0**-bias
    cathode_volt = _cathode_volt(cathode_ohm)
    drive = np.linspace(-GRID_LIMIT_VOLT, GRID_LIMIT_VOLT, _POINTS)
    excess = (drive - cathode_volt - _CONDUCTION_VOLT) / _CONDUCTION_WIDTH_VOLT
    held = (1.0 - 1.0 / _CONDUCTION_DIVIDER) * _CONDUCTION_WIDTH_VOLT * np.logaddexp(0.0, excess)
    plate = _plate_volt(drive - cathode_volt - held)
    plate -= plate[_POINTS // 2]
    for table in (drive, plate):
        table.flags.writeable = False
    return TubeCurve(
        drive_volt=drive,
        plate_volt=plate,
        conduction_drive_volt=cathode_volt + _CONDUCTION_VOLT,
    )


def _plate_current(
    grid_volt: npt.NDArray[np.float64], plate_volt: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    inner = _KP * (1.0 / _MU + grid_volt / np.sqrt(_KVB + np.square(plate_volt)))
    return np.asarray(2.0 * (plate_volt / _KP * np.logaddexp(0.0, inner)) ** _EXPONENT / _KG1)


def _plate_volt(grid_volt: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Meet the load line by bisection: current rises and the line falls with plate voltage."""
    low = np.zeros_like(grid_volt)
    high = np.full_like(grid_volt, _SUPPLY_VOLT)
    for _ in range(60):
        middle = 0.5 * (low + high)
        above = _plate_current(grid_volt, middle) * _PLATE_OHM > _SUPPLY_VOLT - middle
        high = np.where(above, middle, high)
        low = np.where(above, low, middle)
    return 0.5 * (low + high)


def _cathode_volt(cathode_ohm: float) -> float:
    """The voltage at which the resistor carries just what the tube draws."""
    low, high = 0.0, 20.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        plate = float(_plate_volt(np.array([-middle]))[0])
        current = (_SUPPLY_VOLT - plate) / _PLATE_OHM
        low, high = (middle, high) if current * cathode_ohm > middle else (low, middle)
    return 0.5 * (low + high)
