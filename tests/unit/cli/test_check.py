"""`triode check`: what it prints and when it fails."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import typer
from typer.testing import CliRunner

from triode.cli.check import check
from triode.errors import AudioError, CaptureError


@pytest.fixture
def application() -> typer.Typer:
    application = typer.Typer()
    application.command()(check)
    return application


@pytest.fixture(scope="module")
def playing() -> np.ndarray:
    """Bursts of noise at many levels: as good as playing for a delay."""
    random = np.random.default_rng(1)
    levels = np.repeat(10 ** random.uniform(-2, -0.7, 40), 4_800)
    return levels * random.standard_normal(len(levels)) * 0.5


def write(folder: Path, dry: np.ndarray, wet: np.ndarray) -> list[str]:
    paths = [str(folder / "dry.wav"), str(folder / "wet.wav")]
    soundfile.write(paths[0], dry, 48_000, subtype="FLOAT")
    soundfile.write(paths[1], wet, 48_000, subtype="FLOAT")
    return paths


def test_text(tmp_path: Path, application: typer.Typer, playing: np.ndarray) -> None:
    wet = -np.tanh(4 * np.concatenate([np.zeros(100), playing[:-100]]))
    result = CliRunner().invoke(application, write(tmp_path, playing, wet))
    assert result.exit_code == 0
    assert "rate: 48000 Hz, 4.00 s" in result.output
    assert "delay: 100.00 samples (2.08 ms)" in result.output
    assert "polarity: inverted (-1), kept as it is" in result.output
    assert "validation: " in result.output
    result.output.encode("cp1252")


def test_json(tmp_path: Path, application: typer.Typer, playing: np.ndarray) -> None:
    wet = np.tanh(4 * np.concatenate([np.zeros(100), playing[:-100]]))
    result = CliRunner().invoke(application, [*write(tmp_path, playing, wet), "--json"])
    assert result.exit_code == 0
    facts = json.loads(result.output)
    assert facts["usable"] is True
    assert facts["rate_hz"] == 48_000
    assert facts["delay_samples"] == pytest.approx(100, abs=0.05)
    assert facts["polarity"] == 1
    assert facts["wet_levels"]["peak_dbfs"] < 0
    assert len(facts["split"]["validation"]) == 2


def test_findings_in_json_and_on_a_page(
    tmp_path: Path, application: typer.Typer, playing: np.ndarray
) -> None:
    wet = np.clip(3 * np.concatenate([np.zeros(100), playing[:-100]]), -0.3, 0.3)
    paths, page = write(tmp_path, playing, wet), tmp_path / "check.html"
    result = CliRunner().invoke(application, [*paths, "--json", "--html", str(page)])
    assert result.exit_code == 0
    facts = json.loads(result.output)
    found = {one["check"]: one for one in facts["findings"]}
    assert found["clipping-wet"]["severity"] == "warning"
    # 0.3 of full scale, stored as float32.
    assert found["clipping-wet"]["evidence"]["level_dbfs"] == pytest.approx(-10.46, abs=0.01)
    assert found["clipping-wet"]["advice"]
    assert "clipped at -10.5 dBFS" in page.read_text(encoding="utf-8")
    text = CliRunner().invoke(application, paths).output
    assert "Warning (clipping-wet): The wet recording is clipped" in text
    assert "Likely cause 1: " in text
    assert "What to do 1: " in text
    assert "Usable, see the warnings." in text


def test_no_repair(tmp_path: Path, application: typer.Typer, playing: np.ndarray) -> None:
    paths = write(tmp_path, playing, np.stack([np.tanh(4 * playing), 0 * playing], axis=1))
    repaired = CliRunner().invoke(application, paths)
    assert repaired.exit_code == 0
    assert "Repaired: " in repaired.output
    refused = CliRunner().invoke(application, [*paths, "--no-repair"])
    assert isinstance(refused.exception, AudioError)


def test_unusable_pair(tmp_path: Path, application: typer.Typer, playing: np.ndarray) -> None:
    paths = write(tmp_path, playing, np.zeros_like(playing))
    result = CliRunner().invoke(application, [*paths, "--json"])
    assert result.exit_code != 0
    assert isinstance(result.exception, CaptureError)
    facts = json.loads(result.output)
    assert facts["usable"] is False
    assert "the recording is silent" in facts["error"]
    (finding,) = facts["findings"]
    assert (finding["check"], finding["severity"]) == ("silence", "error")


def test_unreadable_file(tmp_path: Path, application: typer.Typer, playing: np.ndarray) -> None:
    paths = write(tmp_path, playing, playing)
    Path(paths[1]).write_text("no audio")
    result = CliRunner().invoke(application, paths)
    assert result.exit_code != 0
    assert result.output == ""
    assert isinstance(result.exception, AudioError)
