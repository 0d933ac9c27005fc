"""Six seconds of synthetic playing, a capture of it, and `triode` within this process."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end.commands import Outcome
from end_to_end.recipes import RECIPES
from triode.audio import write_audio
from triode.cli.main import main
from triode.synthetic import amplify, performance
from triode.training import train

RATE_HZ = 16000
FOLDER = "Meine Röhren und Boxen"


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with dry.wav and wet.wav; tests copy from it."""
    folder = tmp_path_factory.mktemp("recordings")
    dry = performance(6.0, rate_hz=RATE_HZ)
    write_audio(folder / "dry.wav", dry, RATE_HZ)
    write_audio(folder / "wet.wav", amplify(dry, RATE_HZ), RATE_HZ)
    return folder


@pytest.fixture
def folder(recordings: Path, tmp_path: Path) -> Path:
    """A folder of a test's own, with dry.wav, wet.wav and tiny.toml; its name has spaces and ö."""
    copy = tmp_path / FOLDER
    shutil.copytree(recordings, copy)
    (copy / "tiny.toml").write_text(RECIPES["two-sizes"], encoding="utf-8")
    return copy


@pytest.fixture(scope="session")
def trained(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A capture with two sizes of `recordings`; tests copy it."""
    folder = tmp_path_factory.mktemp("trained")
    recipe = folder / "tiny.toml"
    recipe.write_text(RECIPES["two-sizes"], encoding="utf-8")
    path = folder / "amp.nam"
    train(recordings / "dry.wav", recordings / "wet.wav", path, recipe=recipe, threads=1)
    return path


@pytest.fixture
def capture(folder: Path, trained: Path) -> Path:
    """amp.nam in `folder`, without a log."""
    return Path(shutil.copy(trained, folder / "amp.nam"))


@pytest.fixture
def run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Run `triode` in `folder` within this process, which saves the start of another."""

    def start(*arguments: str | Path) -> Outcome:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["triode", *map(str, arguments)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        printed = capsys.readouterr()
        return Outcome(code=code, out=printed.out, err=printed.err)

    return start


@pytest.fixture(autouse=True)
def few_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiny networks gain nothing from threads; what training sets for itself is undone."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
