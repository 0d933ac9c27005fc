"""A study file: TOML in, a checked and frozen study out."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from triode.errors import StudyError
from triode.study.gear import Gear
from triode.study.names import Name, refuse_twins, refuse_unknown
from triode.study.questions import Constraints, CostTarget, Engine, Judgement, Question
from triode.study.space import CandidateEntry, Epochs, Grid, NetworkEntry, Search
from triode.training.table import Table, checked_table, did_you_mean

__all__ = ["Study", "Training", "load_study", "study_json_schema", "study_names"]

_SUFFIX = ".toml"


class Training(Table):
    """How every candidate is trained.

    Attributes:
        recipe: A recipe whose settings apply; its networks do not.
        epochs: Passes over the training part; several give a trial each. None takes the recipe's.
        context_samples: What every network may look back, at most. The three parts of a recording
            depend on it, so that it is one number for all candidates.
    """

    recipe: str = "a2"
    epochs: Annotated[Epochs, Field(min_length=1)] | None = None
    context_samples: Annotated[int, Field(ge=1)] = 8192


class Study(Table):
    """Everything that a study is.

    Attributes:
        name: What it is called.
        description: What it is about, for people.
        gear: What is captured.
        bases: Networks that candidates begin with.
        candidates: Single candidates.
        grids: Combinations.
        searches: What Optuna proposes.
        seeds: Of weights and order, one trial each; gear may have its own.
        training: How all are trained.
        targets: Costs that questions refer to.
        engines: On which engines costs are measured.
        constraints: What no candidate may exceed.
        questions: What is asked.
        judgement: By what it is decided.
    """

    name: Name
    description: str
    gear: Annotated[tuple[Gear, ...], Field(min_length=1)]
    bases: Mapping[Name, NetworkEntry] = Field(default_factory=dict)
    candidates: tuple[CandidateEntry, ...] = ()
    grids: tuple[Grid, ...] = ()
    searches: tuple[Search, ...] = ()
    seeds: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1)] = (0,)
    training: Training = Training()
    targets: tuple[CostTarget, ...] = ()
    engines: Annotated[tuple[Engine, ...], Field(min_length=1)] = ("host-c", "host-c-libm")
    constraints: Constraints = Constraints()
    questions: tuple[Question, ...] = ()
    judgement: Judgement = Judgement()

    def digest(self, **also: Any) -> str:
        """SHA-256 of the study but for its description, and of what else decides its results."""
        document = self.model_dump(mode="json", exclude={"description"})
        text = json.dumps({"study": document, **also}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def of(cls, document: Mapping[str, Any], where: str) -> "Study":
        """A study from the plain values of its file.

        Raises:
            StudyError: A key is unknown or missing, a value cannot be right, or a name is.
        """
        study = checked_table(cls, document, where, StudyError)
        _check_names(study, where)
        return study


def load_study(name_or_path: str | Path) -> tuple[Study, Path]:
    """A study by its name or from a TOML file, and the folder its paths are relative to.

    The paths of a shipped study are relative to where the process works.

    Raises:
        StudyError: There is no such study, or it is wrong.
    """
    text = str(name_or_path)
    path = Path(name_or_path)
    folder = path.resolve().parent
    if not text.endswith(_SUFFIX):
        path, folder = Path(str(_folder() / f"{text}{_SUFFIX}")), Path.cwd()
        if not path.is_file():
            names = study_names()
            raise StudyError(
                "there is no study of that name",
                expected=f"one of {', '.join(names)}, or the path of a .toml file",
                got=text,
                hint=did_you_mean(text, names),
            )
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise StudyError(
            "the study cannot be read", where=text, got=error.strerror or error
        ) from error
    except ValueError as error:
        raise StudyError("the study is not TOML text", where=text, got=error) from error
    return Study.of(document, text), folder


def study_names() -> list[str]:
    """The studies that come with Triode."""
    files = [file.name for file in _folder().iterdir()]
    return sorted(name.removesuffix(_SUFFIX) for name in files if name.endswith(_SUFFIX))


def study_json_schema() -> dict[str, Any]:
    """The JSON schema of a study file, for editors."""
    return Study.model_json_schema()


def _folder() -> Any:
    return resources.files("triode") / "recipes" / "studies"


def _check_names(study: Study, where: str) -> None:
    """Names are unique, and what is referred to is there; candidates are looked at later."""
    gear = [one.name for one in study.gear]
    targets = [one.name for one in study.targets]
    refuse_twins(gear, "pieces of gear", where)
    refuse_twins(targets, "targets", where)
    refuse_twins([one.name for one in study.questions], "questions", where)
    refuse_twins([one.name for one in study.searches], "searches", where)
    entries: list[CandidateEntry | Grid | Search] = [
        *study.candidates,
        *study.grids,
        *study.searches,
    ]
    for entry in entries:
        refuse_unknown(entry.gear or (), gear, f"{where}, gear of {entry.name}")
        refuse_unknown(filter(None, [entry.base]), study.bases, f"{where}, base of {entry.name}")
    for name, base in study.bases.items():
        if base.base is not None:
            raise StudyError("a base cannot have a base", where=f"{where}, bases.{name}")
    for question in study.questions:
        wanted = [question.target] if question.target else []
        refuse_unknown(wanted, targets, f"{where}, target of question {question.name}")
    if not (study.candidates or study.grids or study.searches):
        raise StudyError(
            "the study has no candidates", where=where, expected="candidates, grids or searches"
        )
