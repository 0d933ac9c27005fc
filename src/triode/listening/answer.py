"""What a participant answers on a page: one shape for each design, checked against the page."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from triode.errors import ListeningError
from triode.listening.page import Page
from triode.training.table import Table, checked_table

__all__ = ["AbxAnswer", "Answer", "MushraAnswer", "PreferenceAnswer", "TripleAnswer", "answer_of"]

Count = Annotated[int, Field(ge=0, le=10**9)]


class _Given(Table):
    """What every answer tells about how it was found.

    Attributes:
        milliseconds: From the page's first sound, or its appearing, to the answer.
        switches: How often the listener switched between stimuli.
        plays: How often each stimulus was chosen to be heard, by label.
    """

    milliseconds: Count = 0
    switches: Count = 0
    plays: Mapping[str, Count] = Field(default_factory=dict)


class AbxAnswer(_Given):
    """Which of A and B sounded like X."""

    x_is: Literal["A", "B"]


class MushraAnswer(_Given):
    """A score from 0 to 100 for every label but the open reference's."""

    scores: Mapping[str, Annotated[float, Field(ge=0.0, le=100.0)]]


class TripleAnswer(_Given):
    """BS.1116-3: which of B and C is the hidden reference, and a grade from 1.0 to 5.0 for both.

    The one that is said to be the reference has the grade 5.0, by the standard's instruction.
    """

    HIGHEST: ClassVar[float] = 5.0

    hidden: Literal["B", "C"]
    grades: Mapping[Literal["B", "C"], Annotated[float, Field(ge=1.0, le=5.0)]]


class PreferenceAnswer(_Given):
    """Which of A and B is better, or "none" where the plan allows it."""

    preferred: Literal["A", "B", "none"]


Answer = AbxAnswer | MushraAnswer | TripleAnswer | PreferenceAnswer

_SHAPES: Mapping[str, type[AbxAnswer | MushraAnswer | TripleAnswer | PreferenceAnswer]] = {
    "abx": AbxAnswer,
    "mushra": MushraAnswer,
    "triple": TripleAnswer,
    "preference": PreferenceAnswer,
}


def answer_of(page: Page, document: Mapping[str, Any]) -> Answer:
    """The answer in plain values (as from JSON), checked against its page.

    Args:
        page: What was shown.
        document: `x_is`; or `scores`; or `hidden` and `grades`; or `preferred`; and
            `milliseconds`, `switches`, `plays`.

    Raises:
        ListeningError: A key is unknown or missing, a value is out of its range, a label is not on
            the page or one is missing, or "none" was chosen where there are no ties.
    """
    where = f"page {page.index}"
    answer = checked_table(_SHAPES[page.design], document, where, ListeningError)
    shown = {one.label for one in page.stimuli}
    _same_labels(set(answer.plays) - shown, set(), where)
    match answer:
        case MushraAnswer():
            _same_labels(set(answer.scores), set(page.rated), where)
        case TripleAnswer():
            _same_labels({str(label) for label in answer.grades}, set(page.rated), where)
            if answer.grades[answer.hidden] != TripleAnswer.HIGHEST:
                raise ListeningError(
                    "the stimulus that is said to be the reference has another grade than 5.0",
                    where=where,
                    expected=f"5.0 for {answer.hidden}",
                    got=answer.grades[answer.hidden],
                )
        case PreferenceAnswer() if answer.preferred == "none" and not page.ties:
            raise ListeningError("this test has no ties", where=where, expected="A or B")
        case _:
            pass
    return answer


def _same_labels(got: set[str], expected: set[str], where: str) -> None:
    if got != expected:
        raise ListeningError(
            "the labels are not those of the page",
            where=where,
            expected=", ".join(sorted(expected)) or "labels of the page only",
            got=", ".join(sorted(got)[:12]) or "none",
        )
