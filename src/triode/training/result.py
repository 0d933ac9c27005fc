"""What comes out of a training."""

from dataclasses import dataclass
from pathlib import Path

from triode.capture import Facts, Split

__all__ = ["CustomaryResult", "Result", "SizeResult"]


@dataclass(frozen=True, kw_only=True)
class SizeResult:
    """How good one size is, and after which epoch it was at its best."""

    name: str
    esr: float
    null_depth_db: float
    epoch: int


@dataclass(frozen=True, kw_only=True)
class CustomaryResult:
    """The ESR by size on the validation passage that is customary with a known input file.

    `trained_on` says that part of that passage was in our training ranges, so that the figures
    flatter the capture.
    """

    name: str
    esr: dict[str, float]
    trained_on: bool


@dataclass(frozen=True, kw_only=True)
class Result:
    """A finished or interrupted training.

    Attributes:
        model_path: The `.nam` file.
        log_path: One JSON object per epoch.
        checkpoint_path: Where an interrupted training can be resumed from; None when finished, or
            when not even one epoch was.
        sizes: Ascending.
        epochs: Epochs done, those before a resumption included.
        seconds: Time spent in them.
        finished: False when it was stopped.
        ending: Why it ended, when it was to end by itself.
        facts: About the recordings.
        split: What trained and what judged.
        customary: Present when the dry recording is a known input file.
    """

    model_path: Path
    log_path: Path
    checkpoint_path: Path | None
    sizes: tuple[SizeResult, ...]
    epochs: int
    seconds: float
    finished: bool
    ending: str | None
    facts: Facts
    split: Split
    customary: CustomaryResult | None
