"""What sets candidates apart: the parts of their configs that are not the same for all."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from triode.study.record import CandidateRecord

__all__ = ["config_texts"]

_INSIDE = ("config", "training", "search")
_MOST_ENTRIES = 12
_MOST_CHARACTERS = 60
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def config_texts(candidates: Sequence[CandidateRecord]) -> dict[str, tuple[str, ...]]:
    """By candidate, lines such as "layers channels: 8", at most twelve: those that fewest have."""
    flat = {one.candidate: dict(_flat(_open(one.config), ())) for one in candidates}
    having = Counter(entry for entries in flat.values() for entry in entries.items())
    return {
        name: _cut(
            {f"{key}: {text}": having[key, text] for key, text in entries.items()}, len(flat)
        )
        for name, entries in flat.items()
    }


def _open(described: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is inside of a candidate's config and training; what a search drew is in these."""
    outer = {key: one for key, one in described.items() if key not in _INSIDE}
    return {**outer, **described.get("config", {}), **described.get("training", {})}


def _flat(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _flat(one, (*path, str(key).replace("_", " ")))
    elif isinstance(value, list | tuple) and any(isinstance(one, Mapping) for one in value):
        for place, one in enumerate(value, start=1):
            yield from _flat(one, (*path, str(place)) if len(value) > 1 else path)
    else:
        text = _runs(value) if isinstance(value, list | tuple) else str(value)
        yield (
            " ".join(path),
            text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + _ELLIPSIS,
        )


def _runs(values: Sequence[object]) -> str:
    """A list whose repeated values are counted: "6 x 14, 15 x 2"."""
    counted = ((value, len(list(run))) for value, run in itertools.groupby(values))
    times = "\N{NO-BREAK SPACE}\N{MULTIPLICATION SIGN}\N{NO-BREAK SPACE}"
    return ", ".join(str(one) if count == 1 else f"{one}{times}{count}" for one, count in counted)


def _cut(having: Mapping[str, int], candidates: int) -> tuple[str, ...]:
    """The lines that not all candidates have, in their order, and of too many the rarest."""
    lines = [line for line, count in having.items() if count < candidates]
    if len(lines) <= _MOST_ENTRIES:
        return tuple(lines)
    rarest = sorted(lines, key=having.__getitem__)[: _MOST_ENTRIES - 1]
    kept = [line for line in lines if line in rarest]
    return (*kept, f"and {len(lines) - len(kept)} more")
