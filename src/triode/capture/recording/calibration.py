"""Which analogue level digital full scale stands for, from a measured voltage.

0 dBu is the voltage that gives a milliwatt in 600 ohm: sqrt(0.6) V, about 0.7746 V RMS. A sine
that peaks at -12 dBFS and measures V volts RMS would, peaking at 0 dBFS, be 12 dB stronger:

    level of full scale = 20 log10(V / 0.7746 V) dBu + 12 dB

`input_level_dbu` of a `.nam` file is this level where the signal goes into the gear;
`output_level_dbu` is the level that the interface, recording the gear, turns into full scale.
"""

import json
import math
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from triode.capture.recording.players import FULL_SCALE
from triode.errors import CaptureError
from triode.files import write_text_atomically

__all__ = [
    "TONE_DBFS",
    "TONE_HZ",
    "Calibration",
    "calibration_path",
    "dbu",
    "read_calibration",
    "tone",
    "tone_level_dbfs",
    "write_calibration",
]

TONE_HZ: Final = 1000.0
TONE_DBFS: Final = -12.0
ZERO_DBU_VOLT: Final = math.sqrt(0.6)

_POSSIBLE_DBU = (-40.0, 40.0)
_USUAL_DBU = (-20.0, 28.0)
_PURE_DB = -20.0
_AUDIBLE_DBFS = -70.0


def dbu(volts_rms: float) -> float:
    """A voltage in dBu.

    Raises:
        CaptureError: It is not above zero.
    """
    if not (math.isfinite(volts_rms) and volts_rms > 0):
        raise CaptureError(
            "this cannot be the voltage of a tone",
            expected="volts RMS above 0",
            got=volts_rms,
            hint="Set the meter to AC volts; 0.55 V is 550 mV.",
        )
    return 20.0 * math.log10(volts_rms / ZERO_DBU_VOLT)


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What was measured, and what follows from it.

    Attributes:
        tone_dbfs: Peak of the sine that was sent, in dBFS.
        send_volts: What it measured on the cable into the gear, in volts RMS.
        return_volts: What it measured on the cable into the interface; None when not measured.
        return_dbfs: The peak that the interface made of that, in dBFS.
    """

    tone_dbfs: float
    send_volts: float
    return_volts: float | None = None
    return_dbfs: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.tone_dbfs) and self.tone_dbfs <= 0.0):
            raise CaptureError(
                "this cannot be the peak of the tone", expected="at most 0 dBFS", got=self.tone_dbfs
            )
        for name, level in (("send", self.input_level_dbu), ("return", self.output_level_dbu)):
            low, high = _POSSIBLE_DBU
            if level is not None and not low <= level <= high:
                raise CaptureError(
                    f"the {name} level cannot be right",
                    expected=f"{low:g} to {high:g} dBu at full scale",
                    got=f"{level:.1f} dBu",
                    hint="Give volts RMS, not millivolts or peak, measured while the tone plays.",
                )

    @property
    def input_level_dbu(self) -> float:
        """Level into the gear of a sine that peaks at 0 dBFS."""
        return dbu(self.send_volts) - self.tone_dbfs

    @property
    def output_level_dbu(self) -> float | None:
        """Level from the gear that the interface records as a sine peaking at 0 dBFS."""
        if self.return_volts is None or self.return_dbfs is None:
            return None
        return dbu(self.return_volts) - self.return_dbfs

    @property
    def doubts(self) -> tuple[str, ...]:
        """What is possible but unusual, one sentence each."""
        low, high = _USUAL_DBU
        levels = (("send", self.input_level_dbu), ("return", self.output_level_dbu))
        return tuple(
            f"The {name} level of {level:.1f} dBu at full scale is unusual; interfaces have "
            f"{low:g} to {high:g}. Measure again, and check that the meter shows RMS."
            for name, level in levels
            if level is not None and not low <= level <= high
        )


def tone(rate_hz: float, level_dbfs: float = TONE_DBFS) -> npt.NDArray[np.float32]:
    """One second of the sine to measure, (frames,), to be played over and over."""
    time = np.arange(round(rate_hz)) / rate_hz
    sine = 10.0 ** (level_dbfs / 20.0) * np.sin(2.0 * np.pi * TONE_HZ * time)
    return np.asarray(sine, np.float32)


def tone_level_dbfs(heard: npt.NDArray[np.float32], rate_hz: float) -> float:
    """The peak in dBFS of the calibration sine in a recording of it, (frames,).

    Raises:
        CaptureError: It is silent, clipped, or not that sine.
    """
    time = 2.0 * np.pi * TONE_HZ * np.arange(len(heard)) / rate_hz
    basis = np.stack([np.sin(time), np.cos(time), np.ones(len(heard))], axis=1)
    weights, *_ = np.linalg.lstsq(basis, heard.astype(np.float64), rcond=None)
    amplitude = float(np.hypot(weights[0], weights[1]))
    level_dbfs = 20.0 * math.log10(max(amplitude, 1e-10))
    rest = float(np.std(heard - basis @ weights)) * math.sqrt(2.0)
    rest_db = 20.0 * math.log10(max(rest, 1e-12) / max(amplitude, 1e-10))
    problem = None
    if float(np.abs(heard).max(initial=0.0)) >= FULL_SCALE:
        problem = "it clips: turn the interface's input down"
    elif level_dbfs < _AUDIBLE_DBFS:
        problem = f"{level_dbfs:.0f} dBFS, which is as good as nothing"
    elif rest_db > _PURE_DB:
        problem = f"other sound only {-rest_db:.0f} dB below it"
    if problem is not None:
        raise CaptureError(
            "the tone did not come back clean",
            expected=f"a sine of {TONE_HZ:g} Hz",
            got=problem,
            hint="Connect the interface's output straight to its input, without the gear.",
        )
    return level_dbfs


def calibration_path(wet_path: str | os.PathLike[str]) -> Path:
    """The file beside a recording that holds its calibration."""
    return Path(wet_path).with_suffix(".levels.json")


def write_calibration(calibration: Calibration, path: str | os.PathLike[str]) -> None:
    """Write the levels, and what they were measured from, as JSON."""
    document = {
        "input_level_dbu": calibration.input_level_dbu,
        "output_level_dbu": calibration.output_level_dbu,
        "measured": asdict(calibration),
    }
    write_text_atomically(path, json.dumps(document, indent=2, allow_nan=False) + "\n")


def read_calibration(wet_path: str | os.PathLike[str]) -> Calibration | None:
    """The calibration beside a recording; None when there is none.

    Raises:
        CaptureError: There is one, but it is not what `write_calibration` writes.
    """
    path = calibration_path(wet_path)
    if not path.is_file():
        return None
    try:
        return Calibration(**json.loads(path.read_text(encoding="utf-8"))["measured"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CaptureError(
            "the calibration beside the recording cannot be read",
            where=path,
            got=error,
            hint="Make it anew with triode capture calibrate, or remove it.",
        ) from error
