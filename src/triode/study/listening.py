"""What listeners found, as a study takes it: a second objective, and a veto over its metric.

The result is the JSON file that `triode listen analyse -o` writes; a system there stands for the
candidate of the same name here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from triode.errors import StudyError
from triode.study.statistics.answer import Answer

__all__ = ["Heard", "HeardSystem", "heeded", "on_listening_front", "read_listening"]

_FORMAT = 1
_KIND = "triode-listening"
_LOWER_IS_BETTER = {"abx"}


@dataclass(frozen=True, kw_only=True)
class HeardSystem:
    """How listeners judged one system.

    Attributes:
        name: The candidate's.
        mean: MUSHRA score, grade difference, surplus of preferences; in ABX the share of right
            answers, of which less is better.
        low: Lower end of its interval; None where it is unknown.
        high: Upper end.
    """

    name: str
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A listening test's result.

    Attributes:
        test: The test's name.
        design: "abx", "mushra", "triple" or "preference".
        digest: The prepared test's identity.
        listeners: How many were kept.
        gear: How many pieces of gear.
        systems: Everything that was judged, the reference included.
        differences: For every pair of which a difference is shown after Holm, the first less the
            second.
    """

    test: str
    design: str
    digest: str
    listeners: int
    gear: int
    systems: tuple[HeardSystem, ...]
    differences: Mapping[tuple[str, str], float]

    def is_worse(self, one: str, other: str) -> bool:
        """Whether listeners have shown `one` to be worse than `other`."""
        difference = self.differences.get((one, other))
        if difference is None:
            difference = -self.differences.get((other, one), 0.0)
        return difference > 0.0 if self.design in _LOWER_IS_BETTER else difference < 0.0

    def goodness(self, system: HeardSystem) -> float:
        """The mean, turned so that more is better."""
        return -system.mean if self.design in _LOWER_IS_BETTER else system.mean


def read_listening(path: str | Path) -> Heard:
    """Read what `triode listen analyse -o` wrote.

    Raises:
        StudyError: It cannot be read, is something else, or nobody has answered.
    """
    where = str(path)
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise StudyError(
            "the listening result cannot be read", where=where, got=error.strerror or error
        ) from error
    except ValueError as error:
        raise StudyError("the listening result is not JSON", where=where, got=error) from error
    expected = "a file that `triode listen analyse FOLDER -o FILE` wrote"
    if not isinstance(document, dict) or document.get("kind") != _KIND:
        raise StudyError("this is no result of a listening test", where=where, expected=expected)
    if document.get("format") != _FORMAT:
        raise StudyError(
            "the listening result was written by another version of Triode",
            where=where,
            expected=f"format {_FORMAT}",
            got=document.get("format"),
        )
    try:
        heard = _heard(document)
    except (KeyError, TypeError, ValueError) as error:
        raise StudyError(
            "the listening result is damaged", where=where, expected=expected, got=repr(error)
        ) from error
    if not heard.systems:
        raise StudyError("nobody has answered the listening test yet", where=where)
    return heard


def _heard(document: Mapping[str, Any]) -> Heard:
    return Heard(
        test=str(document["test"]),
        design=str(document["design"]),
        digest=str(document["digest"]),
        listeners=len(document["kept_listeners"]),
        gear=len(document["gear"]),
        systems=tuple(
            HeardSystem(
                name=str(one["system"]),
                mean=float(one["mean"]),
                low=one["student"][0],
                high=one["student"][1],
            )
            for one in document["systems"]
        ),
        differences={
            (str(one["first"]), str(one["second"])): float(one["difference"])
            for one in document["contrasts"]
            if one["decided"]
        },
    )


def heeded(answers: Sequence[Answer], heard: Heard) -> tuple[Answer, ...]:
    """The answers, none of which takes an arm that listeners found worse than the other.

    An arm is judged by the one of its candidates that listeners heard. The verdict on the metric
    stays what it is; only what to take changes, and `Answer.heard` says so.
    """
    return tuple(_heeded(one, heard) for one in answers)


def _heeded(answer: Answer, heard: Heard) -> Answer:
    known = {one.name for one in heard.systems}
    arms = {one.name: one for one in (answer.question.arm, answer.question.against)}
    systems = {name: [one for one in arm.candidates if one in known] for name, arm in arms.items()}
    if any(len(one) != 1 for one in systems.values()):
        return answer
    taken = answer.adopted
    other = next(name for name in arms if name != taken)
    taken_system, other_system = systems[taken][0], systems[other][0]
    if heard.is_worse(taken_system, other_system):
        text = (
            f"Listeners found {taken_system} worse than {other_system} ({heard.test}, "
            f"{heard.listeners} listeners, {heard.gear} pieces of gear), so it is not taken."
        )
        return replace(answer, adopted=other, heard=text)
    text = (
        f"Listeners found {other_system} worse than {taken_system} ({heard.test})."
        if heard.is_worse(other_system, taken_system)
        else f"Listeners have shown no difference between the two ({heard.test})."
    )
    return replace(answer, heard=text)


def on_listening_front(heard: Heard, costs: Mapping[str, float]) -> tuple[str, ...]:
    """The systems with a cost that no other beats in both cost and mean, the cheapest first."""
    known = [one for one in heard.systems if one.name in costs]
    front = [
        one
        for one in known
        if not any(
            costs[other.name] <= costs[one.name]
            and heard.goodness(other) >= heard.goodness(one)
            and (costs[other.name], heard.goodness(other)) != (costs[one.name], heard.goodness(one))
            for other in known
        )
    ]
    return tuple(one.name for one in sorted(front, key=lambda one: costs[one.name]))
