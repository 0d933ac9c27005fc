"""What a trial is asked to do, and the files it leaves."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from triode.study.candidate import Candidate
from triode.study.record import TrialKey
from triode.training import Recipe

__all__ = ["TrialFiles", "TrialTask"]


@dataclass(frozen=True, kw_only=True)
class TrialTask:
    """Everything that a trial needs, as plain values that travel to a worker.

    Attributes:
        study: The study's name.
        key: What the trial is.
        source: Where the gear comes from.
        candidate: What is trained.
        recipe: How, the networks left as they are.
        study_folder: Where the study file is, for modules beside it.
        work_folder: Where gear, checkpoints, results and models are kept.
        threads: CPU threads.
        device: "cpu", "cuda" or "mps".
    """

    study: str
    key: TrialKey
    source: str
    candidate: Candidate
    recipe: Recipe
    study_folder: str
    work_folder: str
    threads: int = 1
    device: str = "cpu"

    def to_json(self) -> dict[str, Any]:
        """As what `json.dumps` takes."""
        return {
            "study": self.study,
            "key": self.key.to_json(),
            "source": self.source,
            "candidate": self.candidate.to_json(),
            "recipe": self.recipe.model_dump(mode="json"),
            "study_folder": self.study_folder,
            "work_folder": self.work_folder,
            "threads": self.threads,
            "device": self.device,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The other way; KeyError or TypeError for what is none."""
        return cls(
            **{
                **document,
                "key": TrialKey.from_json(document["key"]),
                "candidate": Candidate.from_json(document["candidate"]),
                "recipe": Recipe.model_validate_json(json.dumps(document["recipe"])),
            }
        )


@dataclass(frozen=True, kw_only=True)
class TrialFiles:
    """The files of a trial in its study's folder."""

    gear: Path
    checkpoint: Path
    started: Path
    result: Path
    model: Path

    @classmethod
    def of(cls, task: TrialTask) -> Self:
        """Those of `task`."""
        folder, key = Path(task.work_folder), task.key
        stem = f"{key.candidate},{key.gear},seed{key.seed},epochs{key.epochs}"
        return cls(
            gear=folder / "gear" / key.gear,
            checkpoint=folder / "checkpoints" / f"{stem}.checkpoint",
            started=folder / "checkpoints" / f"{stem}.started",
            result=folder / "results" / f"{stem}.json",
            model=folder / "models" / f"{stem}.nam",
        )

    def remove_unfinished(self) -> None:
        """Take away what only an unfinished trial needs."""
        self.checkpoint.unlink(missing_ok=True)
        self.started.unlink(missing_ok=True)
