"""Opening a storage by its address."""

from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from triode.errors import StudyError
from triode.files import make_folder
from triode.study.storage.storage import Storage
from triode.study.storage.tables import METADATA

__all__ = ["default_url", "open_storage", "open_to_read"]

_BUSY_SECONDS = 60
_SHOWN = "sqlite:///studies.sqlite or postgresql://user@host/database"


def default_url(folder: Path) -> str:
    """The address of the SQLite file that lies in `folder`."""
    return f"sqlite:///{folder / 'studies.sqlite'}"


def open_storage(url: str) -> Storage:
    """The storage at `url`, its tables made where they are missing.

    Args:
        url: `sqlite:///path` or `postgresql://user:password@host/database`.

    Raises:
        StudyError: It is not an address, the driver is missing, or it cannot be reached.
    """
    engine = _engine(url)
    try:
        METADATA.create_all(engine)
    except SQLAlchemyError as error:
        raise StudyError(
            "the storage cannot be reached",
            where=engine.url.render_as_string(hide_password=True),
            got=str(getattr(error, "orig", None) or error).strip().splitlines()[0],
            hint="Start the database, correct --storage, or leave it out for a file.",
        ) from error
    return Storage(engine)


def open_to_read(url: str) -> Storage:
    """The storage at `url`, which has to be there: nothing is made.

    Raises:
        StudyError: As `open_storage`, or the file does not exist.
    """
    path = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not path.exists():
        raise StudyError(
            "no studies are kept here", where=path, hint="Begin one with: triode study run FILE"
        )
    return open_storage(url)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError) as error:
        raise StudyError(
            "the storage has no address that is known", expected=_SHOWN, got=url
        ) from error
    kind = parsed.get_backend_name()
    if kind not in {"sqlite", "postgresql"}:
        raise StudyError("studies are not kept in such a database", expected=_SHOWN, got=kind)
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
