"""A database by its address, SQLite or PostgreSQL: connecting to it, and changing it whole."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from triode.errors import TriodeError
from triode.files import make_folder

__all__ = ["open_engine", "transaction"]

_BUSY_SECONDS = 60


def open_engine(
    url: str, metadata: MetaData, *, kept: str, file: str, error: type[TriodeError]
) -> Engine:
    """The database at `url`, its tables made where they are missing.

    Args:
        url: `sqlite:///path` or `postgresql://user:password@host/database`.
        metadata: The tables.
        kept: What is kept in it, in the plural, for messages.
        file: The name of an SQLite file, for messages.
        error: The class of what is raised.

    Raises:
        TriodeError: Of the class `error`: it is not an address, or cannot be reached.
    """
    engine = _engine(url, kept, f"sqlite:///{file} or postgresql://user@host/database", error)
    try:
        metadata.create_all(engine)
    except SQLAlchemyError as failed:
        raise error(
            "the storage cannot be reached",
            where=engine.url.render_as_string(hide_password=True),
            got=_words(failed),
            hint="Start the database, correct --storage, or leave it out for a file.",
        ) from failed
    return engine


@contextlib.contextmanager
def transaction(
    engine: Engine, *, storage: str, error: type[TriodeError], hint: str
) -> Iterator[Connection]:
    """A connection whose changes are made all together, or not at all.

    Args:
        engine: The database.
        storage: What it is called in messages.
        error: The class of what is raised.
        hint: What to do when it fails.

    Raises:
        TriodeError: Of the class `error`: the database failed.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as failed:
        raise error(
            f"{storage} failed; nothing that was stored before is lost",
            where=engine.url.render_as_string(hide_password=True),
            got=_words(failed),
            hint=hint,
        ) from failed


def _words(failed: SQLAlchemyError) -> str:
    return str(getattr(failed, "orig", None) or failed).strip().splitlines()[0]


def _engine(url: str, kept: str, shown: str, error: type[TriodeError]) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError) as wrong:
        raise error("the storage has no address that is known", expected=shown, got=url) from wrong
    kind = parsed.get_backend_name()
    if kind not in {"sqlite", "postgresql"}:
        raise error(f"{kept} are not kept in such a database", expected=shown, got=kind)
    if kind == "postgresql":
        # A connection that the server has closed meanwhile is made anew before it is used.
        return create_engine(parsed, pool_pre_ping=True, connect_args={"client_encoding": "utf8"})
    if parsed.database and parsed.database != ":memory:":
        make_folder(Path(parsed.database).parent)
    engine = create_engine(parsed, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: object, _record: object) -> None:
    """Readers do not wait for the writer; what is committed is on the disk."""
    cursor = connection.cursor()  # type: ignore[attr-defined]  # a connection of sqlite3
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
