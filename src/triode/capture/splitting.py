"""Which part of a recording trains and which part judges, so that nothing judged was trained on."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from triode.audio import rms_db
from triode.capture.repeats import Repeat, find_repeats
from triode.errors import CaptureError

__all__ = ["MINIMUM_SECONDS", "Range", "Split", "clean_part", "split"]

Range = tuple[int, int]
"""Samples from the first number up to, not including, the second."""

MINIMUM_SECONDS: Final = 3.0
"""A recording has at least this much beyond one receptive field."""

_LONGEST_VALIDATION_SECONDS = 20.0
_TYPICAL_SECONDS = (5.0, 20.0)
_TYPICAL_SHARE = 0.1
_LARGEST_SHARE = 0.25
_SHORTEST_REPEAT_SECONDS = 2.0
_TYPICAL_WITHIN_DB = 3.0
_ENOUGH_TRAINING_SHARE = 0.4
_LEAST_TRAINING_SECONDS = 1.0
_LEAST_CLEAN_SHARE = 0.5


@dataclass(frozen=True, kw_only=True)
class Split:
    """Ranges of samples of a pair.

    `train`: ranges in time order; training reads nothing outside them, neither as context nor as
    target. `validation`: the samples that are scored. `run_in`: the receptive field before them,
    which is read as context only and overlaps no training range. `strategy` is "repeat" when
    validation is a passage the recording also plays elsewhere, "typical" otherwise.
    """

    train: tuple[Range, ...]
    validation: Range
    run_in: Range
    strategy: str
    reason: str
    repeats: tuple[Repeat, ...]

    def to_json(self) -> dict[str, Any]:
        """The split as what `json.dumps` takes."""
        return asdict(self)


def split(
    dry: npt.NDArray[np.float32],
    rate_hz: float,
    receptive_field: int,
    *,
    repeats: Sequence[Repeat] | None = None,
    excluded: Sequence[Range] = (),
) -> Split:
    """Choose the training ranges and the validation range of a recording.

    The last occurrence of the longest repeated passage validates, at most 20 s or a quarter of
    the recording of it. Without one, the last tenth (5 to 20 s, at most a quarter) whose level is
    near that of the whole recording does. No copy of what validates, nor one receptive field on
    either side of a copy, is in a training range.

    Args:
        dry: Shape (frames,).
        rate_hz: Its rate.
        receptive_field: How many samples of context the model's output needs, at least 1.
        repeats: What `find_repeats` found, if it has been asked already.
        excluded: Ranges that neither train nor judge.

    Raises:
        CaptureError: The recording is too short, or repeats itself so much that nothing is left.
    """
    shortest = round(MINIMUM_SECONDS * rate_hz) + receptive_field
    if len(dry) < shortest:
        raise CaptureError(
            "the recording is too short to train on and to judge by",
            expected=f"at least {shortest / rate_hz:.2f} s ({MINIMUM_SECONDS:g} s and the "
            f"receptive field)",
            got=f"{len(dry) / rate_hz:.2f} s",
            hint="Record more; three minutes of varied playing are good.",
        )
    known = tuple(find_repeats(dry, rate_hz) if repeats is None else repeats)
    best: tuple[int, Split] | None = None
    for candidate, strategy, reason in _candidates(dry, rate_hz, receptive_field, known):
        validation = clean_part(candidate, excluded)
        if validation[1] - validation[0] < _LEAST_CLEAN_SHARE * (candidate[1] - candidate[0]):
            continue
        train = _training_ranges(len(dry), validation, receptive_field, known, excluded)
        amount = sum(stop - start - receptive_field for start, stop in train)
        result = Split(
            train=train,
            validation=validation,
            run_in=(max(0, validation[0] - receptive_field), validation[0]),
            strategy=strategy,
            reason=reason,
            repeats=known,
        )
        if amount >= _ENOUGH_TRAINING_SHARE * (len(dry) - receptive_field):
            return result
        if best is None or amount > best[0]:
            best = amount, result
    if best is None or best[0] < _LEAST_TRAINING_SECONDS * rate_hz:
        raise CaptureError(
            "the recording repeats itself so much that no training material is left",
            expected=f"at least {_LEAST_TRAINING_SECONDS:g} s that validation does not repeat",
            got=f"{max(0, best[0]) / rate_hz if best else 0.0:.2f} s",
            hint="Record varied playing, not a loop.",
        )
    return best[1]


def _candidates(
    dry: npt.NDArray[np.float32], rate_hz: float, receptive_field: int, repeats: Sequence[Repeat]
) -> Iterator[tuple[Range, str, str]]:
    largest = int(min(_LONGEST_VALIDATION_SECONDS * rate_hz, _LARGEST_SHARE * len(dry)))
    long_enough = [
        one for one in repeats if one.frames >= min(_SHORTEST_REPEAT_SECONDS * rate_hz, largest)
    ]
    if long_enough:
        longest = max(one.frames for one in long_enough)
        last = max(one.second for one in long_enough if one.frames == longest)
        stop = min(last + longest, len(dry))
        start = max(last, stop - largest, receptive_field)
        yield (start, stop), "repeat", "the last time the longest repeated passage is played"
    yield from _typical(dry, rate_hz, receptive_field)


def _typical(
    dry: npt.NDArray[np.float32], rate_hz: float, receptive_field: int
) -> Iterator[tuple[Range, str, str]]:
    """Passages from the end backwards: those of typical level first, then the nearest to it."""
    shortest, longest = (seconds * rate_hz for seconds in _TYPICAL_SECONDS)
    frames = min(max(shortest, _TYPICAL_SHARE * len(dry)), longest, _LARGEST_SHARE * len(dry))
    length = int(frames)
    whole_db = rms_db(dry)
    unlike: list[tuple[float, Range]] = []
    for start in range(len(dry) - length, receptive_field - 1, -(length // 2)):
        passage = (start, start + length)
        difference_db = abs(rms_db(dry[start : start + length]) - whole_db)
        if difference_db <= _TYPICAL_WITHIN_DB:
            yield passage, "typical", "the last passage as loud as the whole recording"
        else:
            unlike.append((difference_db, passage))
    for _, passage in sorted(unlike):
        yield passage, "typical", "the passage nearest in level to the whole recording"


def clean_part(candidate: Range, excluded: Sequence[Range]) -> Range:
    """The longest part of a range without anything excluded in it."""
    start, stop = candidate
    inside = sorted((max(low, start), min(high, stop)) for low, high in excluded)
    inside = [(low, high) for low, high in inside if low < high]
    edges = [(start, start), *inside, (stop, stop)]
    return max(
        ((before, after) for (_, before), (after, _) in pairwise(edges)),
        key=lambda part: part[1] - part[0],
    )


def _training_ranges(
    frames: int,
    validation: Range,
    receptive_field: int,
    repeats: Sequence[Repeat],
    excluded: Sequence[Range],
) -> tuple[Range, ...]:
    start, stop = validation
    taken = [(start - receptive_field, stop), *excluded]
    for copy_start, copy_stop in _copies(validation, repeats):
        taken.append((copy_start - receptive_field, copy_stop + receptive_field))
    edges = [(0, 0), *sorted(taken), (frames, frames)]
    free = []
    reached = 0
    for (_, before), (after, _) in pairwise(edges):
        reached = max(reached, before)
        if after - reached > receptive_field:
            free.append((reached, after))
    return tuple(free)


def _copies(validation: Range, repeats: Sequence[Repeat]) -> set[Range]:
    """Every range that plays a part of `validation`, copies of copies included."""
    known: set[Range] = set()
    waiting = [validation]
    while waiting:
        start, stop = waiting.pop()
        for one in repeats:
            for here, there in ((one.first, one.second), (one.second, one.first)):
                overlap_start, overlap_stop = max(start, here), min(stop, here + one.frames)
                if overlap_start >= overlap_stop:
                    continue
                copy = (overlap_start - here + there, overlap_stop - here + there)
                if not any(low <= copy[0] and copy[1] <= high for low, high in known):
                    known.add(copy)
                    waiting.append(copy)
    return known
