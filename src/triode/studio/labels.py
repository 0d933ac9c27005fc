"""What a person says about a capture, in the library and in its file."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from triode.errors import NamFileError
from triode.nam import Model, read, write
from triode.nam.metadata import Metadata
from triode.web import RequestError, shown_text

__all__ = ["FIELDS", "checked_metadata", "checked_tags", "metadata_of", "write_metadata"]

FIELDS: Final = (
    *("modeled_by", "gear_make", "gear_model", "gear_type", "tone_type"),
    *("input_level_dbu", "output_level_dbu"),
)
"""The metadata fields that the studio shows and changes; the name is the capture's own."""

_MOST_TAGS = 20
_LONGEST_TAG = 40


def checked_metadata(values: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata as it was sent: known fields only, right values only; empty ones are left out.

    Raises:
        NamFileError: A field or a value is wrong.
    """
    given = {name: value for name, value in values.items() if value not in {None, ""}}
    unknown = next((name for name in given if name not in FIELDS), None)
    if unknown is not None:
        raise NamFileError(
            "there is no such metadata field here",
            expected=f"one of {', '.join(FIELDS)}",
            got=ascii(unknown)[:60],
        )
    return Metadata.of(**given).to_document()


def checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags fit to be shown, each once.

    Raises:
        RequestError: There are too many.
    """
    found: dict[str, str] = {}
    for tag in tags:
        shown = shown_text(tag)[:_LONGEST_TAG].strip()
        if shown:
            found.setdefault(shown.casefold(), shown)
    if len(found) > _MOST_TAGS:
        raise RequestError("too many tags", expected=f"at most {_MOST_TAGS}", got=len(found))
    return tuple(found.values())


def metadata_of(model: Model) -> dict[str, Any]:
    """What a file says in the fields that the studio shows, where it makes sense."""
    found: dict[str, Any] = {}
    for name in FIELDS:
        value = model.metadata.get(name)
        if value is not None:
            try:
                found |= Metadata.of(**{name: value}).to_document()
            except NamFileError:
                continue  # It stays in the file as it is until somebody says something better.
    return found


def write_metadata(path: Path, name: str, metadata: Mapping[str, Any]) -> None:
    """Put the name and the fields into the file at `path`; whatever else it says stays.

    Raises:
        NamFileError, OutputError: It cannot be read or written.
    """
    model = read(path)
    kept = {key: value for key, value in model.metadata.items() if key not in FIELDS}
    changed = replace(model, metadata={**kept, "name": name, **metadata})
    if changed.metadata != model.metadata:
        write(changed, path, force=True)
