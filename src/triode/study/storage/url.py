"""Opening a storage by its address."""

from pathlib import Path

from triode.errors import StudyError
from triode.study.storage.engine import open_engine
from triode.study.storage.storage import Storage
from triode.study.storage.tables import METADATA

__all__ = ["default_url", "is_there", "open_storage", "open_to_read"]


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
    engine = open_engine(url, METADATA, kept="studies", file="studies.sqlite", error=StudyError)
    return Storage(engine)


def open_to_read(url: str) -> Storage:
    """The storage at `url`, which has to be there: nothing is made.

    Raises:
        StudyError: As `open_storage`, or the file does not exist.
    """
    if not is_there(url):
        raise StudyError(
            "no studies are kept here",
            where=url.removeprefix("sqlite:///"),
            hint="Begin one with: triode study run FILE",
        )
    return open_storage(url)


def is_there(url: str) -> bool:
    """Whether the file of an SQLite storage exists; any other storage is asked when it is used."""
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()
