"""`triode compare` as a command, on small files."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from triode.audio import write_audio
from triode.cli.compare import compare
from triode.errors import OutputError, TriodeError
from triode.nam import LinearConfig, Model, write

RATE_HZ = 16000


def capture(weights: list[float]) -> Model:
    return Model(
        version="0.5.4",
        config=LinearConfig(receptive_field=len(weights), bias=False),
        weights=np.array(weights, np.float32),
        sample_rate_hz=float(RATE_HZ),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("compare")
    write(capture([0.5]), made / "a.nam")
    write(capture([0.5, 0.1]), made / "b.nam")
    noise = 0.1 * np.random.default_rng(1).standard_normal(6 * RATE_HZ)
    write_audio(made / "dry.wav", noise.astype(np.float32), RATE_HZ)
    wet = np.convolve(noise, [0.5, 0.1, 0.02])[: noise.size].astype(np.float32)
    write_audio(made / "wet.wav", wet, RATE_HZ)
    return made


@pytest.fixture
def application() -> typer.Typer:
    made = typer.Typer()
    made.command()(compare)
    return made


def test_it_prints_a_table_with_stars_and_writes_the_page(
    application: typer.Typer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(
        application, ["a.nam", "b.nam", "dry.wav", "wet.wav", "-o", "page.html"]
    )
    assert result.exit_code == 0, result.output
    row = next(line for line in result.output.splitlines() if line.startswith("| ESR"))
    first, second = row.split("|")[2:4]
    assert "*" in second
    assert "*" not in first
    result.output.encode("cp1252")
    assert (folder / "page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_json_is_all_that_is_printed(application: typer.Typer, folder: Path) -> None:
    files = [str(folder / name) for name in ("a.nam", "b.nam", "dry.wav")]
    result = CliRunner().invoke(application, [*files, "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert found["reference"] == "a"
    assert [one["label"] for one in found["captures"]] == ["a", "b"]


def test_bad_input_is_one_error(application: typer.Typer, folder: Path) -> None:
    result = CliRunner().invoke(application, [str(folder / "dry.wav")])
    assert isinstance(result.exception, TriodeError)
    files = [str(folder / name) for name in ("a.nam", "dry.wav")]
    result = CliRunner().invoke(application, [*files, "-o", str(folder / "none" / "x.html")])
    assert isinstance(result.exception, OutputError)


def test_nothing_heavy_is_loaded_with_the_command() -> None:
    check = (
        "import sys, triode.cli.compare;"
        "print(sorted({'plotly', 'torch', 'scipy', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
