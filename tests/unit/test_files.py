"""Files are written whole or not at all."""

import os
import stat
import sys
from pathlib import Path

import pytest

from triode.errors import OutputError
from triode.files import (
    atomic_path,
    make_folder,
    refuse_overwrite,
    require_suffix,
    write_bytes_atomically,
    write_text_atomically,
)

not_on_windows = pytest.mark.skipif(sys.platform == "win32", reason="POSIX file modes")
not_as_root = pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere"
)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def write_half(target: Path, error: type[BaseException]) -> None:
    with atomic_path(target) as temporary:
        temporary.write_bytes(b"half")
        raise error


@pytest.mark.parametrize("name", ["amp.nam", "größer und lauter.nam", "ohne-endung", ".versteckt"])
def test_what_is_written_is_there_and_nothing_else_is(tmp_path: Path, name: str) -> None:
    write_bytes_atomically(tmp_path / name, b"\x00\xff")
    assert (tmp_path / name).read_bytes() == b"\x00\xff"
    assert names(tmp_path) == {name}


def test_text_is_utf8_with_unix_line_ends_on_every_system(tmp_path: Path) -> None:
    write_text_atomically(tmp_path / "a.txt", "ü\n")
    assert (tmp_path / "a.txt").read_bytes() == b"\xc3\xbc\n"


def test_a_very_long_name_is_no_problem(tmp_path: Path) -> None:
    name = "x" * 240 + ".nam"
    write_bytes_atomically(tmp_path / name, b"1")
    assert names(tmp_path) == {name}


def test_the_temporary_path_keeps_the_suffix_and_the_folder(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "a.flac") as temporary:
        assert temporary.suffix == ".flac"
        assert temporary.parent == tmp_path
        temporary.write_bytes(b"1")


def test_the_target_is_untouched_until_the_end(tmp_path: Path) -> None:
    target = tmp_path / "a.nam"
    target.write_bytes(b"old")
    with atomic_path(target) as temporary:
        temporary.write_bytes(b"new")
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_when_the_body_fails_the_old_file_stays_and_nothing_is_left(
    tmp_path: Path, error: type[BaseException]
) -> None:
    target = tmp_path / "a.nam"
    target.write_bytes(b"old")
    with pytest.raises(error):
        write_half(target, error)
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == {"a.nam"}


def test_a_full_disk_is_an_output_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(OutputError, match=r"cannot be written.* Got No space left on device\."):
        write_bytes_atomically(tmp_path / "a.nam", b"1")
    assert names(tmp_path) == set()


def test_a_missing_folder_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Check that the folder exists"):
        write_bytes_atomically(tmp_path / "missing" / "a.nam", b"1")


@not_on_windows
@not_as_root
def test_a_folder_that_may_not_be_written_is_an_output_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            write_bytes_atomically(tmp_path / "a.nam", b"1")
    finally:
        tmp_path.chmod(0o700)


@not_on_windows
def test_a_new_file_gets_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_bytes_atomically(tmp_path / "a.nam", b"1")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.nam").stat().st_mode) == 0o640


@not_on_windows
def test_an_old_file_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "a.nam"
    target.write_bytes(b"old")
    target.chmod(0o604)
    write_bytes_atomically(target, b"new")
    assert stat.S_IMODE(target.stat().st_mode) == 0o604


def test_refuse_overwrite_lets_a_new_path_pass(tmp_path: Path) -> None:
    refuse_overwrite(tmp_path / "a.nam", force=False)
    assert names(tmp_path) == set()


def test_refuse_overwrite_protects_an_existing_file(tmp_path: Path) -> None:
    target = tmp_path / "a.nam"
    target.write_bytes(b"old")
    with pytest.raises(OutputError, match="pass --force to replace it"):
        refuse_overwrite(target, force=False)
    refuse_overwrite(target, force=True)
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize("force", [False, True])
def test_refuse_overwrite_never_accepts_a_folder_or_a_missing_one(
    tmp_path: Path, *, force: bool
) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        refuse_overwrite(tmp_path, force=force)
    with pytest.raises(OutputError, match="folder to write into does not exist"):
        refuse_overwrite(tmp_path / "missing" / "a.nam", force=force)


def test_an_output_never_replaces_what_it_is_made_of(tmp_path: Path) -> None:
    source = tmp_path / "dry.wav"
    source.write_text("precious")
    again = tmp_path / "folder" / ".." / "dry.wav"
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="would replace the file it is made of"):
        refuse_overwrite(again, force=True, inputs=(tmp_path / "none.wav", source))
    refuse_overwrite(tmp_path / "other.wav", force=True, inputs=(source,))


@pytest.mark.parametrize("name", ["page.html", "PAGE.HTM"])
def test_a_fitting_suffix_is_accepted(name: str) -> None:
    require_suffix(name, ".html", ".htm")


@pytest.mark.parametrize(("name", "got"), [("dry.wav", r"ends in \.wav"), ("page", "without a")])
def test_another_suffix_is_refused(name: str, got: str) -> None:
    with pytest.raises(OutputError, match=rf"ends in \.html or \.htm\. Got one .*{got}"):
        require_suffix(name, ".html", ".htm")


def test_folders_are_made_or_refused(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b ü")
    make_folder(tmp_path / "a" / "b ü")
    assert (tmp_path / "a" / "b ü").is_dir()
    (tmp_path / "file").write_text("precious")
    for path in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(OutputError, match="the folder cannot be made"):
            make_folder(path)
