"""Takes through the gear, and what comes before them: setting the level."""

import shutil
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from triode.files import make_folder
from triode.studio.errands import Errand, Errands
from triode.studio.uploads import Uploads
from triode.web import RequestError, new_id

__all__ = ["Take", "Takes"]


@dataclass(frozen=True, kw_only=True)
class Take:
    """A take.

    Attributes:
        id: A random id.
        state: Where it stands.
        seconds: How much was played.
        total_seconds: How much there is.
        peak_dbfs: The highest sample that came back since the last event, or while the level is
            set, in the last seconds; None for silence.
        advice: What to turn, while the level is set.
        dry: The upload of what was played; of a new signal, when it is over.
        wet: The upload of what came back.
        message: What went wrong.
        warnings: What is odd about the recording.
    """

    id: str
    state: Literal["running", "done", "failed"] = "running"
    seconds: float = 0.0
    total_seconds: float | None = None
    peak_dbfs: float | None = None
    advice: str = ""
    dry: str | None = None
    wet: str | None = None
    message: str = ""
    warnings: tuple[str, ...] = ()


class Takes:
    """Records one take at a time; they last as long as the server does.

    Args:
        uploads: Where what is played comes from.
        scratch: Where a take is written while it runs.
        errands: Who does it.
        tell: Hears of events: their kind and what `json.dumps` takes.
    """

    def __init__(
        self,
        uploads: Uploads,
        scratch: Path,
        errands: Errands,
        tell: Callable[[str, Any], None],
    ) -> None:
        self._uploads = uploads
        self._scratch = scratch
        self._errands = errands
        self._tell = tell
        self._lock = threading.Lock()
        self._takes: dict[str, Take] = {}

    def add(
        self,
        *,
        dry: str | None,
        minutes: float,
        allow_clipping: bool,
        level_only: bool,
        connection: dict[str, Any],
    ) -> Take:
        """Begin a take.

        Args:
            dry: The upload to play; None for a new signal of `minutes`.
            minutes: Its length.
            allow_clipping: Go on where the input clips.
            level_only: Only set the level; nothing is kept.
            connection: For `triode.capture.recording.Connection`, without a rate for an upload.

        Raises:
            RequestError: There is no such upload, or a take is running (409).
        """
        upload = None if dry is None else self._uploads.audio(dry)
        with self._lock:
            if any(take.state == "running" for take in self._takes.values()):
                raise RequestError("a take is running", status=409, hint="Stop it first.")
            take = Take(id=new_id(), dry=dry)
            self._takes[take.id] = take
        folder = self._scratch / take.id
        make_folder(folder)
        task = {
            "kind": "level" if level_only else "record",
            "dry": str(folder / "dry.wav" if dry is None else self._uploads.path(dry)),
            "wet": str(folder / "wet.wav"),
            "minutes": minutes if upload is None else None,
            "allow_clipping": allow_clipping,
            "connection": connection
            if upload is None
            else {**connection, "rate_hz": upload.rate_hz},
        }

        self._errands.run(
            f"record {take.id}",
            task,
            on_end=lambda errand: self._end(take.id, errand, folder, kept=not level_only),
            on_event=lambda event: self._change(
                take.id,
                seconds=event["seconds"],
                total_seconds=event["total_seconds"],
                peak_dbfs=event["peak_dbfs"],
                advice=event.get("advice", ""),
            ),
            at_once=True,
        )
        return take

    def get(self, take_id: str) -> Take:
        """The one of this id.

        Raises:
            RequestError: There is none (404).
        """
        with self._lock:
            if take_id not in self._takes:
                raise RequestError("there is no such take", status=404)
            return self._takes[take_id]

    def stop(self, take_id: str) -> Take:
        """End it; what there is of it is kept.

        Raises:
            RequestError: There is none (404).
        """
        take = self.get(take_id)
        self._errands.order(f"record {take_id}", "stop")
        return take

    def _end(self, take_id: str, errand: Errand, folder: Path, *, kept: bool) -> None:
        if errand.state == "failed":
            self._change(take_id, state="failed", message=errand.error["message"])
        else:
            ids = {
                side: self._uploads.adopt(folder / f"{side}.wav", f"{side}.wav", facts).id
                for side, facts in errand.result["files"].items()
            }
            warnings = tuple(errand.result["warnings"])
            failed = kept and "wet" not in ids
            self._change(
                take_id,
                state="failed" if failed else "done",
                message=" ".join(warnings) if failed else "",
                warnings=warnings,
                **ids,
            )
        shutil.rmtree(folder, ignore_errors=True)

    def _change(self, take_id: str, **changes: Any) -> None:
        with self._lock:
            take = self._takes[take_id] = replace(self._takes[take_id], **changes)
        self._tell("recording", asdict(take))
