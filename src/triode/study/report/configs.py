"""What sets candidates apart: the parts of their configs that are not the same for all."""

from collections.abc import Iterator, Mapping, Sequence

from triode.study.record import CandidateRecord

__all__ = ["config_texts"]

_MOST_ENTRIES = 12
_MOST_CHARACTERS = 60
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def config_texts(candidates: Sequence[CandidateRecord]) -> dict[str, tuple[str, ...]]:
    """By candidate, lines such as "layers 1 channels: 8", at most twelve."""
    flat = {one.candidate: dict(_flat(one.config, ())) for one in candidates}
    values: dict[str, set[str]] = {}
    for entries in flat.values():
        for key, text in entries.items():
            values.setdefault(key, set()).add(text)
    counts: dict[str, int] = {}
    for entries in flat.values():
        for key in entries:
            counts[key] = counts.get(key, 0) + 1
    apart = {key for key, seen in values.items() if len(seen) > 1 or counts[key] < len(flat)}
    return {
        name: _cut([f"{key}: {text}" for key, text in entries.items() if key in apart])
        for name, entries in flat.items()
    }


def _flat(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _flat(one, (*path, str(key).replace("_", " ")))
    elif isinstance(value, list | tuple) and any(isinstance(one, Mapping) for one in value):
        for place, one in enumerate(value, start=1):
            yield from _flat(one, (*path, str(place)))
    else:
        text = str(value)
        yield (
            " ".join(path),
            text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + _ELLIPSIS,
        )


def _cut(lines: list[str]) -> tuple[str, ...]:
    if len(lines) <= _MOST_ENTRIES:
        return tuple(lines)
    return (*lines[: _MOST_ENTRIES - 1], f"and {len(lines) - _MOST_ENTRIES + 1} more")
