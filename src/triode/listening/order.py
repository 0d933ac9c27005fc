"""Random orders that are the same on every machine and in every version.

A random number generator's shuffle may change with its library; an order by SHA-256 does not.
"""

import hashlib
from collections.abc import Iterable
from typing import TypeVar

__all__ = ["coin", "shuffled"]

Item = TypeVar("Item")


def shuffled(items: Iterable[Item], *key: object) -> list[Item]:
    """The items in a random order that `key` decides; all orders are equally likely."""
    numbered = list(enumerate(items))
    return [item for _, item in sorted(numbered, key=lambda one: _digest(*key, one[0]))]


def coin(*key: object) -> bool:
    """A fair coin that `key` throws."""
    return _digest(*key)[0] & 1 == 1


def _digest(*key: object) -> bytes:
    return hashlib.sha256("/".join(map(str, key)).encode()).digest()
