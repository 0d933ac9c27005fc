"""From the questions of a study file to those that the statistics answer."""

from collections.abc import Sequence

from triode.errors import StudyError
from triode.study.candidate import Candidate
from triode.study.config import Study
from triode.study.questions import Question as FileQuestion
from triode.study.statistics import Arm, Question

__all__ = ["asked"]


def asked(
    study: Study, candidates: Sequence[Candidate], recipe_epochs: int
) -> tuple[Question, ...]:
    """Every question with its arms, metric, margin, target and length of training.

    A question is about the first length of training that all its candidates have; other lengths
    are reported beside it.

    Args:
        study: What the file says.
        candidates: Those that are written down.
        recipe_epochs: Length of training where neither study nor candidate names one.

    Raises:
        StudyError: An arm names no candidate, or its candidates have no length in common.
    """
    return tuple(_asked(one, study, candidates, recipe_epochs) for one in study.questions)


def _asked(
    question: FileQuestion, study: Study, candidates: Sequence[Candidate], recipe_epochs: int
) -> Question:
    arms = [
        Arm(name=name or _common_name(members), candidates=members)
        for name, members in ((question.a_name, question.a), (question.b_name, question.b))
    ]
    if arms[0].name == arms[1].name:
        arms = [
            Arm(name=f"{one.name} ({letter})", candidates=one.candidates)
            for one, letter in zip(arms, "AB", strict=True)
        ]
    target = next((one for one in study.targets if one.name == question.target), None)
    return Question(
        name=question.name,
        text=question.text,
        arm=arms[0],
        against=arms[1],
        claim=question.claim,
        simpler=arms[0].name if question.simpler == "a" else arms[1].name,
        epochs=_epochs(question, study, candidates, recipe_epochs),
        metric=study.judgement.metric,
        margin=study.judgement.margin,
        at_cost_of=None if target is None else target.candidate,
        at_cost=None if target is None else target.per_sample,
    )


def _epochs(
    question: FileQuestion, study: Study, candidates: Sequence[Candidate], recipe_epochs: int
) -> int:
    known = {one.name: one for one in candidates}
    lengths = []
    for name in (*question.a, *question.b):
        if name not in known:
            raise StudyError(
                "an arm names no candidate", where=f"question {question.name!r}", got=name
            )
        lengths.append(known[name].epochs or study.training.epochs or (recipe_epochs,))
    shared = [one for one in lengths[0] if all(one in other for other in lengths)]
    if not shared:
        raise StudyError(
            "the candidates are never trained equally long",
            where=f"question {question.name!r}",
            expected="a number of epochs that all have",
            got="; ".join(", ".join(map(str, one)) for one in lengths),
        )
    return shared[0]


def _common_name(members: Sequence[str]) -> str:
    """The words that all names share, in their order; else the first and the last name."""
    if len(members) == 1:
        return members[0]
    words = [one for one in members[0].split("-") if all(one in m.split("-") for m in members)]
    return "-".join(words) or f"{members[0]} to {members[-1]}"
