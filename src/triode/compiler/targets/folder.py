"""Writing a folder whole or not at all."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from triode.errors import OutputError

__all__ = ["atomic_folder"]


@contextlib.contextmanager
def atomic_folder(path: str | os.PathLike[str], *, marker: str, force: bool) -> Iterator[Path]:
    """Yield an empty folder beside `path`; on success its files are synced and it takes that name.

    When the body raises, nothing is left behind and `path` is as it was.

    Args:
        path: The folder to make. An empty folder there is replaced.
        marker: A file that every folder made this way contains: `force` replaces no other folder,
            so that a mistyped path never costs anybody their files.
        force: Replace a folder made this way earlier.

    Raises:
        OutputError: `path` exists and may not be replaced, or cannot be written.
    """
    target = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow a link at the end
    _refuse(target, marker, force=force)
    try:
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}-", dir=target.parent))
    except OSError as error:
        raise _output_error(target, error) from error
    try:
        yield fresh
        for file in sorted(fresh.rglob("*")):
            if file.is_file():
                with file.open("rb+") as written:
                    os.fsync(written.fileno())
        fresh.chmod(target.parent.stat().st_mode & 0o777)
        _replace(fresh, target)
    except OSError as error:
        raise _output_error(target, error) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _refuse(target: Path, marker: str, *, force: bool) -> None:
    if not target.parent.is_dir():
        raise OutputError(
            "the folder to write into does not exist",
            where=target,
            expected=f"a folder at {target.parent}",
            hint="Create it first or choose another output path.",
        )
    if not (target.exists() or target.is_symlink()):
        return
    if target.is_symlink() or not target.is_dir():
        raise OutputError("the output path is no folder", where=target, expected="a folder to make")
    if not any(target.iterdir()):
        return
    if not force:
        raise OutputError(
            "the output folder exists already",
            where=target,
            hint="Choose another path, or pass --force to replace it.",
        )
    if not (target / marker).is_file():
        raise OutputError(
            "the output folder was not made by this command and is left alone",
            where=target,
            expected=f"a folder that contains {marker}",
            hint="Choose another path.",
        )


def _replace(fresh: Path, target: Path) -> None:
    if not target.exists():
        fresh.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}-old-", dir=target.parent))
    try:
        target.rename(old / "old")
        try:
            fresh.rename(target)
        except OSError:
            (old / "old").rename(target)
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _output_error(target: Path, error: OSError) -> OutputError:
    return OutputError(
        "the folder cannot be written",
        where=target,
        got=error.strerror or error,
        hint="Check that the folder exists, that you may write to it and that the disk has room.",
    )
