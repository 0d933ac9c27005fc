"""`triode lint` as a user meets it."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from triode import nam
from triode.cli.lint import lint
from triode.errors import NamFileError, OutputError

DOCUMENT: dict[str, Any] = {
    "version": "0.5.4",
    "architecture": "Linear",
    "config": {"receptive_field": 1, "bias": False},
    "weights": [0.5],
    "sample_rate": None,
    "nmae": "x",
}


def run(*arguments: str | Path) -> Result:
    application = typer.Typer()
    application.command()(lint)
    return CliRunner().invoke(application, [str(argument) for argument in arguments])


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "my amp \u00fc.nam"
    path.write_text(json.dumps(DOCUMENT))
    return path


def test_errors_exit_with_one(broken: Path) -> None:
    result = run(broken)
    assert result.exit_code == 1
    assert "error: sample_rate: " in result.output
    assert "(--fix mends it)" in result.output
    assert "warning: nmae: unknown key" in result.output
    assert "1 error, 1 warning, 0 info" in result.output
    result.output.encode("cp1252")


def test_fixed_file_exits_with_zero(broken: Path, tmp_path: Path) -> None:
    output = tmp_path / "fixed.nam"
    result = run(broken, "--fix", "-o", output)
    assert result.exit_code == 0
    assert "mended: sample_rate: " in result.output
    expected = {key: value for key, value in DOCUMENT.items() if key != "sample_rate"}
    assert json.loads(output.read_text()) == expected
    assert nam.read(output).sample_rate_hz is None
    assert json.loads(broken.read_text()) == DOCUMENT


def test_json_is_all_that_is_printed(broken: Path) -> None:
    result = run(broken, "--json")
    assert result.exit_code == 1
    printed = json.loads(result.stdout)
    assert [finding["id"] for finding in printed["findings"]] == ["sample-rate-type", "unknown-key"]
    assert printed["findings"][0]["fixable"] is True
    assert printed["done"] == []


def test_clean_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "clean.nam"
    path.write_text(json.dumps({k: DOCUMENT[k] for k in list(DOCUMENT)[:4]}))
    result = run(path)
    assert result.exit_code == 0
    assert "nothing to complain about" in result.output


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("--fix",), OutputError, "needs to know where"),
        (("-o", "x.nam"), OutputError, "only written with --fix"),
    ],
)
def test_wrong_options_are_explained(
    broken: Path, arguments: tuple[str, ...], error: type[Exception], message: str
) -> None:
    result = run(broken, *arguments)
    assert isinstance(result.exception, error)
    assert message in str(result.exception)


def test_existing_output_is_kept_without_force(broken: Path, tmp_path: Path) -> None:
    output = tmp_path / "there.nam"
    output.write_text("precious")
    assert isinstance(run(broken, "--fix", "-o", output).exception, OutputError)
    assert output.read_text() == "precious"
    assert run(broken, "--fix", "-o", output, "--force").exit_code == 0


def test_absent_file_is_an_error(tmp_path: Path) -> None:
    assert isinstance(run(tmp_path / "absent.nam").exception, NamFileError)


def test_what_cannot_be_mended_is_not_written(broken: Path, tmp_path: Path) -> None:
    broken.write_text(json.dumps({**DOCUMENT, "weights": []}))
    output = tmp_path / "fixed.nam"
    result = run(broken, "--fix", "-o", output)
    assert isinstance(result.exception, NamFileError)
    assert "weights" in str(result.exception)
    assert not output.exists()
