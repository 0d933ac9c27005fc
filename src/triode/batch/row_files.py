"""The files of a row, and the record beside its capture from which a batch goes on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from triode.batch.manifest import Row
from triode.batch.outcome import Outcome

__all__ = ["RowFiles", "begun", "finished", "record_text"]

_FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class RowFiles:
    """The names of the files of one row in the batch's folder.

    The record is there from the moment a row begins: without an outcome it says that whatever
    lies there under the row's name is this batch's own.
    """

    model: str
    log: str
    checkpoint: str
    record: str

    @classmethod
    def of(cls, row: Row) -> Self:
        """The files of `row`."""
        return cls(
            model=f"{row.stem}.nam",
            log=f"{row.stem}.training.jsonl",
            checkpoint=f"{row.stem}.checkpoint",
            record=f"{row.stem}.batch.json",
        )

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return self.model, self.log, self.checkpoint, self.record


def record_text(identity: Mapping[str, Any], outcome: Outcome | None) -> str:
    """The record of a row that has begun, or has ended in `outcome`."""
    content = {
        "format": _FORMAT,
        "identity": identity,
        "outcome": None if outcome is None else outcome.to_json(),
    }
    return json.dumps(content, indent=1) + "\n"


def finished(record: str | None, identity: Mapping[str, Any]) -> Outcome | None:
    """How a row ended, by its record, when it was made of the same before."""
    content = _content(record)
    if content is None or content.get("identity") != identity:
        return None
    return _outcome(content)


def begun(record: str | None) -> bool:
    """Whether a batch began a row, by its record, and did not finish it."""
    content = _content(record)
    return content is not None and _outcome(content) is None


def _content(record: str | None) -> dict[str, Any] | None:
    try:
        content = json.loads(record or "")
    except ValueError:
        return None
    return content if isinstance(content, dict) and content.get("format") == _FORMAT else None


def _outcome(content: Mapping[str, Any]) -> Outcome | None:
    try:
        return Outcome.from_json(content["outcome"])
    except (KeyError, TypeError, ValueError):
        return None
