"""Volts and decibels, against values worked out by hand."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from triode.capture.recording import (
    Calibration,
    calibration_path,
    read_calibration,
    tone,
    tone_level_dbfs,
    write_calibration,
)
from triode.capture.recording.calibration import dbu
from triode.errors import CaptureError

RATE_HZ = 48_000


def test_decibels_of_a_voltage() -> None:
    assert dbu(math.sqrt(0.6)) == pytest.approx(0.0)
    assert dbu(1.0) == pytest.approx(2.218, abs=1e-3)
    assert dbu(1.2277) == pytest.approx(4.0, abs=2e-3)  # +4 dBu, the studio level


def test_levels_of_full_scale() -> None:
    # 0.7746 V from a sine at -12 dBFS: full scale is 12 dB more. The input, 3 dB more sensitive
    # than the output is strong, makes -9 dBFS of it.
    measured = Calibration(
        tone_dbfs=-12.0, send_volts=math.sqrt(0.6), return_volts=math.sqrt(0.6), return_dbfs=-9.0
    )
    assert measured.input_level_dbu == pytest.approx(12.0)
    assert measured.output_level_dbu == pytest.approx(9.0)
    assert measured.doubts == ()


@pytest.mark.parametrize("volts", [0.0, -1.0, math.nan, math.inf, 550.0, 1e-5])
def test_impossible_voltages(volts: float) -> None:
    with pytest.raises(CaptureError, match="volt"):
        _ = Calibration(tone_dbfs=-12.0, send_volts=volts).input_level_dbu


def test_unusual_voltages_are_doubted() -> None:
    (doubt,) = Calibration(tone_dbfs=-12.0, send_volts=7.0).doubts
    assert "31.1 dBu" in doubt


@pytest.mark.parametrize("level_dbfs", [-1.0, -12.0, -40.0])
def test_a_tone_is_measured(level_dbfs: float) -> None:
    heard = tone(RATE_HZ, level_dbfs)
    noise = 1e-4 * np.random.default_rng(1).standard_normal(len(heard))
    # A random error of 1e-4 / sqrt(24000) beside at least 0.01 is below a thousandth of a dB.
    found = tone_level_dbfs((np.roll(heard, 17) + noise + 0.001).astype(np.float32), RATE_HZ)
    assert found == pytest.approx(level_dbfs, abs=2e-3)


def test_what_is_not_the_tone() -> None:
    loud = np.clip(2.0 * tone(RATE_HZ, 0.0), -1, 1)
    noise = 0.1 * np.random.default_rng(2).standard_normal(RATE_HZ).astype(np.float32)
    for heard, problem in (
        (loud, "it clips"),
        (np.zeros(RATE_HZ, np.float32), "nothing"),
        (tone(RATE_HZ, -20.0) + noise, "other sound"),
    ):
        with pytest.raises(CaptureError, match=problem):
            tone_level_dbfs(heard, RATE_HZ)


def test_beside_the_recording(tmp_path: Path) -> None:
    wet = tmp_path / "my.amp.wav"
    assert read_calibration(wet) is None
    measured = Calibration(tone_dbfs=-12.0, send_volts=0.5, return_volts=0.4, return_dbfs=-15.0)
    write_calibration(measured, calibration_path(wet))
    assert read_calibration(wet) == measured
    document = json.loads((tmp_path / "my.amp.levels.json").read_text())
    assert document["input_level_dbu"] == measured.input_level_dbu


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"measured": {"volts": 1}}', "\x00"])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    calibration_path(tmp_path / "wet.wav").write_text(text)
    with pytest.raises(CaptureError, match=r"wet\.levels\.json.*cannot be read"):
        read_calibration(tmp_path / "wet.wav")
