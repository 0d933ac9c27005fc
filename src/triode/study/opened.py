"""A study with everything that follows from its file: candidates, recipe, hash, folders."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triode.study.candidate import Candidate, judged_of
from triode.study.config import Study, load_study
from triode.study.expansion import candidates_of, recipe_near
from triode.study.storage import StoredStudy
from triode.training import Recipe

__all__ = ["OpenedStudy"]

_SHORT = 12


@dataclass(frozen=True, kw_only=True)
class OpenedStudy:
    """A study that can be run.

    Attributes:
        study: What its file says.
        folder: What the file's paths are relative to.
        candidates: Those that are written down.
        recipe: How all are trained.
        digest: SHA-256 of everything that decides the results, recipes included.
    """

    study: Study
    folder: Path
    candidates: tuple[Candidate, ...]
    recipe: Recipe
    digest: str

    @classmethod
    def of_file(cls, name_or_path: str | Path) -> "OpenedStudy":
        """From a shipped study's name or a file.

        Raises:
            StudyError: It is wrong; the message says where.
            RecipeError: Its recipe is.
        """
        study, folder = load_study(name_or_path)
        return cls.of(study, folder)

    @classmethod
    def of_stored(cls, stored: StoredStudy) -> "OpenedStudy":
        """From what a storage knows.

        Raises:
            StudyError, RecipeError: As from a file.
        """
        where = f"study {stored.name}"
        return cls.of(Study.of(stored.document, where), Path(stored.folder))

    @classmethod
    def of(cls, study: Study, folder: Path) -> "OpenedStudy":
        """From a study and its folder."""
        recipe = recipe_near(study.training.recipe, folder)
        candidates = candidates_of(study, folder)
        digest = study.digest(
            recipe=recipe.model_dump(mode="json", exclude={"description"}),
            candidates=[one.to_json() for one in candidates],
        )
        return cls(study=study, folder=folder, candidates=candidates, recipe=recipe, digest=digest)

    @property
    def judged(self) -> tuple[Candidate, ...]:
        """The candidates and their smaller sizes: what costs are measured of and asked about."""
        return judged_of(self.candidates)

    @property
    def document(self) -> Mapping[str, Any]:
        """The study file's content, as a storage keeps it."""
        return self.study.model_dump(mode="json")

    def work_folder(self, root: Path) -> Path:
        """Where checkpoints, prepared gear and models go; another one after every edit."""
        return root / self.study.name / self.digest[:_SHORT]
