"""Three disjoint parts of a recording: training, validation and test.

Training changes the weights, validation chooses the epoch whose network is kept, and every figure
that a study reports is of the test part, which decided nothing.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from triode.capture import Range, Repeat, split
from triode.errors import CaptureError

__all__ = ["Parts", "three_parts"]

_LEAST_TRAINING_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Ranges of samples of a pair.

    Attributes:
        training: Training reads nothing outside them.
        validation: Scored after every epoch.
        test: Scored once, with the network that validation chose.
    """

    training: tuple[Range, ...]
    validation: Range
    test: Range

    def to_json(self) -> dict[str, Any]:
        """As what `json.dumps` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """The other way; KeyError or ValueError for what is none."""
        return cls(
            training=tuple((start, stop) for start, stop in document["training"]),
            validation=_pair(document["validation"]),
            test=_pair(document["test"]),
        )


def three_parts(
    dry: npt.NDArray[np.float32],
    rate_hz: float,
    context_samples: int,
    repeats: Sequence[Repeat],
) -> Parts:
    """Divide a recording as `triode.capture.split` does, twice.

    The first division gives the test part; the second, of the longest range that the first left
    for training, the validation part. What plays any of either again is not trained on, nor is
    anything within `context_samples` of it.

    Args:
        dry: (frames,).
        rate_hz: Its rate.
        context_samples: How far any network may look back.
        repeats: What `find_repeats` found.

    Raises:
        CaptureError: The recording is too short, or repeats itself too much.
    """
    outer = split(dry, rate_hz, context_samples, repeats=repeats)
    host = max(outer.train, key=lambda one: one[1] - one[0])
    inner = split(dry[slice(*host)], rate_hz, context_samples, repeats=_within(repeats, host))
    validation = (inner.validation[0] + host[0], inner.validation[1] + host[0])
    taken = [
        (start - context_samples, stop + context_samples)
        for start, stop in _played_again(validation, repeats)
    ]
    training = [
        free
        for one in outer.train
        for free in _without(one, taken)
        if free[1] - free[0] > context_samples
    ]
    amount = sum(stop - start - context_samples for start, stop in training)
    if amount < _LEAST_TRAINING_SECONDS * rate_hz:
        raise CaptureError(
            "three parts leave nothing to train on",
            expected=f"at least {_LEAST_TRAINING_SECONDS:g} s",
            got=f"{amount / rate_hz:.2f} s",
            hint="Record more; two minutes of varied playing are enough.",
        )
    return Parts(training=tuple(training), validation=validation, test=outer.validation)


def _pair(values: Sequence[int]) -> Range:
    start, stop = values
    return start, stop


def _within(repeats: Sequence[Repeat], host: Range) -> tuple[Repeat, ...]:
    """Repeats of which both passages lie in `host`, counted from its start."""
    return tuple(
        Repeat(first=one.first - host[0], second=one.second - host[0], frames=one.frames)
        for one in repeats
        if host[0] <= one.first and one.second + one.frames <= host[1]
    )


def _played_again(passage: Range, repeats: Sequence[Repeat]) -> list[Range]:
    """The passage and every one that plays any of it, or of those, again; whole repeats count."""
    found = [passage]
    for here in found:
        for one in repeats:
            both = [(start, start + one.frames) for start in (one.first, one.second)]
            if any(_overlap(here, place) for place in both):
                found += [place for place in both if place not in found]
    return found


def _overlap(one: Range, other: Range) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _without(one: Range, taken: Sequence[Range]) -> list[Range]:
    """What of a range is free, in time order."""
    inside = sorted(
        (max(start, one[0]), min(stop, one[1]))
        for start, stop in taken
        if _overlap(one, (start, stop))
    )
    edges = [(one[0], one[0]), *inside, (one[1], one[1])]
    free = []
    reached = one[0]
    for (_, before), (after, _) in pairwise(edges):
        reached = max(reached, before)
        if after > reached:
            free.append((reached, after))
    return free
