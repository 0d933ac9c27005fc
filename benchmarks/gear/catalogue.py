"""Which gear there is: `gear.toml`, read and checked."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from triode.errors import StudyError

__all__ = ["CATALOGUE", "Gear", "Source", "read_catalogue"]

CATALOGUE = Path(__file__).resolve().parent / "gear.toml"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Who made some gear: `title` and `licence` for readers, `packages` of Debian to run it."""

    title: str
    licence: str
    packages: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Gear:
    """One piece.

    Attributes:
        name: Of the file it is rendered to.
        source: Key of its source.
        settings: Its knobs, by the names that its maker gave them.
        plugin: What it is called where it comes from.
        circuit: Its file in `circuits/`.
        input_db: By how much the dry signal is turned up before it goes in.
    """

    name: str
    source: str
    settings: Mapping[str, float] = field(default_factory=dict)
    plugin: str = ""
    circuit: str = ""
    input_db: float = 0.0


def read_catalogue(path: Path = CATALOGUE) -> tuple[dict[str, Source], tuple[Gear, ...]]:
    """The sources by key, and the gear in the order of the file.

    Raises:
        StudyError: A key that is not known, a source that is not there, or a name twice.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        sources = {key: Source(**values) for key, values in document["sources"].items()}
        gear = tuple(Gear(**values) for values in document["gear"])
    except (KeyError, TypeError) as error:
        raise StudyError(
            "the gear is not described as it should be", where=path, got=error
        ) from error
    names = [one.name for one in gear]
    twice = {name for name in names if names.count(name) > 1}
    lost = {one.source for one in gear} - sources.keys()
    if twice or lost:
        raise StudyError(
            "the gear does not fit together",
            where=path,
            expected="every name once, and every source described",
            got=", ".join(sorted(twice | lost)),
        )
    return sources, gear
