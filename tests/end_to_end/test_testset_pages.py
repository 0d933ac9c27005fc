"""The commands of the how-tos about test sets and distillation, as they stand there."""

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.player import FOLDER, player_is_missing
from end_to_end.commands import Outcome
from triode.nam import read
from triode.study.testset.result import read_result
from unit.study.testset.conftest import LINEAR_PLAYER

Run = Callable[..., Outcome]
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
# What keeps a test short is not on the page.
SHORT = {
    "testset build": ["--option", "activation: ReLU", "--random", "1"],
    "testset run": ["--seconds", "0"],
    "testset collect": [],
    "distill": ["--recipe", "tiny.toml", "--epochs", "1", "--force"],
    "compare": [],
}


def page_commands(repository: Path, name: str) -> list[list[str]]:
    """Each `triode` command of a how-to, split into words, without the word triode."""
    text = (repository / "docs" / "how-to" / name).read_text(encoding="utf-8")
    lines = [line for block in CONSOLE.findall(text) for line in block.splitlines()]
    return [shlex.split(line)[2:] for line in lines]


def verb(words: list[str]) -> str:
    return " ".join(words[:2]) if words[0] == "testset" else words[0]


def test_a_set_is_made_played_and_compared(repository: Path, run: Run, capture: Path) -> None:
    codes: dict[str, int] = {}
    for words in page_commands(repository, "test-sets.md"):
        name, extra = verb(words), list(SHORT[verb(words)])
        if "wasm-player" in words:
            if player_is_missing() is not None:
                continue
            extra += ["--npm", str(FOLDER)]
        if name == "testset build" and "--option" in words:
            # The page's own pattern takes nine specimens; one is enough to see that it works.
            words = [word.replace("FiLM: *", "FiLM: *1x1*") for word in words]
            extra = ["--random", "0"]
        words = [word.replace("my-player", LINEAR_PLAYER) for word in words]
        if name == "testset collect" and player_is_missing() is not None:
            words.remove("wasm.json")
        outcome = run(*words, *extra)
        assert outcome.err == "", words
        codes[words[words.index("-o") + 1]] = outcome.code
    mine = codes.pop("mine.json")
    # The last one is a player that knows impulse responses and nothing else.
    assert mine == 1
    assert set(codes.values()) == {0}
    folder = capture.parent
    result, _ = read_result(folder / "triode.json")
    assert result.comment == "as released"
    assert {one.status for one in result.models} == {"passed"}
    assert [one.origin for one in result.models].count("trained") == 2
    page = (folder / "results.html").read_text(encoding="utf-8")
    assert "on my board" in page
    assert "plays_everywhere = []" in (
        (folder / "constraints.toml").read_text(encoding="utf-8").replace("[\n]", "[]")
    )
    assert (folder / "set-2" / "models" / "head1x1.nam").is_file()


@pytest.mark.heavy
def test_a_small_capture_comes_from_a_big_one(
    repository: Path, run: Run, folder: Path, trained: Path
) -> None:
    """Heavy for two minutes of a synthetic performance; `test_distill` trains on less."""
    shutil.copy(trained, folder / "big.nam")
    for words in page_commands(repository, "distill.md"):
        outcome = run(*words, *SHORT[verb(words)])
        assert (outcome.code, outcome.err) == (0, ""), words
        if words[0] == "distill":
            assert "against big.nam" in outcome.out
            training = read(folder / "small.nam").metadata["training"]
            assert isinstance(training, dict)
            teacher = training["settings"]["teacher"]
            heard = words[words.index("--dry") + 1] if "--dry" in words else "synthetic performance"
            assert (teacher["file"], teacher["size"], teacher["dry"]) == ("big.nam", "full", heard)
