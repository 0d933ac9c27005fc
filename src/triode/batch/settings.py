"""How every row of a batch is trained."""

from dataclasses import asdict, dataclass
from typing import Any

from triode.batch.facts import Facts
from triode.batch.location import location
from triode.batch.manifest import Row
from triode.training import load_recipe

__all__ = ["BatchSettings", "Identities"]


@dataclass(frozen=True, kw_only=True)
class BatchSettings:
    """What `triode.training.train` is told, the same for all rows; None leaves a choice to it."""

    recipe: str = "a2"
    epochs: int | None = None
    until: str | None = None
    start: str | None = None
    seed: int | None = None
    device: str = "cpu"
    rate_hz: int | None = None
    channel: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As keyword arguments of `train`, and as what `json.dumps` takes."""
        return asdict(self)


class Identities:
    """What finished rows were made of; where it is equal, there is nothing to do again.

    Args:
        settings: How rows are trained.

    Raises:
        RecipeError: The recipe does not exist or is wrong.
        BatchError: The storage of the capture to start from does not answer.
    """

    def __init__(self, settings: BatchSettings) -> None:
        self._facts = Facts()
        recipe = load_recipe(settings.recipe).model_dump(mode="json")
        start = None if settings.start is None else location(settings.start)
        self._chosen = {**settings.to_json(), "recipe": recipe, "start": self._facts.of(start)}

    def of(self, row: Row) -> dict[str, Any]:
        """Of one row.

        Raises:
            BatchError: The storage of a recording cannot be opened or does not answer.
        """
        return {
            "dry": self._facts.of(row.dry),
            "wet": self._facts.of(row.wet),
            "metadata": dict(row.metadata),
            "settings": self._chosen,
        }
