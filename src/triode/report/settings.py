"""Settings and metadata as a flat list, whatever a file claims them to be."""

import html
from collections.abc import Iterator, Mapping

__all__ = ["definition_list", "flatten"]

_MOST_ENTRIES = 200
_MOST_DEPTH = 6
_MOST_CHARACTERS = 300
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def flatten(values: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Nested JSON values as (name, text), in their order: {"a": {"b": 1}} gives ("a, b", "1").

    Very deep, very long and very many values are cut, since a file may hold anything.
    """
    entries: list[tuple[str, str]] = []
    for name, text in _walk(values, ()):
        if len(entries) == _MOST_ENTRIES:
            entries.append((_ELLIPSIS, "and more"))
            break
        entries.append((name, text))
    return tuple(entries)


def definition_list(values: Mapping[str, object]) -> str:
    """The values as an HTML description list, or a sentence when there are none."""
    entries = flatten(values)
    if not entries:
        return "<p>Nothing is recorded.</p>"
    rows = "".join(
        f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd></div>"
        for name, text in entries
    )
    return f'<dl class="facts">{rows}</dl>'


def _walk(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and len(path) < _MOST_DEPTH:
        for key, one in value.items():
            yield from _walk(one, (*path, str(key)[:_MOST_CHARACTERS].replace("_", " ")))
        return
    yield (", ".join(path), _text(value))


def _text(value: object) -> str:
    match value:
        case None:
            return "not given"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.6g}"
        case list() | tuple():
            text = ", ".join(_text(one) for one in value[:_MOST_ENTRIES])
        case _:
            text = str(value)
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + _ELLIPSIS
