"""Documents of `.nam` files, and what is expected of those that break a rule."""

from typing import Any

import pytest

from triode import nam
from triode.errors import NamFileError

__all__ = ["Document", "ids", "layer", "put", "refuses"]

Document = dict[str, Any]


def layer(document: Document, index: int = 0) -> Document:
    return document["config"]["layers"][index]


def put(document: Document, path: str, value: object) -> None:
    """Set the value at `path`, written as errors write it."""
    steps = [
        int(s) if s.isdigit() else s for s in path.replace("[", ".").replace("]", "").split(".")
    ]
    target: Any = document
    for step in steps[:-1]:
        target = target[step]
    target[steps[-1]] = value


def refuses(document: Document, where: str, message: str) -> None:
    with pytest.raises(NamFileError, match=message) as caught:
        nam.parse(document)
    assert caught.value.where == where


def ids(document: Document) -> set[str]:
    return {finding.id for finding in nam.lint(document)}
