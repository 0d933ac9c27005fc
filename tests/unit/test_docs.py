"""The documentation is true: generated pages are up to date, and every command shown exists."""

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent.parent
DOCS = REPOSITORY / "docs"
MARKDOWN = sorted([REPOSITORY / "README.md", *DOCS.rglob("*.md")])
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
# A path before the command's name, as in triode-env/bin/triode, on any system.
COMMAND = re.compile(r"^\$ (?:\S*[/\\])?(triode .*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    specification = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DOCS)
        specification.loader.exec_module(module)
    return module


def commands(text: str) -> list[list[str]]:
    """Every `triode` command in the console blocks of a page, split into words."""
    return [
        shlex.split(command)
        for block in CONSOLE.findall(text)
        for command in COMMAND.findall(block)
    ]


def unknown_parts(command: list[str], known: dict[str, set[str]]) -> list[str]:
    """The verb or the options of `command` that do not exist."""
    verb, rest = command[1], command[2:]
    if rest and f"{verb} {rest[0]}" in known:
        verb = f"{verb} {rest[0]}"
    if verb not in known:
        return [verb]
    options = [word.partition("=")[0] for word in rest if word.startswith("-")]
    return [option for option in options if option not in known[verb]]


def test_generated_pages_are_up_to_date(generator: ModuleType) -> None:
    for path, text in generator.pages().items():
        assert path.read_text(encoding="utf-8") == text, "run: python docs/generate.py"


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: path.name)
def test_every_command_shown_exists(path: Path, generator: ModuleType) -> None:
    known = generator.parameter_names()
    for command in commands(path.read_text(encoding="utf-8")):
        assert not unknown_parts(command, known), shlex.join(command)


def test_the_readme_shows_the_way_of_a_capture() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    shown = {command[1] for command in commands(text)}
    assert shown >= {"check", "train", "render", "report", "info", "export", "lint", "demo"}


def test_the_readme_starts_with_its_two_commands() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert CONSOLE.findall(text)[0] == "$ make demo\n$ make test\n"


def test_the_check_notices_what_does_not_exist() -> None:
    page = "```console\n$ triode train a b --epoch 3 -o c\n$ triode trian a\n```\n"
    known = {"train": {"--epochs", "-o"}}
    found = [unknown_parts(command, known) for command in commands(page)]
    assert found == [["--epoch"], ["trian"]]


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")],
        cwd=REPOSITORY,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    pages = {path.parent.name for path in (tmp_path / "site").rglob("index.html")}
    assert {"first-capture", "cli", "recipes", "python", "numbers"} <= pages
