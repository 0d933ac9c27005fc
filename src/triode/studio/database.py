"""The library's SQLite file: one connection, one writer, whole changes only."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from triode.errors import WebError

__all__ = ["Database"]

_VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE captures (
    id TEXT PRIMARY KEY,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    created TEXT NOT NULL,
    recipe TEXT,
    epochs INTEGER,
    epoch INTEGER NOT NULL,
    esr TEXT NOT NULL,
    message TEXT NOT NULL,
    metadata TEXT NOT NULL,
    tags TEXT NOT NULL,
    sizes TEXT NOT NULL,
    options TEXT NOT NULL,
    deleted TEXT,
    words TEXT NOT NULL
);
CREATE INDEX captures_by_state ON captures (state, place);
CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created TEXT NOT NULL,
    facts TEXT NOT NULL
);
CREATE TABLE checks (
    id TEXT PRIMARY KEY,
    created TEXT NOT NULL,
    state TEXT NOT NULL,
    request TEXT NOT NULL,
    result TEXT NOT NULL
);
"""


class Database:
    """A library's database; safe to use from several threads.

    Args:
        path: The file; made if it is not there.

    Raises:
        WebError: It is none of ours, or a later Triode's.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(
                path, check_same_thread=False, isolation_level=None, timeout=10.0
            )
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode=WAL")
            # What was said to be saved stays saved when the power goes.
            self._connection.execute("PRAGMA synchronous=FULL")
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise WebError(
                "the library's database cannot be opened", where=path, got=error
            ) from error
        if version == 0:
            self._connection.executescript(
                f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;"
            )
        elif version != _VERSION:
            self._connection.close()
            raise WebError(
                "the library was made by another version of Triode",
                where=path,
                expected=f"version {_VERSION}",
                got=version,
                hint="Use that version, or choose another folder with --library.",
            )

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """All that is written within happens, or nothing of it."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def write(self, statement: str, values: Sequence[Any] | dict[str, Any] = ()) -> int:
        """Run a statement that changes something; returns how many rows it touched."""
        with self.change():
            return self._connection.execute(statement, values).rowcount

    def rows(
        self, statement: str, values: Sequence[Any] | dict[str, Any] = ()
    ) -> list[sqlite3.Row]:
        """What a query finds."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
