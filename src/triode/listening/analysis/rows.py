"""Answers as plain rows: who judged what, and what the answer is worth."""

from collections.abc import Sequence
from dataclasses import dataclass

from triode.listening.answer import (
    AbxAnswer,
    Answer,
    MushraAnswer,
    PreferenceAnswer,
    TripleAnswer,
)
from triode.listening.page import Page
from triode.listening.plan import REFERENCE
from triode.listening.prepared import PreparedTest
from triode.listening.session import Session
from triode.listening.store import StoredAnswer

__all__ = ["Row", "rows_of"]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One judgement of one system.

    Attributes:
        listener: The participant's number.
        page: The page's index in the participant's session.
        gear: The piece of gear.
        clip: The passage.
        system: What was judged.
        against: The other one of a preference pair; empty in other designs.
        value: ABX: 1 for right, 0 for wrong. MUSHRA: the score, 0 to 100. Triple: the grade of
            the system less that of the hidden reference, -4 to 4. Preference: 1 for `system`, -1
            for `against`, 0 for neither.
        right: Triple: whether the hidden reference was found. True in other designs.
        milliseconds: Time taken for the page.
    """

    listener: int
    page: int
    gear: str
    clip: str
    system: str
    against: str = ""
    value: float
    right: bool = True
    milliseconds: int = 0


def rows_of(test: PreparedTest, answers: Sequence[StoredAnswer]) -> tuple[Row, ...]:
    """Every judgement of the pages that count, in the order of the answers."""
    sessions = {number: Session.of(test, number) for number in {one.number for one in answers}}
    rows: list[Row] = []
    for one in answers:
        page = sessions[one.number].pages[one.page]
        if page.kind == "trial":
            rows += _rows(one.number, page, one.answer)
    return tuple(rows)


def _rows(listener: int, page: Page, answer: Answer) -> list[Row]:
    def row(system: str, value: float, *, against: str = "", right: bool = True) -> Row:
        return Row(
            listener=listener,
            page=page.index,
            gear=page.gear,
            clip=page.clip,
            system=system,
            against=against,
            value=value,
            right=right,
            milliseconds=answer.milliseconds,
        )

    match answer:
        case AbxAnswer():
            return [row(page.system, float(answer.x_is == page.truth))]
        case MushraAnswer():
            return [row(page.shown(label).system, score) for label, score in answer.scores.items()]
        case TripleAnswer():
            grades = {page.shown(label).system: grade for label, grade in answer.grades.items()}
            found = answer.hidden == page.truth
            return [row(page.system, grades[page.system] - grades[REFERENCE], right=found)]
        case PreferenceAnswer():
            worth = {"A": 1.0, "B": -1.0, "none": 0.0}[answer.preferred]
            first, second = page.shown("A").system, page.shown("B").system
            if second < first:
                first, second, worth = second, first, -worth
            return [row(first, worth, against=second)]
