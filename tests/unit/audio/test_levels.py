"""Levels of signals whose levels are known."""

import numpy as np
import pytest

from triode.audio import measure_levels, rms_db


def test_sine() -> None:
    sine = (0.5 * np.sin(2 * np.pi * np.arange(48_000) / 48)).astype(np.float32)
    levels = measure_levels(sine)
    # float32 rounding of the samples is the only error: 1e-7 of 0.5 is below 1e-5 dB.
    assert levels.peak_dbfs == pytest.approx(20 * np.log10(0.5), abs=1e-5)
    assert levels.rms_dbfs == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=1e-5)
    assert levels.dc == pytest.approx(0.0, abs=1e-7)
    assert levels.crest_db == pytest.approx(20 * np.log10(np.sqrt(2)), abs=2e-5)
    assert levels.clipped_samples == 0
    assert not levels.silent


def test_offset() -> None:
    assert measure_levels(np.full(100, -0.02, np.float32)).dc == pytest.approx(-0.02, rel=1e-6)


def test_rms_over_several_internal_blocks() -> None:
    signal = np.full((1 << 20) + 5, 0.1, np.float32)
    assert rms_db(signal) == pytest.approx(-20.0, abs=1e-5)


def test_flat_tops_are_counted_in_runs_of_three() -> None:
    signal = np.zeros(100, np.float32)
    signal[10:13] = 0.8
    signal[20:22] = 0.8  # only two: a peak that happens to touch
    signal[40:45] = -0.7
    signal[60:70] = 0.5  # flat, but not at the limit
    assert measure_levels(signal).clipped_samples == 8
    assert measure_levels(signal).clipped_share == pytest.approx(0.08, rel=1e-12)


@pytest.mark.parametrize("frames", [0, 1, 1000])
def test_silence(frames: int) -> None:
    levels = measure_levels(np.zeros(frames, np.float32))
    assert levels.silent
    assert levels.peak_dbfs == levels.rms_dbfs == -200.0
    assert levels.clipped_samples == 0


def test_hum_below_the_threshold_is_silence() -> None:
    hum = np.sin(np.arange(1000, dtype=np.float32))
    assert measure_levels(np.float32(0.9e-4) * hum).silent
    assert not measure_levels(np.float32(1.1e-4) * hum).silent
