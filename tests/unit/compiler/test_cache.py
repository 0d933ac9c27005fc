"""The cache of artifacts: sound entries are kept, others are rebuilt, strangers' are refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from triode.compiler import cache
from triode.compiler.cache import artifact_key, cache_entries, cache_folder, cached_artifact
from triode.errors import CompileError

KEY = artifact_key("source", ["-O3"], "cc 1", "cpu")
posix_only = pytest.mark.skipif(os.name != "posix", reason="asks about POSIX permissions")


class Build:
    """Writes `content` and counts how often it was asked to."""

    def __init__(self, content: bytes = b"machine code") -> None:
        self.content = content
        self.count = 0

    def __call__(self, target: Path) -> None:
        self.count += 1
        target.write_bytes(self.content)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    chosen = tmp_path / "äußere cache"
    monkeypatch.setenv("TRIODE_CACHE", str(chosen))
    return chosen


def test_the_second_time_nothing_is_built(folder: Path) -> None:
    build = Build()
    first = cached_artifact(KEY, ".so", build)
    second = cached_artifact(KEY, ".so", build)
    assert first == second
    assert first.parent == folder
    assert first.read_bytes() == build.content
    assert build.count == 1
    assert cache_entries(folder) == [first]


def test_only_finished_entries_are_left(folder: Path) -> None:
    cached_artifact(KEY, ".so", Build())
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("damage", [b"", b"machine cod", b"machine cOde", b"machine code and more"])
def test_a_broken_entry_is_built_again(folder: Path, damage: bytes) -> None:
    build = Build()
    cached_artifact(KEY, ".so", build).write_bytes(damage)
    again = cached_artifact(KEY, ".so", build)
    assert again.read_bytes() == build.content
    assert build.count == 2
    assert cache_entries(folder) == [again]


def test_an_entry_without_a_checksum_is_not_used(folder: Path) -> None:
    build = Build()
    sound = cached_artifact(KEY, ".so", build)
    sound.rename(folder / f"{KEY}-.so")
    assert cached_artifact(KEY, ".so", build) == sound
    assert build.count == 2
    assert cache_entries(folder) == [sound]


def test_a_build_that_fails_leaves_nothing(folder: Path) -> None:
    def fail(target: Path) -> None:
        target.write_bytes(b"half")
        raise CompileError("no")

    with pytest.raises(CompileError, match="no"):
        cached_artifact(KEY, ".so", fail)
    assert list(folder.iterdir()) == []


def test_the_key_changes_with_everything_that_decides_the_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = [
        KEY,
        artifact_key("source 2", ["-O3"], "cc 1", "cpu"),
        artifact_key("source", ["-O2"], "cc 1", "cpu"),
        artifact_key("source", ["-O", "3"], "cc 1", "cpu"),
        artifact_key("source", ["-O3"], "cc 2", "cpu"),
        artifact_key("source", ["-O3"], "cc 1", "cpu 2"),
    ]
    monkeypatch.setattr(cache, "__version__", "another")
    keys.append(artifact_key("source", ["-O3"], "cc 1", "cpu"))
    assert len(set(keys)) == len(keys)
    monkeypatch.undo()
    assert artifact_key("source", ["-O3"], "cc 1", "cpu") == KEY


@posix_only
def test_the_folder_is_private(folder: Path) -> None:
    old = os.umask(0)
    try:
        assert cache_folder().stat().st_mode & 0o777 == 0o700
    finally:
        os.umask(old)


@posix_only
@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777, 0o1777])
def test_a_folder_that_others_may_write_to_is_refused(folder: Path, mode: int) -> None:
    folder.mkdir()
    folder.chmod(mode)
    build = Build()
    with pytest.raises(CompileError, match=f"others may write.*Expected mode 0700.*Got 0{mode:o}"):
        cached_artifact(KEY, ".so", build)
    assert build.count == 0


@posix_only
def test_a_folder_of_somebody_else_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir(mode=0o700)
    stranger = folder.stat().st_uid + 1
    monkeypatch.setattr(cache.os, "geteuid", lambda: stranger)
    build = Build()
    with pytest.raises(CompileError, match=r"belongs to somebody else.*TRIODE_CACHE"):
        cached_artifact(KEY, ".so", build)
    assert build.count == 0


def test_without_a_folder_the_artifact_is_private_to_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    monkeypatch.setenv("TRIODE_CACHE", str(in_the_way / "cache"))
    build = Build()
    made = cached_artifact(KEY, ".so", build)
    assert made.read_bytes() == build.content
    assert tmp_path not in made.parents


@posix_only
def test_a_read_only_folder_is_as_good_as_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir(mode=0o500)
    if os.geteuid() == 0:  # root may write anyway
        make = cache.tempfile.mkstemp

        def refuse(**arguments: object) -> object:
            if arguments["dir"] == folder:
                raise PermissionError(13, "Permission denied")
            return make(**arguments)

        monkeypatch.setattr(cache.tempfile, "mkstemp", refuse)
    made = cached_artifact(KEY, ".so", Build())
    assert made.read_bytes() == b"machine code"
    assert folder not in made.parents
    assert list(folder.iterdir()) == []


WORKER = """
import sys, time
from pathlib import Path
from triode.compiler.cache import cached_artifact

def build(target):
    with target.open("wb") as file:
        for part in range(20):
            file.write(bytes([{number} if {differing} else 0]) * 50_000)
            file.flush()
            time.sleep(0.005)

path = cached_artifact("{key}", ".so", build)
data = path.read_bytes()
assert len(data) == 1_000_000 and len(set(data)) == 1, "torn"
print(path.name)
"""


@pytest.mark.parametrize("differing", [False, True], ids=["equal bytes", "other bytes"])
def test_builds_of_one_entry_by_several_processes_at_a_time(folder: Path, differing: bool) -> None:
    workers = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                WORKER.format(number=number, differing=differing, key=KEY),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    answers = [worker.communicate() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 3, answers
    build = Build()
    assert cached_artifact(KEY, ".so", build).name in {out.strip() for out, _ in answers}
    assert build.count == 0
    assert set(folder.iterdir()) == set(cache_entries(folder))


def test_a_full_disk_is_an_error_that_playing_can_do_without(folder: Path) -> None:
    def fail(target: Path) -> None:
        raise OSError(28, "No space left on device", os.fspath(target))

    with pytest.raises(CompileError, match=r"no room.*Got No space left on device\. Make room"):
        cached_artifact(KEY, ".so", fail)
    assert list(folder.iterdir()) == []
