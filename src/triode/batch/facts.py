"""What tells the recordings of a row from others of their names, without reading them."""

from collections.abc import Mapping
from typing import Any

from triode.batch.location import Location, Url
from triode.batch.remote import attempt, file_system, size_and_version
from triode.errors import BatchError

__all__ = ["Facts"]

_Listing = Mapping[str, Mapping[str, object]]


class Facts:
    """Name, size and time of change of files; in a storage, name, size and ETag or time.

    A storage's folder is listed once, since asking for each of its files would take long.
    """

    def __init__(self) -> None:
        self._listings: dict[Url, _Listing | None] = {}

    def of(self, place: Location | None) -> Mapping[str, object] | None:
        """Of one file; only its name where it is not there, None for none.

        Raises:
            BatchError: The storage cannot be opened or does not answer.
        """
        if place is None:
            return None
        found = self._in_storage(place) if isinstance(place, Url) else _on_this_machine(place)
        return {"name": place.name, **found}

    def _in_storage(self, url: Url) -> Mapping[str, object]:
        if url.parent not in self._listings:
            self._listings[url.parent] = _listing(url.parent)
        listing = self._listings[url.parent]
        return _one(url) if listing is None else listing.get(url.name, {})


def _on_this_machine(path: Any) -> Mapping[str, object]:
    try:
        facts = path.stat()
    except OSError:
        return {}
    return {"bytes": facts.st_size, "changed_ns": facts.st_mtime_ns}


def _listing(folder: Url) -> _Listing | None:
    """Every file's facts by name; None when the folder may not be listed."""
    system, path = file_system(folder)

    def ask() -> _Listing | None:
        system.invalidate_cache()
        try:
            found = system.ls(path, detail=True)
        except FileNotFoundError:
            return {}
        except PermissionError:
            return None  # Some may read what they may not list.
        return {Url(one["name"]).name: size_and_version(one) for one in found}

    return attempt("the recordings' folder cannot be listed", folder, ask, BatchError)


def _one(url: Url) -> Mapping[str, object]:
    system, path = file_system(url)

    def ask() -> Mapping[str, object]:
        try:
            return size_and_version(system.info(path))
        except FileNotFoundError:
            return {}

    return attempt("the recording cannot be looked at", url, ask, BatchError)
