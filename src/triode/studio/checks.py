"""Checks of two uploads, kept until the library is tidied."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from triode.studio.database import Database
from triode.studio.errands import Errand, Errands
from triode.studio.moment import moment
from triode.studio.uploads import Uploads
from triode.web import RequestError, new_id

__all__ = ["Checks"]


class Checks:
    """Runs checks and keeps what they found.

    Args:
        database: Where.
        uploads: What is checked.
        errands: Who does it.
        tell: Hears of events: their kind and what `json.dumps` takes.
    """

    def __init__(
        self,
        database: Database,
        uploads: Uploads,
        errands: Errands,
        tell: Callable[[str, Any], None],
    ) -> None:
        self._database = database
        self._uploads = uploads
        self._errands = errands
        self._tell = tell

    def begin(self) -> None:
        """Do again what the last server was at."""
        rows = self._database.rows("SELECT id, request FROM checks WHERE state = 'running'")
        for row in rows:
            self._run(row["id"], json.loads(row["request"]))

    def add(self, dry: str, wet: str, *, repair: bool, delay: float | None) -> str:
        """Begin a check of two uploads and return its id.

        Raises:
            RequestError: There is no such upload, or one is no sound.
        """
        for upload_id in (dry, wet):
            self._uploads.audio(upload_id)
        check_id = new_id()
        request = {"dry": dry, "wet": wet, "repair": repair, "delay": delay}
        self._database.write(
            "INSERT INTO checks (id, created, state, request, result) "
            "VALUES (?, ?, 'running', ?, '{}')",
            (check_id, moment(), json.dumps(request, allow_nan=False)),
        )
        self._run(check_id, request)
        return check_id

    def get(self, check_id: str) -> dict[str, Any]:
        """Where it stands, and what it found.

        Raises:
            RequestError: There is none (404).
        """
        rows = self._database.rows("SELECT state, result FROM checks WHERE id = ?", (check_id,))
        if not rows:
            raise RequestError("there is no such check", status=404)
        return {"id": check_id, "state": rows[0]["state"], **json.loads(rows[0]["result"])}

    def tidy(self, before: str) -> None:
        """Forget those that were begun before that time."""
        self._database.write("DELETE FROM checks WHERE created < ?", (before,))

    def _run(self, check_id: str, request: Mapping[str, Any]) -> None:
        task = {
            "kind": "check",
            "dry": str(self._uploads.path(request["dry"])),
            "wet": str(self._uploads.path(request["wet"])),
            "repair": request["repair"],
            "delay": request["delay"],
        }
        self._errands.run(
            f"check {check_id}", task, on_end=lambda errand: self._end(check_id, errand)
        )

    def _end(self, check_id: str, errand: Errand) -> None:
        result = dict(errand.result)
        if errand.state == "failed":
            result = {"blocked": True, "message": errand.error["message"]}
        self._database.write(
            "UPDATE checks SET state = ?, result = ? WHERE id = ?",
            (errand.state, json.dumps(result, allow_nan=False), check_id),
        )
        self._tell("check", {"id": check_id, "state": errand.state})
