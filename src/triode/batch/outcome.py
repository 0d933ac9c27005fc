"""What became of a row, and the record beside its capture from which a batch goes on."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from triode.batch.manifest import Row
from triode.files import write_text_atomically

__all__ = ["Outcome", "RowFiles", "SizeFigures", "Status"]

_FORMAT = 1


class Status(StrEnum):
    """Where a row stands."""

    WAITING = "waiting"
    TRAINING = "training"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class SizeFigures:
    """One size of a capture: its validation ESR, the same in dB, and the epoch of its best."""

    name: str
    esr: float
    null_depth_db: float
    epoch: int


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a row.

    Attributes:
        status: Where it stands.
        sizes: Ascending; empty when there is no capture.
        epochs: Epochs done.
        seconds: Time spent in them.
        ending: Why training ended by itself, if it did.
        replicate_floor_esr: ESR between two takes of one passage, if the recording has them.
        warnings: About the recordings and the machine.
        error: What went wrong.
    """

    status: Status
    sizes: tuple[SizeFigures, ...] = ()
    epochs: int = 0
    seconds: float = 0.0
    ending: str | None = None
    replicate_floor_esr: float | None = None
    warnings: tuple[str, ...] = ()
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As what `json.dumps` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The other way; TypeError, ValueError or KeyError for what is none."""
        values = dict(document)
        values["status"] = Status(values["status"])
        values["sizes"] = tuple(SizeFigures(**one) for one in values["sizes"])
        values["warnings"] = tuple(values["warnings"])
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class RowFiles:
    """The files of one row in the batch's folder.

    The record is there from the moment a row begins: without an outcome it says that whatever
    lies there under the row's name is this batch's own.
    """

    model: Path
    log: Path
    checkpoint: Path
    record: Path

    @classmethod
    def of(cls, row: Row, folder: Path) -> Self:
        """The files of `row`."""
        return cls(
            model=folder / f"{row.stem}.nam",
            log=folder / f"{row.stem}.training.jsonl",
            checkpoint=folder / f"{row.stem}.checkpoint",
            record=folder / f"{row.stem}.batch.json",
        )

    def begin(self, identity: Mapping[str, Any]) -> None:
        """Write down that the row has begun.

        Raises:
            OutputError: The record cannot be written.
        """
        self._write(identity, None)

    def finish(self, identity: Mapping[str, Any], outcome: Outcome) -> None:
        """Write down how the row ended.

        Raises:
            OutputError: The record cannot be written.
        """
        self._write(identity, outcome)

    def finished(self, identity: Mapping[str, Any]) -> Outcome | None:
        """How the row ended when it was made of the same before and its capture is there."""
        record = self._read()
        if record is None or record.get("identity") != identity or not self.model.is_file():
            return None
        return self._outcome(record)

    @property
    def begun(self) -> bool:
        """Whether a batch began this row and did not finish it."""
        record = self._read()
        return record is not None and self._outcome(record) is None

    def _write(self, identity: Mapping[str, Any], outcome: Outcome | None) -> None:
        content = {
            "format": _FORMAT,
            "identity": identity,
            "outcome": None if outcome is None else outcome.to_json(),
        }
        write_text_atomically(self.record, json.dumps(content, indent=1) + "\n")

    def _read(self) -> dict[str, Any] | None:
        try:
            content = json.loads(self.record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return content if isinstance(content, dict) and content.get("format") == _FORMAT else None

    @staticmethod
    def _outcome(record: Mapping[str, Any]) -> Outcome | None:
        try:
            return Outcome.from_json(record["outcome"])
        except (KeyError, TypeError, ValueError):
            return None
