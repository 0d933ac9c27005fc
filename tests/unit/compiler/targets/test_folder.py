"""Folders that are written whole or not at all."""

from pathlib import Path

import pytest

from triode.compiler.targets.folder import atomic_folder
from triode.errors import OutputError


def make(target: Path, text: str, *, force: bool = False) -> None:
    with atomic_folder(target, marker="mark", force=force) as folder:
        (folder / "mark").write_text(text)
        (folder / "inner").mkdir()
        (folder / "inner" / "file").write_text(text)


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    make(tmp_path / "Über uns", "one")
    assert (tmp_path / "Über uns" / "inner" / "file").read_text() == "one"
    assert len(list(tmp_path.iterdir())) == 1


def test_nothing_is_left_when_the_body_fails(tmp_path: Path) -> None:
    make(tmp_path / "out", "one")

    def fail() -> None:
        with atomic_folder(tmp_path / "out", marker="mark", force=True) as folder:
            (folder / "half").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (tmp_path / "out" / "mark").read_text() == "one"
    assert len(list(tmp_path.iterdir())) == 1


def test_force_replaces_what_was_made_this_way(tmp_path: Path) -> None:
    make(tmp_path / "out", "one")
    (tmp_path / "out" / "object.o").touch()
    with pytest.raises(OutputError, match="--force"):
        make(tmp_path / "out", "two")
    make(tmp_path / "out", "two", force=True)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["inner", "mark"]
    assert len(list(tmp_path.iterdir())) == 1


def test_force_never_replaces_somebodys_files(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="left alone"):
        make(tmp_path / "home", "one", force=True)
    assert (tmp_path / "home" / "thesis.txt").read_text() == "years of work"


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    make(tmp_path / "out", "one")
    assert (tmp_path / "out" / "mark").read_text() == "one"


def test_a_file_or_a_missing_parent_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="is no folder"):
        make(tmp_path / "file", "one", force=True)
    with pytest.raises(OutputError, match="does not exist"):
        make(tmp_path / "none" / "out", "one")
