"""fsspec, with the errors of every kind of storage told alike."""

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from triode.batch.location import Url
from triode.errors import BatchError, TriodeError

__all__ = ["PATIENCE_SECONDS", "attempt", "file_system", "size_and_version"]

PATIENCE_SECONDS = 60.0
_FIRST_PAUSE_SECONDS = 0.5
_MOST_CHARACTERS = 300
# What no second attempt changes.
_FINAL: Final = (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)
_VERSIONS: Final = ("ETag", "etag", "mtime", "LastModified", "updated", "created")
Value = TypeVar("Value")


def file_system(url: Url) -> tuple[Any, str]:
    """The file system that `url` lies in, and its path there.

    Raises:
        BatchError: fsspec or what it needs for this kind of storage is missing, or it knows none.
    """
    try:
        import fsspec
    except ImportError as error:
        raise BatchError(
            "URLs need the package fsspec, which is not installed",
            where=url,
            hint="Install it with: pip install 'triode[study]'",
        ) from error
    try:
        system, path = fsspec.url_to_fs(url.text)
    except ImportError as error:
        raise BatchError(
            "the package for this kind of storage is not installed",
            where=url,
            got=error,
            hint="Install it on every machine that works on the batch: for s3:// it is "
            "pip install s3fs, for gs:// gcsfs, for sftp:// paramiko.",
        ) from error
    except ValueError as error:
        raise BatchError(
            "there is no such kind of storage",
            where=url,
            expected="a URL that fsspec knows, such as s3://, gs://, sftp:// or file://",
            got=error,
        ) from error
    # What opening a storage may raise, wrong settings of its own for one, is of no one family.
    except Exception as error:
        raise BatchError("the storage cannot be opened", where=url, got=_words(error)) from error
    return system, path


def attempt(
    what: str,
    where: object,
    do: Callable[[], Value],
    kind: type[TriodeError] = BatchError,
    patience_seconds: float | None = None,
) -> Value:
    """Do something with a storage; when it fails, again for a while, unless that is of no use.

    Args:
        what: What it means when it fails, as an error's first sentence.
        where: The URL.
        do: What to do; may be done more than once.
        kind: The error to raise.
        patience_seconds: For how long; by default `PATIENCE_SECONDS`.

    Raises:
        TriodeError: Of that kind, when it fails for good.
    """
    end = time.monotonic() + (PATIENCE_SECONDS if patience_seconds is None else patience_seconds)
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            return do()
        # Every file system has errors of its own, and they have no common base.
        except Exception as error:
            final = isinstance(error, _FINAL) or "Credentials" in type(error).__name__
            if final or time.monotonic() + pause > end:
                raise kind(what, where=where, got=_words(error), hint=_hint(error)) from error
        time.sleep(pause)
        pause *= 2.0


def size_and_version(info: dict[str, Any]) -> dict[str, object]:
    """What tells a file from another one of its name: its size, and its ETag or its time."""
    found: dict[str, object] = {"bytes": info.get("size")}
    for key in _VERSIONS:
        if info.get(key) is not None:
            return {**found, "version": str(info[key])}
    return found


def _hint(error: Exception) -> str:
    if isinstance(error, PermissionError) or "Credentials" in type(error).__name__:
        return "See that this machine has credentials for it, and that they allow this."
    if isinstance(error, FileNotFoundError):
        return "See that the bucket or folder exists and that the URL is right."
    return "See that the storage can be reached, and run the same command again to go on."


def _words(error: Exception) -> str:
    text = " ".join(str(error).split())[:_MOST_CHARACTERS] or "no words"
    return f"{type(error).__name__}: {text}"
