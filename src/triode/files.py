"""Writing files whole or not at all."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from triode.errors import OutputError

__all__ = ["atomic_path", "refuse_overwrite", "write_bytes_atomically", "write_text_atomically"]


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it is synced and renamed onto `path`.

    The temporary name keeps the suffix of `path`, so writers that choose a format by suffix work.
    When the body raises, or the disk fills up, nothing is left behind and `path` is as it was.

    Raises:
        OutputError: The folder does not exist or cannot be written, or writing failed.
    """
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(
            prefix=f".{target.stem[:40]}-", suffix=target.suffix, dir=target.parent
        )
        os.close(handle)
    except OSError as error:
        raise _output_error(target, error) from error
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.chmod(_default_mode(target))
        temporary.replace(target)
    except OSError as error:
        raise _output_error(target, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes_atomically(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to `path` as a whole; see `atomic_path`."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


def write_text_atomically(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` to `path` as UTF-8 with Unix line ends; see `atomic_path`."""
    write_bytes_atomically(path, text.encode("utf-8"))


def refuse_overwrite(path: str | os.PathLike[str], *, force: bool) -> None:
    """Raise `OutputError` when `path` exists and `force` is not set, or its folder is missing."""
    target = Path(path)
    if not target.parent.is_dir():
        raise OutputError(
            "the folder to write into does not exist",
            where=target,
            expected=f"a folder at {target.parent}",
            hint="Create it first or choose another output path.",
        )
    if target.is_dir():
        raise OutputError(
            "the output path is a folder", where=target, expected="a file path", got="a folder"
        )
    if target.exists() and not force:
        raise OutputError(
            "the output file exists already",
            where=target,
            hint="Choose another path, or pass --force to replace it.",
        )


def _default_mode(target: Path) -> int:
    """The mode a plainly created file would get: the old file's, or 0666 less the umask."""
    if target.exists():
        return target.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def _output_error(target: Path, error: OSError) -> OutputError:
    return OutputError(
        "the file cannot be written",
        where=target,
        got=error.strerror or error,
        hint="Check that the folder exists, that you may write to it and that the disk has room.",
    )
