"""Changing a JSON document in place."""

import copy
from collections.abc import Iterable

from triode.nam.notices import REMOVE, Edit, Path

__all__ = ["apply_edit", "carry_over"]


def apply_edit(document: dict[str, object], edit: Edit) -> None:
    """Do what `edit` says; objects on the way to its place are made when they are missing."""
    parent: object = document
    for step in edit.path[:-1]:
        parent = _child(parent, step)
    last = edit.path[-1]
    if isinstance(parent, list) and isinstance(last, int):
        parent[last] = copy.deepcopy(edit.value)
    elif isinstance(parent, dict) and edit.value is REMOVE:
        parent.pop(last, None)
    elif isinstance(parent, dict):
        parent[last] = copy.deepcopy(edit.value)


def carry_over(target: dict[str, object], source: dict[str, object], paths: Iterable[Path]) -> None:
    """Copy what stands at `paths` in `source` into `target` wherever its parent is there too."""
    for path in paths:
        into = _find(target, path[:-1])
        outof = _find(source, path[:-1])
        key = path[-1]
        if isinstance(into, dict) and isinstance(outof, dict) and key in outof:
            into.setdefault(key, copy.deepcopy(outof[key]))


def _child(parent: object, step: str | int) -> object:
    if isinstance(parent, list) and isinstance(step, int):
        return parent[step]
    if not isinstance(parent, dict):
        raise TypeError(f"an edit leads through a value of type {type(parent).__name__}")
    if not isinstance(parent.get(step), dict | list):
        parent[step] = {}
    return parent[step]


def _find(document: object, path: Path) -> object:
    for step in path:
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and isinstance(step, int) and step < len(document):
            document = document[step]
        else:
            return None
    return document
