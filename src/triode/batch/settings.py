"""How every row of a batch is trained."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from triode.batch.manifest import Row
from triode.training import load_recipe

__all__ = ["BatchSettings", "row_identity"]


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


def row_identity(row: Row, settings: BatchSettings) -> dict[str, Any]:
    """What a finished row was made of; when it is equal, there is nothing to do again.

    A file counts as the same when its name, size and time of change are.

    Raises:
        RecipeError: The recipe does not exist or is wrong.
    """
    recipe = load_recipe(settings.recipe).model_dump(mode="json")
    start = None if settings.start is None else _file_facts(Path(settings.start))
    chosen = {**settings.to_json(), "recipe": recipe, "start": start}
    return {
        "dry": _file_facts(row.dry),
        "wet": _file_facts(row.wet),
        "metadata": dict(row.metadata),
        "settings": chosen,
    }


def _file_facts(path: Path) -> Mapping[str, object]:
    try:
        facts = path.stat()
    except OSError:
        return {"name": path.name}
    return {"name": path.name, "bytes": facts.st_size, "changed_ns": facts.st_mtime_ns}
