"""What every command has in common: help, exit codes, and words that any console can show."""

from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end.commands import Outcome, triode
from triode import __version__
from triode.cli.main import application

VERBS = sorted(
    command.name or command.callback.__name__
    for command in application.registered_commands
    if command.callback is not None
)
NARROW = {"PYTHONIOENCODING": "cp1252:strict", "COLUMNS": "60"}

Run = Callable[..., Outcome]


def test_without_arguments_the_help_is_shown(tmp_path: Path) -> None:
    outcome = triode(folder=tmp_path, **NARROW)
    assert outcome.code == 2
    assert "Usage: " in outcome.out + outcome.err
    for verb in VERBS:
        assert f"| {verb} " in outcome.out + outcome.err
    assert max(map(len, outcome.out.splitlines())) <= 60


@pytest.mark.parametrize("verb", VERBS)
def test_help_fits_a_narrow_console(run: Run, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    outcome = run(verb, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert "Usage: " in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 60


def test_the_version_is_printed(run: Run) -> None:
    outcome = run("--version")
    assert (outcome.code, outcome.out, outcome.err) == (0, f"triode {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("trian",), "No such command 'trian'"),
        (("--verbose",), "No such option: --verbose"),
        (("info", "--jsn", "amp.nam"), "No such option: --jsn"),
        (("train", "dry.wav", "wet.wav"), "Missing option '--output'"),
        (
            ("train", "dry.wav", "wet.wav", "-o", "a.nam", "--epochs", "0"),
            "greater than or equal to 1",
        ),
        (("train", "dry.wav", "wet.wav", "-o", "a.nam", "--epochs", "many"), "as an integer"),
    ],
)
def test_a_slip_is_named(run: Run, words: tuple[str, ...], text: str) -> None:
    outcome = run(*words)
    assert (outcome.code, outcome.out) == (2, "")
    assert text in " ".join(outcome.err.split())


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--device", "tpu"), "unknown device. Expected one of cpu, cuda, mps. Got tpu."),
        (("--recipe", "a3"), "there is no recipe of that name. Expected one of a1-feather, "),
        (("--gear-type", "guitar"), "gear_type"),
    ],
)
def test_a_value_that_cannot_be_is_refused_before_any_work(
    run: Run, folder: Path, words: tuple[str, ...], text: str
) -> None:
    before = sorted(folder.iterdir())
    outcome = run("train", "dry.wav", "wet.wav", "-o", "amp.nam", *words)
    assert outcome.code == 2
    assert outcome.err.startswith("Error: ")
    assert text in outcome.err
    assert sorted(folder.iterdir()) == before
