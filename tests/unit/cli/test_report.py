"""`triode report` as a command."""

import importlib
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

from triode.cli.report import report
from triode.errors import OutputError


@pytest.fixture
def application() -> typer.Typer:
    made = typer.Typer()
    made.command()(report)
    return made


def test_it_prints_a_line_per_size_and_where_the_page_is(
    application: typer.Typer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, ...]] = []
    size = SimpleNamespace(
        label="Full",
        validation=SimpleNamespace(esr=0.00123, null_depth_db=-29.1),
        verdict=SimpleNamespace(grade=SimpleNamespace(title="Very close")),
    )

    def reported(*paths: Path, **options: object) -> SimpleNamespace:
        asked.append((*paths, options))
        return SimpleNamespace(sizes=(size,), warnings=("Something [odd].",))

    files = importlib.import_module("triode.report.files")
    monkeypatch.setattr(files, "report_files", reported)
    result = CliRunner().invoke(
        application, ["amp.nam", "dry.wav", "wet.wav", "-o", "out.html", "--force"]
    )
    assert result.exit_code == 0, result.output
    assert "Warning: Something [odd]." in result.output
    assert "Full: ESR 0.00123, null depth -29.1 dB. Very close." in result.output
    assert "out.html" in result.output
    result.output.encode("cp1252")
    paths = [Path(name) for name in ("amp.nam", "dry.wav", "wet.wav", "out.html")]
    assert asked == [(*paths, {"channel": None, "gear_path": None, "force": True})]


def test_errors_go_up_to_the_one_place_that_prints_them(
    application: typer.Typer, tmp_path: Path
) -> None:
    result = CliRunner().invoke(
        application, ["amp.nam", "d.wav", "w.wav", "-o", str(tmp_path / "none" / "out.html")]
    )
    assert isinstance(result.exception, OutputError)


def test_nothing_heavy_is_loaded_with_the_command() -> None:
    check = (
        "import sys, triode.cli.report;"
        "print(sorted({'plotly', 'torch', 'scipy', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
