"""`triode build`: what it makes and what it says."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from triode.cli.build import build
from triode.errors import CompileError
from triode.nam import write
from unit.architectures.known import a2, container


@pytest.fixture
def application() -> typer.Typer:
    application = typer.Typer()
    application.command()(build)
    return application


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "My Amp.nam"
    write(container(a2(1), a2(2)), path)
    return path


def test_a_folder_is_made_and_described(
    application: typer.Typer, capture: Path, tmp_path: Path
) -> None:
    out = tmp_path / "für das Pedal"
    arguments = [str(capture), "--target", "cortex-m33", "-o", str(out), "--size", "lite"]
    result = CliRunner().invoke(application, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert (out / "my_amp.c").is_file()
    said = " ".join(result.stdout.split())
    assert "my_amp for cortex-m33, size lite, 48000 Hz" in said
    result = CliRunner().invoke(
        application, [*arguments, "--force", "--name", "other"], catch_exceptions=False
    )
    assert (out / "other.c").is_file()
    assert not (out / "my_amp.c").exists()


def test_the_chip_can_be_described(application: typer.Typer, capture: Path, tmp_path: Path) -> None:
    arguments = [str(capture), "--target", "cortex-m7", "-o", str(tmp_path / "out")]
    with pytest.raises(CompileError, match="too large for the target's RAM"):
        CliRunner().invoke(application, [*arguments, "--ram-kib", "1"], catch_exceptions=False)


def test_an_unknown_target_is_refused(
    application: typer.Typer, capture: Path, tmp_path: Path
) -> None:
    with pytest.raises(CompileError, match="no such target"):
        CliRunner().invoke(
            application,
            [str(capture), "--target", "z80", "-o", str(tmp_path / "out")],
            catch_exceptions=False,
        )
