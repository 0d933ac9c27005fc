"""Changing a nested config at places named by dotted paths, such as `layers.*.activation`."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from triode.errors import StudyError

__all__ = ["changed"]


def changed(config: Mapping[str, Any], settings: Mapping[str, Any], where: str) -> dict[str, Any]:
    """A copy of `config` with the value at every path replaced.

    A part of a path is a key, the number of an item in a list, or `*` for every item. The last
    part may be a new key; what lies on the way has to be there, but for tables, which are made.

    Args:
        config: As in a `.nam` file.
        settings: New values by path.
        where: For the error.

    Raises:
        StudyError: A path leads nowhere.
    """
    result = copy.deepcopy(dict(config))
    for path, value in settings.items():
        *way, last = path.split(".")
        for holder in _holders(result, way, f"{where}, {path}"):
            _set(holder, last, value, f"{where}, {path}")
    return result


def _holders(value: Any, way: list[str], where: str) -> Iterator[Any]:
    """What lies at the end of `way` within `value`."""
    if not way:
        yield value
        return
    part, rest = way[0], way[1:]
    if isinstance(value, dict):
        yield from _holders(value.setdefault(part, {}), rest, where)
        return
    for item in _items(value, part, where):
        yield from _holders(value[item], rest, where)


def _set(holder: Any, part: str, value: Any, where: str) -> None:
    if isinstance(holder, dict):
        holder[part] = copy.deepcopy(value)
        return
    for item in _items(holder, part, where):
        holder[item] = copy.deepcopy(value)


def _items(value: Any, part: str, where: str) -> range:
    """Which items of the list `value` a part of a path means."""
    if isinstance(value, list):
        if part == "*":
            return range(len(value))
        if part.isdecimal() and int(part) < len(value):
            return range(int(part), int(part) + 1)
    raise StudyError(
        "the path leads nowhere",
        where=where,
        expected=f"a number below {len(value)}, or *" if isinstance(value, list) else "a table",
        got=f"{part} of {type(value).__name__}",
    )
