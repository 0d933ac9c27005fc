"""`triode capture`: what it writes, what it says, and how it ends."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from triode.audio import read_audio, write_audio
from triode.capture import Layout, recognise_excitation
from triode.cli.capture import capture
from triode.errors import AudioError, CaptureError, OutputError
from unit.capture.recording.conftest import connect  # noqa: F401 - a fixture
from unit.capture.recording.virtual import RATE_HZ, Interface

Connect = Callable[..., Interface]


def run(*words: object, typed: str | None = None) -> tuple[int, str, BaseException | None]:
    result = CliRunner().invoke(capture, [str(word) for word in words], input=typed)
    return result.exit_code, result.output, result.exception


@pytest.fixture
def dry(tmp_path: Path) -> Path:
    random = np.random.default_rng(4)
    sound = 0.1 * random.standard_normal(RATE_HZ).astype(np.float32)
    write_audio(tmp_path / "dry.wav", sound, RATE_HZ)
    return tmp_path / "dry.wav"


def test_the_signal_is_written(tmp_path: Path) -> None:
    path = tmp_path / "excite.flac"
    code, text, _ = run("signal", "-o", path, "--minutes", 1, "--rate", 44_100)
    assert code == 0
    assert f'triode capture record "{path}"' in text
    assert soundfile.info(path).subtype == "PCM_24"
    audio = read_audio(path)
    assert recognise_excitation(audio.samples, audio.rate_hz) == Layout.of(1.0, 44_100)
    assert isinstance(run("signal", "-o", path)[2], OutputError)


@pytest.mark.parametrize("options", [("--minutes", 0.2), ("--rate", 8_000)])
def test_a_signal_that_cannot_be(tmp_path: Path, options: tuple[str, float]) -> None:
    path = tmp_path / "excite.wav"
    assert isinstance(run("signal", "-o", path, *options)[2], CaptureError)
    assert list(tmp_path.iterdir()) == []


def test_a_take(connect: Connect, tmp_path: Path, dry: Path) -> None:  # noqa: F811
    connect(delay=488)
    code, text, _ = run("record", dry, "-o", tmp_path / "wet.wav")
    assert code == 0
    assert "round trip: 1000 samples (20.8 ms), cut off" in text
    assert f'triode check "{dry}"' in text
    assert len(read_audio(tmp_path / "wet.wav").samples) == RATE_HZ
    assert isinstance(run("record", dry, "-o", tmp_path / "wet.wav")[2], OutputError)
    assert isinstance(run("record", dry, "-o", dry, "--force")[2], OutputError)


def test_a_take_that_clips(connect: Connect, tmp_path: Path, dry: Path) -> None:  # noqa: F811
    connect(amplifier=lambda sound: np.where(np.abs(sound) < 0.8, 20.0 * sound, 0.5 * sound))
    code, text, _ = run("record", dry, "-o", tmp_path / "wet.wav")
    assert code == 1
    assert "ended early (the input clips)" in text
    assert sorted(one.name for one in tmp_path.iterdir()) == ["dry.wav", "wet.partial.wav"]
    code, text, _ = run("record", dry, "-o", tmp_path / "wet.wav", "--allow-clipping")
    assert code == 0
    assert "samples clip, at sample" in text


def test_nothing_comes_back(connect: Connect, tmp_path: Path, dry: Path) -> None:  # noqa: F811
    connect(amplifier=np.zeros_like)
    assert isinstance(run("record", dry, "-o", tmp_path / "wet.wav")[2], CaptureError)
    assert isinstance(
        run("record", dry, "-o", tmp_path / "wet.wav", "--device", "Banjo")[2], AudioError
    )
    assert [one.name for one in tmp_path.iterdir()] == ["dry.wav"]


def test_devices_are_listed(connect: Connect) -> None:  # noqa: F811
    connect()
    code, text, _ = run("record", "--list-devices")
    assert (code, text.split()) == (0, ["input:", "0:", "Interface", "output:", "0:", "Interface"])


def test_calibration_from_what_is_given(tmp_path: Path) -> None:
    wet = tmp_path / "wet.wav"
    code, text, _ = run(
        "calibrate", wet, "--send-volts", 0.774597, "--return-volts", 0.774597, "--return-dbfs", -9
    )
    assert code == 0
    assert "input level: +12.00 dBu" in text
    assert "output level: +9.00 dBu" in text
    document = json.loads((tmp_path / "wet.levels.json").read_text())
    assert document["input_level_dbu"] == pytest.approx(12.0, abs=1e-4)


def test_calibration_step_by_step(connect: Connect, tmp_path: Path) -> None:  # noqa: F811
    connect(amplifier=lambda sound: 0.5 * sound)  # a cable, and an input that takes 6.02 dB more
    code, text, _ = run("calibrate", tmp_path / "wet.wav", typed="0.774597\n\n")
    assert code == 0
    assert "with a peak of -18.02 dBFS" in text
    assert "output level: +18.02 dBu" in text


def test_a_calibration_that_cannot_be(tmp_path: Path) -> None:
    _, _, error = run("calibrate", tmp_path / "wet.wav", "--send-volts", 550, "--return-dbfs", -9)
    assert isinstance(error, CaptureError)
    assert "not millivolts" in str(error)
    assert list(tmp_path.iterdir()) == []
