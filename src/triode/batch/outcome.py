"""What became of a row."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

__all__ = ["Outcome", "SizeFigures", "Status"]


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
