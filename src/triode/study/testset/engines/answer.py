"""What every engine is asked and answers."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Answer", "Engine", "Job", "Speed", "Trouble"]

Float32Array = npt.NDArray[np.float32]


class Trouble(StrEnum):
    """Why there is no output."""

    REFUSED = "refused"
    """The engine said that it does not load the model."""
    CRASHED = "crashed"
    """It ended without an answer, or took too long."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One model and what to play through it.

    Attributes:
        model: The `.nam` file.
        inputs: Mono WAV files at the model's rate.
        rate_hz: That rate.
        timing_seconds: About how long to time; 0 for not at all.
    """

    model: Path
    inputs: tuple[Path, ...]
    rate_hz: int
    timing_seconds: float


@dataclass(frozen=True, kw_only=True)
class Speed:
    """How long a sample takes.

    Attributes:
        ns_per_sample: The median.
        quartiles: The first and the third.
        method: What was timed, in words.
        peak_share: Multiply-adds as a share of what the processor can do; None where unknown.
    """

    ns_per_sample: float
    quartiles: tuple[float, float]
    method: str
    peak_share: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """What an engine made of a job.

    Attributes:
        outputs: One for each input, (frames,) float32; empty in trouble.
        trouble: What went wrong; None when there are outputs.
        message: What the engine said about it, or why there is no speed.
        speed: None where it was not or could not be measured.
    """

    outputs: tuple[Float32Array, ...] = ()
    trouble: Trouble | None = None
    message: str = ""
    speed: Speed | None = None


class Engine(Protocol):
    """Plays models, one after the other; nothing that one does reaches the next."""

    @property
    def name(self) -> str:
        """What results are filed under."""

    @property
    def version(self) -> str:
        """Which version of it, with the compiler or the program it runs in."""

    def play(self, job: Job) -> Answer:
        """Play every input from the state that silence leads to, and time it if asked to.

        Raises:
            TriodeError: The engine itself cannot be used; never for what a model brings about.
        """
