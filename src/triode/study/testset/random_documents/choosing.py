"""How random documents are drawn: one question, answered by whoever asks for the document.

`choose(options)` is the only source of chance. Behind it stands a seeded generator, or in tests
hypothesis, which can then shrink a failure.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

import numpy as np

__all__ = ["SEEDS", "Audience", "Choose", "Document", "choose_groups", "per_layer", "seeded"]

T = TypeVar("T")
Choose = Callable[[Sequence[Any]], Any]
Audience = Literal["anyone", "player", "trainer"]
"""Who shall agree on a document: where the trainer and the deployed player are known to differ,
the option is drawn only for "anyone", which is for comparisons among executors of Triode's own."""
Document = dict[str, Any]

SEEDS = range(2**16)


def seeded(seed: int) -> Choose:
    """Answers drawn by a generator with this seed."""
    rng = np.random.default_rng(seed)
    return lambda options: options[int(rng.integers(len(options)))]


def per_layer(choose: Choose, count: int, options: Sequence[T]) -> list[T]:
    """One for all, or each its own."""
    if choose([True, False]):
        return [choose(options)] * count
    return [choose(options) for _ in range(count)]


def choose_groups(choose: Choose, *widths: int) -> int:
    """One that divides every width; mostly 1."""
    fitting = [groups for groups in (2, 3, 4) if not any(width % groups for width in widths)]
    return int(choose([1, 1, *fitting]))
