"""Files that come into a folder are taken once they are whole."""

import os
from pathlib import Path

import pytest

from triode.batch import Watcher
from triode.errors import BatchError


class Clock:
    """Seconds that a test decides."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watcher(tmp_path: Path, clock: Clock) -> Watcher:
    (tmp_path / "dry.wav").write_bytes(b"dry")
    return Watcher(tmp_path, tmp_path / "dry.wav", clock)


def names(watcher: Watcher) -> list[str]:
    return [row.wet.name for row in watcher()]


def test_a_file_is_taken_once_when_its_size_has_been_stable(
    tmp_path: Path, watcher: Watcher, clock: Clock
) -> None:
    file = tmp_path / "one.wav"
    file.write_bytes(b"")
    for now, content, taken in (
        (0.0, b"", []),
        (5.0, b"", []),
        (6.0, b"some", []),
        (7.5, b"some more", []),
        (9.0, None, []),
        (9.6, None, ["one.wav"]),
        (20.0, None, []),
    ):
        clock.now = now
        if content is not None:
            file.write_bytes(content)
        assert names(watcher) == taken, now


def test_only_recordings_other_than_the_dry_file_are_taken(
    tmp_path: Path, watcher: Watcher, clock: Clock
) -> None:
    for name in ("a.wav", "b.FLAC", "c.txt", ".d.wav", "a.flac"):
        (tmp_path / name).write_bytes(b"x")
    assert names(watcher) == []
    clock.now = 3.0
    rows = watcher()
    assert [row.wet.name for row in rows] == ["a.flac", "a.wav", "b.FLAC"]
    # Names that differ in the suffix only do not get the same capture.
    assert [row.stem for row in rows] == ["a", "a-wav", "b"]
    assert {row.dry for row in rows} == {tmp_path / "dry.wav"}


def test_a_file_that_changed_is_taken_again(tmp_path: Path, watcher: Watcher, clock: Clock) -> None:
    file = tmp_path / "one.wav"
    file.write_bytes(b"x")
    watcher()
    clock.now = 3.0
    (first,) = watcher()
    os.utime(file, ns=(1, 1))
    assert watcher() == []
    clock.now = 6.0
    (second,) = watcher()
    assert first.stem == second.stem


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BatchError, match="no folder to watch"):
        Watcher(tmp_path / "none", tmp_path / "dry.wav")
