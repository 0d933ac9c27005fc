"""The folder of a batch: one small interface, and a folder of this machine behind it."""

import contextlib
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from triode.batch.location import Location, Url, location
from triode.errors import OutputError
from triode.files import atomic_path, make_folder, write_text_atomically
from triode.processes import folder_lock

__all__ = ["Folder", "LocalFolder", "open_folder"]


class Folder(ABC):
    """Files in one place, by name. What is written is there as a whole, or not at all.

    Used by several threads at a time. Every method raises `OutputError` when the place cannot be
    written, and `BatchError` when it cannot be read.
    """

    @property
    @abstractmethod
    def place(self) -> Location:
        """Where it is."""

    @abstractmethod
    def claim(self) -> AbstractContextManager[Callable[[], None]]:
        """Hold the folder for this batch; the function sees that it is still held.

        Raises:
            BatchError: Another batch works in it.
        """

    @abstractmethod
    def names(self) -> frozenset[str]:
        """The names of all files."""

    @abstractmethod
    def exists(self, name: str) -> bool:
        """Whether there is a file of that name."""

    @abstractmethod
    def read_text(self, name: str) -> str | None:
        """The text of a file; None when there is none."""

    @abstractmethod
    def read_texts(self, names: Iterable[str]) -> Mapping[str, str]:
        """The texts of those files that are there; quicker than one by one."""

    @abstractmethod
    def write_text(self, name: str, text: str) -> None:
        """Write a file as UTF-8 with Unix line ends."""

    @abstractmethod
    def fetch(self, name: str, target: Path) -> None:
        """Copy a file to this machine."""

    @abstractmethod
    def store(self, name: str, source: Path) -> None:
        """Copy a file of this machine into the folder."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Take a file away, if it is there."""


class LocalFolder(Folder):
    """A folder of this machine, or of a file system that it has mounted.

    Args:
        path: The folder; made if it is not there.

    Raises:
        OutputError: It cannot be made.
    """

    def __init__(self, path: Path) -> None:
        make_folder(path)
        self.path = path

    @property
    def place(self) -> Path:
        """Where it is."""
        return self.path

    @contextlib.contextmanager
    def claim(self) -> Iterator[Callable[[], None]]:
        """A lock of the operating system, which lets go of it however the batch ends."""
        with folder_lock(self.path, "another batch works in this folder"):
            yield lambda: None

    def names(self) -> frozenset[str]:
        """The names of all files."""
        return frozenset(os.listdir(self.path))  # noqa: PTH208 - names, and many of them

    def exists(self, name: str) -> bool:
        """Whether there is a file of that name."""
        return (self.path / name).is_file()

    def read_text(self, name: str) -> str | None:
        """The text of a file; None when there is none that can be read."""
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def read_texts(self, names: Iterable[str]) -> Mapping[str, str]:
        """The texts of those files that are there."""
        found = ((name, self.read_text(name)) for name in names)
        return {name: text for name, text in found if text is not None}

    def write_text(self, name: str, text: str) -> None:
        """Write a file."""
        write_text_atomically(self.path / name, text)

    def fetch(self, name: str, target: Path) -> None:
        """Copy a file out of the folder."""
        _copy(self.path / name, target)

    def store(self, name: str, source: Path) -> None:
        """Copy a file into the folder."""
        _copy(source, self.path / name)

    def remove(self, name: str) -> None:
        """Take a file away."""
        try:
            (self.path / name).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(
                "the file cannot be removed",
                where=self.path / name,
                got=error.strerror or error,
            ) from error


def open_folder(place: "str | os.PathLike[str] | Url") -> Folder:
    """The folder that a path or a URL means.

    Raises:
        OutputError: It cannot be made.
        BatchError: What is needed for this kind of storage is missing.
    """
    found = location(place)
    if isinstance(found, Url):
        from triode.batch.folder_remote import RemoteFolder

        return RemoteFolder(found)
    return LocalFolder(found)


def _copy(source: Path, target: Path) -> None:
    with atomic_path(target) as temporary:
        shutil.copyfile(source, temporary)
