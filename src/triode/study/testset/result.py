"""What came of playing a test set: one checksummed JSON file."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from triode.errors import TestSetError
from triode.files import write_text_atomically
from triode.study.testset.checksums import SEAL, sealed, unsealed
from triode.training.table import Table, checked_table

__all__ = [
    "Device",
    "FailedOperation",
    "ModelResult",
    "SetResult",
    "Status",
    "Timing",
    "read_result",
    "result_text",
    "write_result",
]

NotNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]


class Status(StrEnum):
    """How a model came out."""

    PASSED = "passed"
    """Every sample within the tolerance."""
    APPROXIMATE = "approximate"
    """Beyond it, yet never by more than a fiftieth of the peak: right but for an approximation,
    such as one of tanh."""
    WRONG = "wrong"
    REFUSED = "refused"
    CRASHED = "crashed"

    @property
    def plays(self) -> bool:
        """Whether what came out can be used."""
        return self in {Status.PASSED, Status.APPROXIMATE}


class Device(Table):
    """Where it was played."""

    name: str
    system: str
    cores: Annotated[int, Field(ge=1)]


class Timing(Table):
    """The cost of a model; see `triode.study.testset.engines.Speed`."""

    ns_per_sample: NotNegative
    quartiles: tuple[NotNegative, NotNegative]
    method: str
    peak_share: NotNegative | None = None


class ModelResult(Table):
    """One model.

    Attributes:
        name, origin, option, beside, options, macs: As in the manifest.
        status: How it came out.
        message: What the engine said, or what is wrong.
        peak: Largest absolute sample of what is expected.
        tolerance: The largest error allowed.
        error: The largest there is; None without output or where it is not finite.
        esr: Energy of the error over that of what is expected, of the worst input.
        timing: Its cost.
    """

    name: str
    origin: Literal["specimen", "random", "trained"]
    option: str | None = None
    beside: str | None = None
    options: tuple[str, ...]
    macs: Annotated[int, Field(ge=0)]
    status: Annotated[Status, Field(strict=False)]
    message: str = ""
    peak: NotNegative
    tolerance: NotNegative
    error: NotNegative | None = None
    esr: NotNegative | None = None
    timing: Timing | None = None


class FailedOperation(Table):
    """An option that the engine lacks, as far as the set shows.

    Attributes:
        option: Its name.
        models: The models that fail and use it.
        certain: Its specimen fails and the one beside it plays; else it is suspected, since no
            model that plays has it.
        in_mixtures: A playing model has it all the same.
        approximate: The models play, but only nearly right.
    """

    option: str
    models: tuple[str, ...]
    certain: bool
    in_mixtures: bool = False
    approximate: bool = False


class SetResult(Table):
    """A whole result."""

    format: Literal["triode test set result 1"] = "triode test set result 1"
    set_name: str
    set_number: Annotated[int, Field(ge=1)]
    set_sha256: str
    triode: str
    engine: str
    engine_version: str
    device: Device
    date: str
    comment: str = ""
    models: tuple[ModelResult, ...]
    failed_operations: tuple[FailedOperation, ...]
    unexplained: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Engine and device."""
        return f"{self.engine} on {self.device.name}"

    def model(self, name: str) -> ModelResult | None:
        """The model of that name, if the set has one."""
        return next((one for one in self.models if one.name == name), None)


def result_text(result: SetResult) -> str:
    """The result as the text of its file, checksum included."""
    return json.dumps(sealed(result.model_dump(mode="json")), indent=1) + "\n"


def write_result(result: SetResult, path: Path) -> None:
    """Write the result, whole.

    Raises:
        OutputError: It cannot be written.
    """
    write_text_atomically(path, result_text(result))


def read_result(path: Path) -> tuple[SetResult, str]:
    """The result in a file, and its checksum.

    Raises:
        TestSetError: It cannot be read, is no result, or was changed after it was written.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise TestSetError(
            "the result cannot be read", where=path, got=error.strerror or error
        ) from error
    result = checked_table(SetResult, unsealed(text, path), str(path), TestSetError)
    return result, str(json.loads(text)[SEAL])
