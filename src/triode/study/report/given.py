"""What a report is made of: a study's questions and records, as its storage has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from triode.study.listening import Heard
from triode.study.record import CandidateRecord, TrialRecord
from triode.study.statistics import Question

__all__ = ["StudyInput"]


@dataclass(frozen=True, kw_only=True)
class StudyInput:
    """A study as far as it has come.

    Attributes:
        name: Its name.
        description: What it is about, in a sentence or two of plain text.
        digest: Hash of questions, metric, contrast and margin, from before the first trial.
        questions: What is asked.
        trials: All that have ended.
        candidates: What was tried, with costs.
        metric: Key of the figure that is plotted.
        planned: How many trials were planned; None when that is not known, as in a search.
        gear_hashes: By gear, SHA-256 of its recordings.
        breakdowns: By candidate, what leaving out each kind of operation saves, in ns per sample
            on the first engine; what is left is the last entry, "the rest".
        command: What runs the study again.
        heard: What a listening test found, which can forbid an arm.
    """

    name: str
    questions: Sequence[Question]
    trials: Sequence[TrialRecord]
    candidates: Sequence[CandidateRecord]
    description: str = ""
    digest: str = ""
    metric: str = "esr"
    planned: int | None = None
    gear_hashes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    breakdowns: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    command: str = ""
    heard: Heard | None = None
