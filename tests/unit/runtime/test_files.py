"""Rendering files: length, rate and facts of the result."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from triode.architectures import networks
from triode.nam import Model
from triode.nam.convolutional import LinearConfig
from triode.runtime import files, render
from triode.runtime.files import render_file
from unit.architectures.known import model

RATE_HZ = 48_000


@pytest.fixture
def linear() -> Model:
    return model(LinearConfig(receptive_field=20, bias=False), seed=4, rate_hz=float(RATE_HZ))


def recording(folder: Path, rate_hz: int, frames: int) -> Path:
    """A soft-edged low tone, which resampling leaves alone."""
    time = np.arange(frames) / rate_hz
    path = folder / "dry recording.wav"
    tone = 0.4 * np.sin(2 * np.pi * 200 * time) * np.hanning(frames)
    soundfile.write(path, tone, rate_hz, subtype="FLOAT")
    return path


def test_a_file_is_played_block_by_block(
    tmp_path: Path, linear: Model, compiler: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_BLOCK_FRAMES", 100)
    dry = recording(tmp_path, RATE_HZ, 1234)
    facts = render_file(linear, dry, tmp_path / "wet.wav")
    out, rate_hz = soundfile.read(tmp_path / "wet.wav", dtype="float32")
    assert rate_hz == facts.rate_hz == RATE_HZ
    assert facts.warnings == ()
    wanted = render(networks(linear)[0], soundfile.read(dry, dtype="float32")[0])
    np.testing.assert_array_equal(out, wanted)
    assert facts.seconds == pytest.approx(1234 / RATE_HZ)
    assert facts.peak_dbfs == pytest.approx(20 * np.log10(np.abs(wanted).max()))


@pytest.mark.parametrize("rate_hz", [44_100, 96_000])
def test_another_rate_is_kept_and_said(
    rate_hz: int, tmp_path: Path, linear: Model, compiler: None
) -> None:
    dry = recording(tmp_path, rate_hz, 20_001)
    facts = render_file(linear, dry, tmp_path / "wet.wav")
    out, got_rate = soundfile.read(tmp_path / "wet.wav", dtype="float32")
    assert (got_rate, len(out)) == (rate_hz, 20_001)
    assert any(f"{rate_hz} Hz and the model 48000 Hz" in line for line in facts.warnings)
    same = recording(tmp_path, RATE_HZ, round(20_001 * RATE_HZ / rate_hz))
    at_model_rate = render(networks(linear)[0], soundfile.read(same, dtype="float32")[0])
    # The same function of time at both rates, but for the window and the straight lines between
    # samples here: either is some 1e-4 of the peak off.
    seconds = np.array([0.05, 0.1, 0.15])
    at = np.round(seconds * rate_hz).astype(int)
    there = np.interp(at / rate_hz * RATE_HZ, np.arange(len(at_model_rate)), at_model_rate)
    np.testing.assert_allclose(out[at], there, rtol=0, atol=1e-3 * np.abs(there).max())


def test_the_slow_way_is_a_fact(
    tmp_path: Path, linear: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triode.compiler.artifact.find_compiler", lambda: None)
    facts = render_file(linear, recording(tmp_path, RATE_HZ, 500), tmp_path / "wet.wav")
    assert len(facts.warnings) == 1
    assert "slowly" in facts.warnings[0]
    assert "pip install 'triode[toolchain]'" in facts.warnings[0]
