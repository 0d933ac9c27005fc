"""A folder in a storage that fsspec reaches."""

import contextlib
import posixpath
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeVar

from triode.batch.folder import Folder
from triode.batch.lease import FolderLease
from triode.batch.location import Url
from triode.batch.remote import attempt, file_system
from triode.errors import BatchError, OutputError

__all__ = ["RemoteFolder"]

Value = TypeVar("Value")
# Where what is put under a name appears whole. Elsewhere it is put beside it and renamed.
_WHOLE: Final = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oci", "memory"})


class RemoteFolder(Folder):
    """See `triode.batch.folder`; nothing of it is kept on this machine.

    Storages without folders, such as S3, have nothing to make; elsewhere the folder is made.

    Args:
        url: The folder.

    Raises:
        BatchError: What is needed for this kind of storage is missing.
    """

    def __init__(self, url: Url) -> None:
        self._url = url
        self._system, self._path = file_system(url)
        kinds = self._system.protocol
        self._whole = bool(_WHOLE & ({kinds} if isinstance(kinds, str) else set(kinds)))

    @property
    def place(self) -> Url:
        """Where it is."""
        return self._url

    @contextlib.contextmanager
    def claim(self) -> Iterator[Callable[[], None]]:
        """A lease in a file, since storages have no locks; see `triode.batch.lease`."""
        if not self._whole:
            self._write("the folder cannot be made", "", self._make)
        with FolderLease(self) as lease:
            yield lease.check

    def names(self) -> frozenset[str]:
        """The names of all files, asked anew."""

        def ask() -> frozenset[str]:
            self._system.invalidate_cache()
            try:
                found = self._system.ls(self._path, detail=False)
            except FileNotFoundError:
                return frozenset()  # Storages without folders have no empty ones.
            return frozenset(posixpath.basename(path.rstrip("/")) for path in found)

        return self._read("the folder cannot be read", "", ask)

    def exists(self, name: str) -> bool:
        """Whether there is a file of that name."""

        def ask() -> bool:
            self._system.invalidate_cache()
            try:
                # Unlike `exists` of some file systems, this tells "no" from "no answer".
                self._system.info(self._at(name))
            except FileNotFoundError:
                return False
            return True

        return self._read("the storage does not answer", name, ask)

    def read_text(self, name: str) -> str | None:
        """The text of a file; None when there is none."""

        def ask() -> str | None:
            try:
                return self._text(self._system.cat_file(self._at(name)))
            except FileNotFoundError:
                return None

        return self._read("the file cannot be read", name, ask)

    def read_texts(self, names: Iterable[str]) -> Mapping[str, str]:
        """The texts of those files that are there, many at a time where the storage can."""
        paths = {self._at(name): name for name in self.names().intersection(names)}
        if not paths:
            return {}

        def ask() -> dict[str, bytes]:
            found: dict[str, bytes] = self._system.cat(list(paths))
            return found

        found = self._read("files of the folder cannot be read", "", ask)
        texts = {paths[path]: self._text(data) for path, data in found.items() if path in paths}
        return {name: text for name, text in texts.items() if text is not None}

    def write_text(self, name: str, text: str) -> None:
        """Write a file."""
        data = text.encode("utf-8")
        self._put(name, lambda path: self._system.pipe_file(path, data))

    def fetch(self, name: str, target: Path) -> None:
        """Copy a file to this machine."""
        path = self._at(name)
        self._read(
            "the file cannot be fetched", name, lambda: self._system.get_file(path, str(target))
        )

    def store(self, name: str, source: Path) -> None:
        """Copy a file of this machine into the folder."""
        self._put(name, lambda path: self._system.put_file(str(source), path))

    def remove(self, name: str) -> None:
        """Take a file away, if it is there."""

        def take() -> None:
            with contextlib.suppress(FileNotFoundError):
                self._system.rm_file(self._at(name))

        self._write("the file cannot be removed", name, take)

    def _put(self, name: str, put: Callable[[str], object]) -> None:
        path = self._at(name)

        def do() -> None:
            if self._whole:
                put(path)
                return
            beside = self._at(f".{secrets.token_hex(8)}.part")
            try:
                put(beside)
                self._system.mv(beside, path)
            except BaseException:
                with contextlib.suppress(Exception):
                    self._system.rm_file(beside)
                raise

        self._write("the file cannot be written", name, do)

    def _make(self) -> None:
        self._system.makedirs(self._path, exist_ok=True)

    def _at(self, name: str) -> str:
        return f"{self._path.rstrip('/')}/{name}"

    def _read(self, what: str, name: str, do: Callable[[], Value]) -> Value:
        return attempt(what, self._url / name, do, BatchError)

    def _write(self, what: str, name: str, do: Callable[[], object]) -> None:
        attempt(what, self._url / name, do, OutputError)

    @staticmethod
    def _text(data: bytes) -> str | None:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return None
