"""Which options every engine plays, as a file that a study reads."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

from triode.errors import TestSetError
from triode.nam import Config
from triode.study.testset.collect import Collection
from triode.study.testset.options import config_options

__all__ = ["OptionConstraints", "constraints_text", "read_constraints"]

_TABLE = "constraints"
_KEYS = ("plays_everywhere", "lacking_somewhere")


@dataclass(frozen=True, kw_only=True)
class OptionConstraints:
    """Options by the names of `triode.study.testset.options`.

    Attributes:
        plays_everywhere: Every engine plays them.
        lacking_somewhere: Some engine lacks them; what is in neither was not tried everywhere.
    """

    plays_everywhere: frozenset[str]
    lacking_somewhere: frozenset[str]

    def obstacles(self, config: Config) -> tuple[str, ...]:
        """The options of `config` that some engine is not known to play; none when all play it."""
        return tuple(one for one in config_options(config) if one not in self.plays_everywhere)


def constraints_text(collection: Collection) -> str:
    """The file: TOML with the options that all engines play, and those that one lacks."""
    lines = [
        "# Written by triode testset collect from results of:",
        *(f"#   {json.dumps(one.title)}, {one.date}" for one in collection.results),
        "",
        f"[{_TABLE}]",
        f"plays_everywhere = {_list(collection.known_everywhere())}",
        f"lacking_somewhere = {_list(tuple(filter(collection.lacked_by, collection.options)))}",
    ]
    return "\n".join(lines) + "\n"


def read_constraints(path: Path) -> OptionConstraints:
    """Read what `constraints_text` wrote.

    Raises:
        TestSetError: The file cannot be read or is none of these.
    """
    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8"))[_TABLE]
        values = [table[key] for key in _KEYS]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TestSetError(
            "the constraints cannot be read",
            where=path,
            expected=f"a table [{_TABLE}] with {' and '.join(_KEYS)}",
            got=error,
            hint="Make the file with: triode testset collect RESULTS --constraints FILE",
        ) from error
    if not all(isinstance(one, list) and all(isinstance(o, str) for o in one) for one in values):
        raise TestSetError("the constraints are not lists of options", where=path)
    return OptionConstraints(
        plays_everywhere=frozenset(values[0]), lacking_somewhere=frozenset(values[1])
    )


def _list(options: tuple[str, ...]) -> str:
    items = "".join(f"  {json.dumps(one)},\n" for one in options)
    return f"[\n{items}]"
