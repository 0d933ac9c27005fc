"""What a study asks, and what its costs and limits are."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from triode.study.names import JudgedName, Name
from triode.training.table import Table

__all__ = ["Constraints", "CostTarget", "Judgement", "Question"]

WIDTHS_AT_EQUAL_COST = 3
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
Engine = Literal["host-c", "host-c-libm", "wasm-player", "cortex-m7-instructions"]


class CostTarget(Table):
    """A cost at which arms are compared: a number, or what a candidate costs.

    Attributes:
        name: What it is called.
        per_sample: So many nanoseconds (or instructions) per sample, on every engine.
        candidate: As much as this one costs on the engine in question, so that the target travels
            from machine to machine.
    """

    name: Name
    per_sample: Positive | None = None
    candidate: JudgedName | None = None

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        if (self.per_sample is None) == (self.candidate is None):
            raise ValueError(f"target {self.name} with per_sample or candidate, one of them")
        return self


class Question(Table):
    """Arm A against arm B, everything else equal.

    At equal size each arm is one candidate. At equal cost (`target`) each is three or more that
    bracket the target, and their log error is interpolated over log measured cost.

    Attributes:
        name: What it is called.
        text: The question, for people.
        a: The candidates of arm A; CANDIDATE@SIZE is a smaller size that is trained with one.
        b: Those of arm B.
        simpler: Which arm wins a tie.
        claim: What is claimed of arm A: that its error is lower, higher, or neither by more than
            the margin.
        a_name: What arm A is called in reports; by default what its candidates have in common.
        b_name: What arm B is called.
        target: At whose cost to compare; without it at equal size.
        source: Who claimed what, and where.
    """

    name: Name
    text: str
    a: Annotated[tuple[JudgedName, ...], Field(min_length=1)]
    b: Annotated[tuple[JudgedName, ...], Field(min_length=1)]
    simpler: Literal["a", "b"]
    claim: Literal["better", "worse", "not_worse", "not_better"] = "better"
    a_name: str = ""
    b_name: str = ""
    target: Name | None = None
    source: str = ""

    @model_validator(mode="after")
    def _has_enough_widths(self) -> Self:
        for arm, names in (("a", self.a), ("b", self.b)):
            if self.target is None and len(names) != 1:
                raise ValueError(f"one candidate in arm {arm} of {self.name}, or a target")
            if self.target is not None and len(names) < WIDTHS_AT_EQUAL_COST:
                raise ValueError(
                    f"{WIDTHS_AT_EQUAL_COST} or more candidates in arm {arm} of {self.name}, "
                    "widths that bracket the target"
                )
        return self


class Constraints(Table):
    """What no candidate may exceed; None for no limit.

    Attributes:
        ns_per_sample: Measured time (or instructions), on `engine`.
        engine: Which engine that is.
        state_bytes: Memory of a playing instance.
        weight_bytes: Its numbers as float32: what flash holds of them.
        macs: Multiply-adds per sample.
        plays_everywhere: The only options of the `.nam` format that a candidate may use, by the
            names that `triode testset collect --constraints` writes.
    """

    ns_per_sample: Positive | None = None
    engine: Engine = "host-c"
    state_bytes: Annotated[int, Field(ge=1)] | None = None
    weight_bytes: Annotated[int, Field(ge=1)] | None = None
    macs: Annotated[int, Field(ge=1)] | None = None
    plays_everywhere: tuple[str, ...] | None = None


class Judgement(Table):
    """By what questions are decided; part of the study's hash, and so fixed before any trial.

    Attributes:
        metric: The primary one, of the test part.
        contrast: How two arms are compared: the difference of the logarithms of ratios, or the
            difference of decibels.
        margin: A relative difference that does not matter; 0.05 is five per cent.
    """

    metric: Literal["esr", "spectral", "asr_db", "low_level_db"] = "esr"
    contrast: Literal["log-ratio", "difference"] = "log-ratio"
    margin: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.05
