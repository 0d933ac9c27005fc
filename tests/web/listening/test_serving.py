"""The commands of the page about serving, as they stand there, and what they refuse."""

import re
import shlex
import sys
from pathlib import Path

import httpx
import pytest

from end_to_end.commands import start, triode
from triode.cli.main import main
from triode.listening import AnswerStore
from web.listening.made import make_test, served

CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
LINK = re.compile(r"(https?://[\w.:]+)/i/[\w-]{32}")


def shown(repository: Path) -> list[list[str]]:
    """Each command of the page, split into words, without the word triode."""
    text = (repository / "docs" / "how-to" / "listen-serve.md").read_text(encoding="utf-8")
    lines = [line for block in CONSOLE.findall(text) for line in block.splitlines()]
    return [shlex.split(line)[2:] for line in lines]


def serve(words: list[str], folder: Path) -> str:
    """Run the command until it tells its address and answers there; what it printed."""
    process = start(*words, "--port", "0", "--no-browser", folder=folder)
    assert process.stdout is not None
    printed = process.stdout.readline()
    address = re.search(r"http://\S+:\d+", printed)
    assert address is not None, printed + process.communicate()[1]
    if "--open" in words:
        printed += process.stdout.readline()
    assert httpx.get(f"{address[0]}/listen").status_code == 200
    process.terminate()
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    return printed


@pytest.mark.heavy
def test_the_page_is_true(repository: Path, tmp_path: Path) -> None:
    """Heavy for six processes. PostgreSQL is replaced by a file; its own tests start a real one."""
    make_test(tmp_path / "amp-test", "mushra")
    commands = shown(repository)
    assert [words[:3] for words in commands] == [
        ["listen", "serve", "amp-test"],
        ["listen", "invite", "amp-test"],
        ["listen", "serve", "amp-test"],
        ["listen", "serve", "amp-test"],
        ["listen", "invite", "amp-test"],
        ["listen", "serve", "amp-test"],
        ["listen", "invite", "amp-test"],
    ]
    for words in commands:
        told = ["sqlite:///other.sqlite" if "postgresql" in one else one for one in words]
        if words[1] == "serve":
            printed = serve(told, tmp_path)
            assert ("Anyone may take part" in printed) == ("--open" in words)
            assert ("?token=" in printed) == ("--password" not in words)
            continue
        outcome = triode(*told, folder=tmp_path)
        assert (outcome.code, outcome.err) == (0, "")
        links = outcome.out.split()
        assert len(set(links)) == int(words[words.index("--count") + 1])
        wanted = words[words.index("--address") + 1] if "--address" in words else None
        for one in links:
            found = LINK.fullmatch(one)
            assert found is not None
            assert found[1] == (wanted or "http://127.0.0.1:8790")


@pytest.mark.heavy
def test_links_made_beforehand_are_good(tmp_path: Path) -> None:
    """Heavy for two processes."""
    test = make_test(tmp_path / "test", "abx")
    links = triode("listen", "invite", "test", "--count", "2", folder=tmp_path).out.split()
    with served(test.folder) as server:
        token = links[0].rpartition("/")[2]
        answer = httpx.put(
            f"{server.address}/api/participants/{token}/consent", headers={"origin": server.address}
        )
        assert answer.json()["next"] == 0
    store = AnswerStore(test.default_store_url)
    assert [one.invited for one in store.participants(test)] == [True, True]
    store.close()


@pytest.mark.heavy
def test_a_proxy_of_the_name_that_was_told_may_stand_before_it(tmp_path: Path) -> None:
    """Heavy for a process. The proxy keeps the Host header and speaks https to browsers."""
    test = make_test(tmp_path / "test", "abx")
    with served(test.folder, "--open", "--address", "https://listen.example.org/") as server:

        def join(host: str, origin: str) -> int:
            headers = {"host": host, "origin": origin, "x-forwarded-for": "192.0.2.7"}
            return httpx.post(f"{server.address}/api/participants", headers=headers).status_code

        assert join("listen.example.org", "https://listen.example.org") == 201
        assert join("listen.example.org", "https://evil.example") == 403
        assert join("evil.example", "https://evil.example") == 400


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["serve", "test", "--host", "0.0.0.0"], "needs a password"),
        (["serve", "test", "--address", "ftp://x"], "such as https://listen.example.org"),
        (["serve", "elsewhere"], "there is no prepared listening test"),
        (["serve", "test", "--storage", "mysql://x/y"], "sqlite:///"),
        (["invite", "test", "--address", "listen.example.org"], "without a path"),
    ],
)
def test_what_cannot_be_served_is_said(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    make_test(tmp_path / "test", "abx")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["triode", "listen", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert said in capsys.readouterr().err
