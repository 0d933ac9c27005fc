"""One capture of the library."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

__all__ = ["Capture", "State"]


class State(StrEnum):
    """Where a capture stands."""

    WAITING = "waiting"
    TRAINING = "training"
    STOPPING = "stopping"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    IMPORTED = "imported"

    @property
    def at_work(self) -> bool:
        """Whether something is being done, or will be."""
        return self in {State.WAITING, State.TRAINING, State.STOPPING}


@dataclass(frozen=True, kw_only=True)
class Capture:
    """A capture as the library keeps it.

    Attributes:
        id: A random id, and the name of its folder.
        name: As a person calls it.
        state: Where it stands.
        created: When, as ISO 8601.
        recipe: The recipe's name; None for an imported one.
        epochs: How many are planned.
        epoch: How many are done.
        esr: The best validation ESR so far, by size.
        message: What went wrong, or why it ended.
        metadata: For the `.nam` file, by field.
        tags: Words to find it by.
        sizes: Names of the sizes, ascending.
        options: What else `triode.training.train` is told.
        deleted: When it was put into the bin; None when it is not there.
    """

    id: str
    name: str
    state: State
    created: str
    recipe: str | None = None
    epochs: int | None = None
    epoch: int = 0
    esr: Mapping[str, float] = field(default_factory=dict)
    message: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    deleted: str | None = None

    @property
    def words(self) -> str:
        """What a search looks into."""
        texts = (self.name, *map(str, self.metadata.values()), *self.tags)
        return "\n".join(texts).casefold()
