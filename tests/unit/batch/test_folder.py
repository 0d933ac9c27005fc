"""Folders, here and in storages: one suite for all of them, and what goes wrong with each."""

import json
import sys
import time
from pathlib import Path

import fsspec
import pytest
from typer.testing import CliRunner

from triode.batch import Url, remote
from triode.batch.facts import Facts
from triode.batch.folder import Folder, open_folder
from triode.batch.lease import LEASE_NAME, FolderLease
from triode.batch.location import location
from triode.cli.main import application
from triode.errors import BatchError, OutputError


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "PATIENCE_SECONDS", 0.0)


@pytest.fixture(params=["path", "file", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Folder:
    places = {
        "path": str(tmp_path / "a b"),
        "file": f"file://{tmp_path}/a b",
        "memory": f"memory://{tmp_path.name}/a b",
    }
    return open_folder(places[request.param])


def test_files_come_and_go(folder: Folder, tmp_path: Path) -> None:
    source, copy = tmp_path / "source.bin", tmp_path / "copy.bin"
    source.write_bytes(bytes(range(256)) * 1000)
    with folder.claim() as check:
        check()
        before = folder.names()
        folder.write_text("ä.json", "one\n")
        folder.write_text("ä.json", "zwei ü\n")
        folder.store("model.nam", source)
        assert folder.names() - before == {"ä.json", "model.nam"}
        assert folder.exists("model.nam")
        assert not folder.exists("none")
        assert folder.read_text("ä.json") == "zwei ü\n"
        assert folder.read_text("none") is None
        assert folder.read_texts(["ä.json", "none"]) == {"ä.json": "zwei ü\n"}
        folder.fetch("model.nam", copy)
        assert copy.read_bytes() == source.read_bytes()
        folder.remove("model.nam")
        folder.remove("model.nam")
        assert not folder.exists("model.nam")
        with (
            pytest.raises(BatchError, match="another batch works in this folder"),
            open_folder(str(folder.place)).claim(),
        ):
            pytest.fail("two hold it")
    assert LEASE_NAME not in folder.names()


def test_what_fails_midway_leaves_the_file_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = open_folder(f"file://{tmp_path}")
    folder.write_text("batch.csv", "old")

    def half(system: object, path: str, data: bytes) -> None:
        Path(path).write_bytes(data[:3])
        raise OSError("the line is cut")

    monkeypatch.setattr(type(fsspec.filesystem("file")), "pipe_file", half)
    with pytest.raises(OutputError, match=r"cannot be written.*the line is cut.*go on"):
        folder.write_text("batch.csv", "new and longer")
    assert folder.read_text("batch.csv") == "old"
    assert folder.names() == {"batch.csv"}


def test_a_short_outage_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def fails_once() -> str:
        calls.append(1)
        if len(calls) == 1:
            raise ConnectionError("reset by peer")
        return "here"

    assert remote.attempt("away", "s3://b", fails_once, patience_seconds=5.0) == "here"
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (PermissionError("Access Denied"), "has credentials"),
        (FileNotFoundError("The specified bucket does not exist"), "bucket or folder exists"),
        (type("NoCredentialsError", (Exception,), {})("Unable to locate"), "has credentials"),
    ],
)
def test_what_waiting_does_not_change_is_told_at_once(error: Exception, hint: str) -> None:
    calls: list[int] = []

    def fails() -> None:
        calls.append(1)
        raise error

    with pytest.raises(BatchError, match=f"{type(error).__name__}.*{hint}"):
        remote.attempt("away", "s3://b", fails, patience_seconds=600.0)
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nowhere://bucket/folder", "no such kind of storage"),
        ("adl://store/folder", r"package for this kind .* is not installed.*pip install"),
    ],
)
def test_a_storage_that_cannot_be_used_says_why(url: str, message: str) -> None:
    with pytest.raises(BatchError, match=message):
        open_folder(url)


def test_without_fsspec_a_url_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(BatchError, match=r"need the package fsspec.*triode\[study\]"):
        open_folder("file:///somewhere")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere://bucket/manifest.csv"], "no such kind of storage"),
        (["dry.wav", "wet.wav", "-o", "nowhere://bucket"], "no such kind of storage"),
        (["dry.wav", "wet.wav", "--on", "slurm"], "nothing can be run there"),
        (["file:///none/of/these.csv"], "the manifest cannot be read"),
    ],
)
def test_the_command_says_what_cannot_be_done(
    words: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(application, ["batch", *words])
    assert message in str(result.exception), result.output
    assert list(tmp_path.iterdir()) == []


def test_a_lease_that_nobody_renews_runs_out_and_one_taken_over_is_noticed(tmp_path: Path) -> None:
    folder = open_folder(f"memory://{tmp_path.name}")
    other = {"holder": "elsewhere:1:a", "until": time.time() + 60.0}
    folder.write_text(LEASE_NAME, json.dumps(other))
    with pytest.raises(BatchError, match=r"process 1 on elsewhere.*within 120 s"), folder.claim():
        pytest.fail("two hold it")
    folder.write_text(LEASE_NAME, json.dumps({**other, "until": time.time() - 1.0}))
    with FolderLease(folder, seconds=0.4) as lease:
        lease.check()
        folder.write_text(LEASE_NAME, json.dumps({**other, "until": time.time() + 60.0}))
        lease._thread.join(30.0)
        with pytest.raises(BatchError, match="another batch has taken over"):
            lease.check()
    # It is the other's now.
    assert folder.exists(LEASE_NAME)


def test_facts_tell_changed_files_from_others(tmp_path: Path) -> None:
    system = fsspec.filesystem("memory")
    path = f"/{tmp_path.name}/dry.wav"
    url = Url(f"memory:/{path}")
    assert Facts().of(url) == {"name": "dry.wav"}
    assert Facts().of(None) is None
    system.pipe_file(path, b"123")
    first = Facts().of(url)
    assert first is not None
    assert first["bytes"] == 3
    assert Facts().of(url) == first
    time.sleep(0.01)
    system.pipe_file(path, b"456")
    assert Facts().of(url) != first


def test_places_are_paths_or_urls() -> None:
    base = location("s3://bucket/library/")
    assert str(location("wet/lead.wav", base)) == "s3://bucket/library/wet/lead.wav"
    url = location("s3://bucket/wet/lead.x.wav", Path("here"))
    assert (url.name, url.stem, url.suffix) == ("lead.x.wav", "lead.x", ".wav")
    assert str(url.parent) == "s3://bucket/wet"
    assert location("wet.wav", Path("here")) == Path("here/wet.wav")
    assert location("/wet.wav", base) == Path("/wet.wav")
