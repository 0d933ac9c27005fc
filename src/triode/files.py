"""Writing files whole or not at all."""

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from triode.errors import OutputError

__all__ = [
    "atomic_path",
    "make_folder",
    "refuse_overwrite",
    "require_suffix",
    "write_bytes_atomically",
    "write_text_atomically",
]


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


def refuse_overwrite(
    path: str | os.PathLike[str],
    *,
    force: bool,
    inputs: Iterable[str | os.PathLike[str]] = (),
) -> None:
    """Find out before any work that `path` must not or cannot be written.

    Args:
        path: The output.
        force: Allow an existing file to be replaced.
        inputs: Files that the output is made of; not even `force` replaces one of them.

    Raises:
        OutputError: `path` exists and may not be replaced, is a folder, or has none to lie in.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise OutputError(
            "the folder to write into does not exist",
            where=target,
            expected=f"a folder at {target.parent}",
            got="a file of that name" if target.parent.exists() else None,
            hint="Create it first or choose another output path.",
        )
    if target.is_dir():
        raise OutputError(
            "the output path is a folder",
            where=target,
            expected="a file path",
            hint="Add a file name to it.",
        )
    if target.exists() and any(_same(target, Path(one)) for one in inputs):
        raise OutputError(
            "the output would replace the file it is made of",
            where=target,
            hint="Choose another output path.",
        )
    if target.exists() and not force:
        raise OutputError(
            "the output file exists already",
            where=target,
            hint="Choose another path, or pass --force to replace it.",
        )


def make_folder(path: str | os.PathLike[str]) -> None:
    """Make the folder `path`, and those it lies in, unless it is there.

    Raises:
        OutputError: It cannot be made.
    """
    target = Path(path)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            "the folder cannot be made",
            where=target,
            got=error.strerror or error,
            hint="Choose another path, or check that you may write there.",
        ) from error


def require_suffix(path: str | os.PathLike[str], *suffixes: str) -> None:
    """Raise `OutputError` unless `path` ends in one of `suffixes`, in small or large letters.

    It keeps a slip of the tongue, such as a report written over a recording, from costing a file.
    """
    target = Path(path)
    if target.suffix.lower() not in suffixes:
        raise OutputError(
            "the output is not named as what it will be",
            where=target,
            expected=f"a path that ends in {' or '.join(suffixes)}",
            got=f"one that ends in {target.suffix}" if target.suffix else "one without a suffix",
            hint="Choose another output path.",
        )


def _same(one: Path, other: Path) -> bool:
    return other.exists() and one.samefile(other)


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
