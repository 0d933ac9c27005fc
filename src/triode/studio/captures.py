"""All captures of the library."""

import json
from dataclasses import asdict, replace
from sqlite3 import Row
from typing import Any, Final

from triode.studio.capture import Capture, State
from triode.studio.database import Database
from triode.web import RequestError

__all__ = ["Captures"]

_JSON: Final = ("esr", "metadata", "tags", "sizes", "options")
_COLUMNS: Final = (
    *("id", "name", "state", "created", "recipe", "epochs", "epoch", "message", "deleted"),
    *_JSON,
    "words",
)
_LAST_PLACE: Final = "(SELECT coalesce(max(place), 0) + 1 FROM captures)"


class Captures:
    """The captures in a database; safe to use from several threads.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, capture: Capture) -> None:
        """Keep a new one; it is the last in the queue."""
        names = ", ".join(_COLUMNS)
        values = ", ".join(f":{name}" for name in _COLUMNS)
        self._database.write(
            f"INSERT INTO captures ({names}, place) VALUES ({values}, {_LAST_PLACE})",  # noqa: S608
            _values(capture),
        )

    def get(self, capture_id: str) -> Capture:
        """The one of this id.

        Raises:
            RequestError: There is none (404).
        """
        rows = self._database.rows("SELECT * FROM captures WHERE id = ?", (capture_id,))
        if not rows:
            raise RequestError(
                "there is no such capture", status=404, hint="It may have been removed for good."
            )
        return _capture(rows[0])

    def find(
        self, search: str = "", tag: str | None = None, *, deleted: bool = False
    ) -> list[Capture]:
        """Those that hold every word of `search` and the tag, the newest first."""
        conditions, values = [f"deleted IS {'NOT ' if deleted else ''}NULL"], list[str]()
        for word in search.casefold().split():
            conditions.append("instr(words, ?) > 0")
            values.append(word)
        if tag is not None:
            conditions.append("EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)")
            values.append(tag)
        rows = self._database.rows(
            f"SELECT * FROM captures WHERE {' AND '.join(conditions)} "  # noqa: S608
            "ORDER BY created DESC, place DESC",
            values,
        )
        return [_capture(row) for row in rows]

    def in_states(self, *states: State) -> list[Capture]:
        """Those that stand there and are not deleted, in the order of the queue."""
        marks = ", ".join("?" for _ in states)
        rows = self._database.rows(
            f"SELECT * FROM captures WHERE deleted IS NULL AND state IN ({marks}) "  # noqa: S608
            "ORDER BY place",
            states,
        )
        return [_capture(row) for row in rows]

    def change(self, capture_id: str, **changes: Any) -> Capture:
        """Change some attributes and return the capture as it then is.

        Raises:
            RequestError: There is none of this id (404).
        """
        with self._database.change():
            capture = replace(self.get(capture_id), **changes)
            columns = ", ".join(f"{name} = :{name}" for name in _COLUMNS)
            self._database.write(
                f"UPDATE captures SET {columns} WHERE id = :id",  # noqa: S608
                _values(capture),
            )
        return capture

    def put_last(self, capture_id: str) -> None:
        """Move one to the end of the queue."""
        self._database.write(
            f"UPDATE captures SET place = {_LAST_PLACE} WHERE id = ?",  # noqa: S608
            (capture_id,),
        )

    def remove(self, capture_id: str) -> None:
        """Forget one for good."""
        self._database.write("DELETE FROM captures WHERE id = ?", (capture_id,))

    def tags(self) -> list[str]:
        """Every tag in use."""
        rows = self._database.rows(
            "SELECT DISTINCT value FROM captures, json_each(tags) "
            "WHERE deleted IS NULL ORDER BY value"
        )
        return [row[0] for row in rows]


def _values(capture: Capture) -> dict[str, Any]:
    values = {**asdict(capture), "words": capture.words}
    return values | {name: json.dumps(values[name], allow_nan=False) for name in _JSON}


def _capture(row: Row) -> Capture:
    values = {name: row[name] for name in _COLUMNS if name != "words"}
    values |= {name: json.loads(values[name]) for name in _JSON}
    values["state"] = State(values["state"])
    values["tags"], values["sizes"] = tuple(values["tags"]), tuple(values["sizes"])
    return Capture(**values)
