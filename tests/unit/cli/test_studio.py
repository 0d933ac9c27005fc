"""`triode studio` before it serves anything: what is missing, what is refused."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from triode.cli.main import main

FOUND = importlib.util.find_spec


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[object, str]]:
    """Runs the command on a library of the test's own; returns exit code and what it says."""

    def run_it(*options: str) -> tuple[object, str]:
        words = ["triode", "studio", "--no-browser", "--library", str(tmp_path / "library")]
        monkeypatch.setattr(sys, "argv", [*words, *options])
        with pytest.raises(SystemExit) as caught:
            main()
        return caught.value.code, capsys.readouterr().err

    return run_it


def test_without_the_extra_it_says_how_to_get_it(
    run: Callable[..., tuple[object, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "fastapi" else FOUND(name)
    )
    code, said = run()
    assert code == 2
    assert "Got no fastapi." in said
    assert "pip install 'triode[studio]'" in said
    assert not (tmp_path / "library").exists()


def test_another_address_demands_a_password(
    run: Callable[..., tuple[object, str]], tmp_path: Path
) -> None:
    code, said = run("--host", "0.0.0.0", "--port", "0")
    assert code == 2
    assert "needs a password" in said
    secret = tmp_path / "secret"
    secret.write_text("short\n")
    assert "too short" in run("--host", "0.0.0.0", "--port", "0", "--password-file", str(secret))[1]
    missing = run("--password-file", str(tmp_path / "nothing"))
    assert missing[0] == 2
    assert "the password file cannot be read" in missing[1]


def test_a_taken_port_is_said(run: Callable[..., tuple[object, str]]) -> None:
    from triode.web import bind

    with bind("127.0.0.1", 0) as listening:
        code, said = run("--port", str(listening.getsockname()[1]))
    assert code == 2
    assert "Choose another port with --port" in said
