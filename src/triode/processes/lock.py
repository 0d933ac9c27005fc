"""One process at a time in a folder; the operating system lets go of it, however that ends."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from triode.errors import BatchError, OutputError

__all__ = ["folder_lock"]

_NAME = ".triode.lock"


@contextlib.contextmanager
def folder_lock(folder: Path, problem: str) -> Iterator[None]:
    """Hold `folder` for this process.

    Args:
        folder: What to hold.
        problem: What is wrong when another process has it.

    Raises:
        BatchError: Another process has it.
        OutputError: It cannot be written.
    """
    try:
        file = (folder / _NAME).open("a")
    except OSError as error:
        raise OutputError(
            "the folder cannot be written", where=folder, got=error.strerror or error
        ) from error
    with file:
        try:
            _lock(file)
        except OSError as error:
            raise BatchError(
                problem,
                where=folder,
                hint="Wait for it, end it, or choose another folder.",
            ) from error
        yield


def _lock(file: IO[str]) -> None:
    """Lock without waiting; closing the file or the end of the process unlocks."""
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
