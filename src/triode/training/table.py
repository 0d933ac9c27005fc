"""Tables of TOML files as frozen configs, and what is wrong with one in Triode's words."""

import difflib
import json
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from triode.errors import TriodeError

__all__ = ["Table", "checked_table", "did_you_mean"]


class Table(BaseModel):
    """A frozen table that refuses keys it does not know and values of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Checked = TypeVar("Checked", bound=Table)


def checked_table(
    table: type[Checked], document: Mapping[str, object], where: str, error: type[TriodeError]
) -> Checked:
    """`document`, as TOML gives it, as a `table`.

    Args:
        table: What it should be.
        document: Plain values; lists stand for tuples.
        where: The file, for the message.
        error: The class of what is raised.

    Raises:
        TriodeError: Of the class `error`: a key is unknown or missing, or a value cannot be right.
    """
    try:
        # JSON has no tuples either, so that lists are checked item by item.
        return table.model_validate_json(json.dumps(document, default=str))
    except ValidationError as invalid:
        raise _as_triode_error(invalid, table, where, error) from invalid


def did_you_mean(text: str, known: Iterable[str]) -> str | None:
    """A hint that names what of `known` is near to `text`, if anything is."""
    near = difflib.get_close_matches(text, list(known), n=1)
    return f"Did you mean {near[0]}?" if near else None


def _as_triode_error(
    invalid: ValidationError, table: type[Table], where: str, error: type[TriodeError]
) -> TriodeError:
    """One thing that is wrong; a misspelt key before the one it leaves out."""
    first = min(invalid.errors(), key=lambda one: one["type"] != "extra_forbidden")
    location = first["loc"]
    key = ".".join(str(part) for part in location) or "the file"
    if first["type"] == "extra_forbidden":
        known = _known_keys(table, location[:-1])
        return error(
            f"unknown key {key}",
            where=where,
            expected=f"one of {', '.join(known)}",
            hint=did_you_mean(str(location[-1]), known),
        )
    if first["type"] == "missing":
        return error(f"the key {key} is missing", where=where)
    got = None if isinstance(first["input"], Mapping) else first["input"]
    expected = first["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return error(f"{key} cannot be right", where=where, expected=expected, got=got)


def _known_keys(table: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys of the table at `location` within `table`."""
    for part in location:
        if isinstance(part, str) and part in table.model_fields:
            inner = next(_tables(table.model_fields[part].annotation), None)
            table = inner or table
    return list(table.model_fields)


def _tables(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every table named in a type, containers and unions opened."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _tables(argument)
