"""The manifest of a test set: every file of it, what it is for, and its checksum."""

import json
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from triode.errors import TestSetError
from triode.study.testset.checksums import file_sha256, sealed, unsealed
from triode.training.table import Table, checked_table

__all__ = [
    "MANIFEST",
    "SetExpectation",
    "SetInput",
    "SetManifest",
    "SetModel",
    "manifest_text",
    "read_set",
]

MANIFEST = "manifest.json"


def _inside(path: str) -> str:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path:
        raise ValueError("a path has to lie inside the set")
    return path


InnerPath = Annotated[str, AfterValidator(_inside)]
Checksum = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]


class SetInput(Table):
    """A signal to play: 32-bit float WAV, mono."""

    name: str
    path: InnerPath
    rate_hz: Annotated[int, Field(gt=0)]
    frames: Annotated[int, Field(gt=0)]
    sha256: Checksum


class SetExpectation(Table):
    """What a model makes of the input of that name, by the float64 interpreter."""

    input: str
    path: InnerPath
    sha256: Checksum


class SetModel(Table):
    """One `.nam` file.

    Attributes:
        name: Unique in the set.
        path: The file.
        sha256: Its checksum.
        origin: "specimen" for one that stands for an option, "random" for a mixture, "trained".
        option: The option that a specimen is there for.
        beside: The specimen that differs from it in that option only.
        options: All options that it uses.
        rate_hz: Its sample rate.
        peak: Largest absolute sample of the expected outputs.
        tolerance: Largest absolute error that a right player may show.
        macs: Multiply-adds per sample.
        expected: One output for each input of its rate.
    """

    name: str
    path: InnerPath
    sha256: Checksum
    origin: Literal["specimen", "random", "trained"]
    option: str | None = None
    beside: str | None = None
    options: tuple[str, ...]
    rate_hz: Annotated[int, Field(gt=0)]
    peak: Positive
    tolerance: Positive
    macs: Annotated[int, Field(ge=0)]
    expected: Annotated[tuple[SetExpectation, ...], Field(min_length=1)]


class SetManifest(Table):
    """A whole set. `name` and `number` say which; `triode` and `seed` how it was made."""

    format: Literal["triode test set 1"] = "triode test set 1"
    name: str
    number: Annotated[int, Field(ge=1)]
    triode: str
    seed: Annotated[int, Field(ge=0)]
    inputs: tuple[SetInput, ...]
    models: Annotated[tuple[SetModel, ...], Field(min_length=1)]
    readme_sha256: Checksum

    @property
    def title(self) -> str:
        """Name and number."""
        return f"{self.name}, set {self.number}"

    def input(self, name: str) -> SetInput:
        """The input of that name.

        Raises:
            TestSetError: There is none.
        """
        for one in self.inputs:
            if one.name == name:
                return one
        raise TestSetError(
            "a model of the set expects an input that is not there", where=MANIFEST, got=name
        )


def manifest_text(manifest: SetManifest) -> str:
    """The manifest as the text of its file, checksum included."""
    return json.dumps(sealed(manifest.model_dump(mode="json")), indent=1) + "\n"


def read_set(folder: Path) -> tuple[SetManifest, str]:
    """The manifest in `folder` and its own checksum, after a look at every file it names.

    Raises:
        TestSetError: There is no set, or a file of it is missing or was changed.
    """
    path = folder / MANIFEST
    try:
        text = path.read_bytes()
    except OSError as error:
        raise TestSetError(
            "there is no test set",
            where=folder,
            expected=f"a folder with a {MANIFEST}",
            got=error.strerror or error,
            hint="Make one with: triode testset build NAME -o FOLDER",
        ) from error
    manifest = checked_table(SetManifest, unsealed(text, path), str(path), TestSetError)
    for inner, checksum in _files(manifest):
        if file_sha256(folder / inner) != checksum:
            raise TestSetError(
                "a file of the test set is not the one that the manifest names",
                where=folder / inner,
                expected=f"the checksum {checksum[:16]}...",
                hint="Get the set anew, as a whole.",
            )
    return manifest, str(json.loads(text)["sha256"])


def _files(manifest: SetManifest) -> list[tuple[str, str]]:
    expected = [one for model in manifest.models for one in model.expected]
    named: list[SetInput | SetModel | SetExpectation]
    named = [*manifest.inputs, *manifest.models, *expected]
    return [("README.md", manifest.readme_sha256), *((one.path, one.sha256) for one in named)]
