"""Files that were sent, and what they are."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from triode.studio.database import Database
from triode.studio.folders import Folders
from triode.studio.moment import moment
from triode.web import RequestError, new_id

__all__ = ["Upload", "Uploads"]

_MOST_IMPULSE_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that was sent.

    Attributes:
        id: A random id, and the file's name on disk.
        name: What it was called, to be shown.
        kind: Sound or a capture.
        bytes: Its length.
        suffix: Of the kind of file it is by its content, such as ".wav".
        rate_hz: Samples a second; of a capture, the rate it plays at.
        channels: Of sound.
        seconds: Length of sound.
        peak_dbfs: The highest sample of sound; None for silence.
    """

    id: str
    name: str
    kind: Literal["audio", "nam"]
    bytes: int
    suffix: str
    rate_hz: int
    channels: int | None = None
    seconds: float | None = None
    peak_dbfs: float | None = None

    @property
    def is_impulse_response(self) -> bool:
        """Whether it is too short to be playing, and so the answer of a cabinet to a click."""
        return self.seconds is not None and self.seconds <= _MOST_IMPULSE_SECONDS


class Uploads:
    """The uploads of a library.

    Args:
        database: Where what is known about them is kept.
        folders: Where they lie.
    """

    def __init__(self, database: Database, folders: Folders) -> None:
        self._database = database
        self._folders = folders

    def add(self, upload: Upload) -> None:
        """Keep what is known about a file that lies in its place."""
        self._database.write(
            "INSERT INTO uploads (id, name, created, facts) VALUES (?, ?, ?, ?)",
            (upload.id, upload.name, moment(), json.dumps(asdict(upload), allow_nan=False)),
        )

    def adopt(self, path: Path, name: str, facts: Mapping[str, Any]) -> Upload:
        """Take over a file that was made here.

        Args:
            path: Where it lies, on the library's own disk; it is moved away.
            name: What to call it.
            facts: From `triode.studio.tasks.examine`.
        """
        upload = Upload(id=new_id(), name=name, bytes=path.stat().st_size, **facts)
        path.rename(self.path(upload.id))
        self.add(upload)
        return upload

    def get(self, upload_id: str) -> Upload:
        """The one of this id.

        Raises:
            RequestError: There is none (404).
        """
        rows = self._database.rows("SELECT facts FROM uploads WHERE id = ?", (upload_id,))
        if not rows or not self.path(upload_id).is_file():
            raise RequestError(
                "there is no such upload", status=404, hint="Send the file once more."
            )
        return Upload(**json.loads(rows[0]["facts"]))

    def audio(self, upload_id: str) -> Upload:
        """The one of this id, which must be sound.

        Raises:
            RequestError: There is none (404), or it is a capture.
        """
        upload = self.get(upload_id)
        if upload.kind != "audio":
            raise RequestError(
                f"{upload.name} is a capture", expected="a recording", hint="Choose another file."
            )
        return upload

    def impulse_responses(self) -> list[Upload]:
        """Those that are short enough to be one, the oldest first."""
        rows = self._database.rows("SELECT facts FROM uploads ORDER BY created")
        found: list[Upload] = [Upload(**json.loads(row["facts"])) for row in rows]
        return [one for one in found if one.is_impulse_response]

    def path(self, upload_id: str) -> Path:
        """Where it lies."""
        return self._folders.upload(upload_id)

    def remove(self, upload_id: str) -> None:
        """Remove one; captures made of it have files of their own.

        Raises:
            RequestError: There is none (404).
        """
        self.get(upload_id)
        self._database.write("DELETE FROM uploads WHERE id = ?", (upload_id,))
        self.path(upload_id).unlink(missing_ok=True)

    def tidy(self, before: str) -> None:
        """Remove what was sent before that time, but for impulse responses, and lost files."""
        kept = set()
        for row in self._database.rows("SELECT created, facts FROM uploads"):
            upload = Upload(**json.loads(row["facts"]))
            if row["created"] < before and not upload.is_impulse_response:
                self._database.write("DELETE FROM uploads WHERE id = ?", (upload.id,))
            else:
                kept.add(upload.id)
        for path in self._folders.uploads.iterdir():
            if path.name not in kept:
                path.unlink(missing_ok=True)
