"""What a study asks: one arm against another, everything else equal."""

import math
from dataclasses import dataclass
from typing import Literal

from triode.errors import StudyError
from triode.study.statistics.equal_cost import FEWEST_WIDTHS

__all__ = ["CLAIMS", "Arm", "Claim", "Question"]

Claim = Literal["better", "worse", "not_worse", "not_better"]
"""What is claimed of the first arm's figure: lower, higher, or neither by more than the margin."""

CLAIMS: tuple[Claim, ...] = ("better", "worse", "not_worse", "not_better")


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One way to do it.

    Attributes:
        name: For readers, such as "LeakyReLU".
        candidates: One, or the same at several widths where costs are made equal.
    """

    name: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question, fixed before the first trial.

    Attributes:
        name: Short and unique in the study.
        text: The question as a sentence.
        arm: The arm that the claim is about.
        against: The arm it is compared with.
        claim: What is claimed of `arm`.
        simpler: The name of the arm that is taken when nothing decides, by the study's order.
        epochs: Length of training.
        metric: Key of the figure that decides.
        margin: Ratio below which a difference does not matter: 0.05 is 5 %.
        at_cost_of: For equal cost: the candidate whose measured cost both arms are brought to.
        at_cost: For equal cost: that cost itself, per sample. With neither, the single candidates
            are compared as they are.
    """

    name: str
    text: str
    arm: Arm
    against: Arm
    claim: Claim
    simpler: str
    epochs: int
    metric: str = "esr"
    margin: float = 0.05
    at_cost_of: str | None = None
    at_cost: float | None = None

    def __post_init__(self) -> None:
        fewest = FEWEST_WIDTHS if self.equal_cost else 1
        for arm in (self.arm, self.against):
            count = len(arm.candidates)
            if count < fewest or (not self.equal_cost and count > 1):
                raise StudyError(
                    f"the arm {arm.name!r} has the wrong number of candidates",
                    where=f"question {self.name!r}",
                    expected="one" if fewest == 1 else f"at least {fewest} widths",
                    got=count,
                )
        if self.simpler not in (self.arm.name, self.against.name) or self.claim not in CLAIMS:
            raise StudyError(
                "the question does not say what is simpler or what is claimed",
                where=f"question {self.name!r}",
                expected=f"simpler: {self.arm.name!r} or {self.against.name!r}; claim: one of "
                + ", ".join(CLAIMS),
                got=f"{self.simpler!r}; {self.claim!r}",
            )
        if not (math.isfinite(self.margin) and 0.0 < self.margin < 1.0):
            raise StudyError(
                "the margin is no share",
                where=f"question {self.name!r}",
                expected="between 0 and 1, such as 0.05",
                got=self.margin,
            )

    @property
    def equal_cost(self) -> bool:
        """Whether arms are brought to one cost, so that the answer depends on the engine."""
        return self.at_cost_of is not None or self.at_cost is not None

    @property
    def log_margin(self) -> float:
        """The margin on the scale of logarithms."""
        return math.log1p(self.margin)

    @property
    def threshold(self) -> float:
        """The difference of logarithms, `arm` less `against`, on whose one side the claim lies."""
        match self.claim:
            case "not_worse":
                return self.log_margin
            case "not_better":
                return -self.log_margin
            case _:
                return 0.0

    @property
    def claims_below(self) -> bool:
        """Whether the claim lies below the threshold."""
        return self.claim in ("better", "not_worse")
