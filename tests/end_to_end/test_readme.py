"""The README's commands, as they stand there, on a console of Windows that is narrow, too."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from end_to_end.commands import Outcome, triode
from triode.audio import read_audio
from triode.nam import lint, read

CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
CP1252 = {"PYTHONIOENCODING": "cp1252:strict", "COLUMNS": "60"}
# Nothing of this is in cp1252 but the o and its dots.
NAME = "R\u00f6hre \u771f\u7a7a\u7ba1 \u2603"


def readme_commands(repository: Path) -> list[list[str]]:
    """Each `triode` command of the README, split into words, without the word triode."""
    text = (repository / "README.md").read_text(encoding="utf-8")
    lines = [line for block in CONSOLE.findall(text) for line in block.splitlines()]
    return [shlex.split(line)[2:] for line in lines if line.startswith("$ triode ")]


def test_the_readme_shows_enough(repository: Path) -> None:
    verbs = [words[0] for words in readme_commands(repository)]
    first = ["demo", "check", "train", "render", "report", "studio", "info", "export", "lint"]
    assert verbs == [*first, "bench", "build"]


def test_the_readme_is_true(repository: Path, folder: Path) -> None:
    outcomes: dict[str, Outcome] = {}
    # The demo comes first and has a test of its own.
    for words in readme_commands(repository)[1:]:
        if words[0] == "studio":
            continue  # It serves until it is stopped; tests/unit/studio/test_training.py does that.
        # Only what keeps the training short is not in the README, and a name to be printed.
        extra = ["--recipe", "tiny.toml", "--name", NAME] if words[0] == "train" else []
        outcome = triode(*words, *extra, folder=folder, **CP1252)
        assert (outcome.code, outcome.err) == (0, ""), words
        outcomes[words[0]] = outcome
    assert sorted(path.name for path in folder.iterdir()) == [
        "amp-web",
        "amp.nam",
        "amp.training.jsonl",
        "dry.wav",
        "fixed.nam",
        "out.wav",
        "report.html",
        "single.nam",
        "tiny.toml",
        "wet.wav",
    ]
    assert "Usable" in outcomes["check"].out
    assert "full: ESR " in outcomes["train"].out
    assert "name: R\u00f6hre ??? ?" in outcomes["info"].out
    whole, single = read(folder / "amp.nam"), read(folder / "single.nam")
    assert whole.metadata["name"] == single.metadata["name"] == NAME
    assert (whole.architecture, single.architecture) == ("SlimmableContainer", "WaveNet")
    assert not lint(folder / "fixed.nam")
    assert len(read_audio(folder / "out.wav").samples) == len(
        read_audio(folder / "dry.wav").samples
    )
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert NAME in page
    assert folder.name not in page
    for verb, outcome in outcomes.items():
        wanted = 3 + 1 if verb == "info" else 0
        assert outcome.out.count("?") == wanted, (verb, outcome.out)


def test_what_is_printed_as_json_is_json(folder: Path, capture: Path) -> None:
    shutil.copy(capture, folder / f"{NAME}.nam")
    for words in (["check", "dry.wav", "wet.wav"], ["info", "amp.nam"], ["lint", "amp.nam"]):
        outcome = triode(*words, "--json", folder=folder, **CP1252)
        assert (outcome.code, outcome.err) == (0, "")
        assert json.loads(outcome.out)


@pytest.mark.heavy
def test_the_demo_is_worth_it(tmp_path: Path) -> None:
    """Heavy for a minute of training on two cores; `make demo` runs it for real."""
    outcome = triode("demo", "--output", "demo", folder=tmp_path, **CP1252, OMP_NUM_THREADS="2")
    assert (outcome.code, outcome.err) == (0, "")
    names = {"dry.wav", "wet.wav", "amp.nam", "amp.training.jsonl", "rendered.wav", "report.html"}
    assert {path.name for path in (tmp_path / "demo").iterdir()} == names
    shown = re.search(r"^full: ESR ([0-9.]+) on the unseen part$", outcome.out, re.MULTILINE)
    assert shown is not None
    assert 0.0 < float(shown[1]) <= 0.05
    assert "Next: " in outcome.out
