"""What pages get and send, as JSON."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from triode.studio.capture import Capture, State
from triode.studio.folders import CaptureFiles

__all__ = [
    "CaptureChanges",
    "CaptureDocument",
    "Id",
    "NewCapture",
    "NewCheck",
    "NewImport",
    "NewTake",
    "Possible",
    "capture_document",
]

Id = Annotated[str, Field(pattern="^[0-9a-f]{20}$")]
"""A random id; nothing else that a page sends becomes part of a path."""

_Name = Annotated[str, Field(max_length=500)]
_Tags = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=50)]
_Value = Annotated[str, Field(max_length=500)] | Annotated[float, Field(allow_inf_nan=False)]
_Metadata = Annotated[dict[str, _Value | None], Field(max_length=20)]
_DelaySamples = Annotated[float, Field(ge=-10_000_000.0, le=10_000_000.0, allow_inf_nan=False)]
_Channel = Annotated[int, Field(ge=1, le=256)]


class _Sent(BaseModel):
    """What a page sends; a key that is not known is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NewCheck(_Sent):
    """Two uploads to check.

    Attributes:
        dry: The upload of what was sent.
        wet: The upload of what came back.
        repair: Put right what can be put right without guessing.
        delay: How much later the wet file comes, in samples; null measures it.
    """

    dry: Id
    wet: Id
    repair: bool = True
    delay: _DelaySamples | None = None


class NewCapture(_Sent):
    """A capture to train.

    Attributes:
        dry: The upload of what was sent.
        wet: The upload of what came back.
        recipe: A recipe's name.
        epochs: Instead of the recipe's.
        until: Stop earlier: "good", "best", or an ESR such as "0.01".
        name: What to call it; empty for the wet file's name.
        metadata: For the file.
        tags: To find it by.
        repair: As in a check.
        delay: As in a check.
    """

    dry: Id
    wet: Id
    recipe: Annotated[str, Field(max_length=100)] = "a2"
    epochs: Annotated[int, Field(ge=1, le=100_000)] | None = None
    until: Annotated[str, Field(max_length=40)] | None = None
    name: _Name = ""
    metadata: _Metadata = Field(default_factory=dict)
    tags: _Tags = Field(default_factory=list)
    repair: bool = True
    delay: _DelaySamples | None = None


class NewImport(_Sent):
    """A `.nam` file that was sent, to be put into the library."""

    upload: Id
    name: _Name = ""


class CaptureChanges(_Sent):
    """What to change of a capture; null leaves it as it is."""

    name: _Name | None = None
    metadata: _Metadata | None = None
    tags: _Tags | None = None


class NewTake(_Sent):
    """A take through the gear.

    Attributes:
        dry: The upload to play; null for Triode's own signal.
        minutes: How long that is.
        rate_hz: At which rate.
        input_device, output_device: Numbers as the list of devices gives them; null for the
            system's own choice.
        input_channel, output_channel: From 1.
        allow_clipping: Go on where the input clips.
        level_only: Set the level: the loudest passage is played over and over until it is
            stopped, with advice, and nothing is kept.
    """

    dry: Id | None = None
    minutes: Annotated[float, Field(ge=1.0, le=15.0, multiple_of=0.5)] = 3.0
    rate_hz: Annotated[int, Field(ge=8_000, le=192_000)] = 48_000
    input_device: Annotated[int, Field(ge=0, le=10_000)] | None = None
    output_device: Annotated[int, Field(ge=0, le=10_000)] | None = None
    input_channel: _Channel = 1
    output_channel: _Channel = 1
    allow_clipping: bool = False
    level_only: bool = False


class Possible(BaseModel):
    """What can be done with a capture now."""

    resume: bool
    stop: bool
    audition: bool
    report: bool
    compare: bool
    download: bool


class CaptureDocument(BaseModel):
    """A capture; see `triode.studio.capture.Capture`."""

    id: str
    name: str
    state: Literal["waiting", "training", "stopping", "finished", "stopped", "failed", "imported"]
    created: str
    recipe: str | None
    epochs: int | None
    epoch: int
    esr: dict[str, float]
    seconds_left: float | None
    message: str
    metadata: dict[str, Any]
    tags: list[str]
    sizes: list[str]
    can: Possible
    deleted: str | None


def capture_document(
    capture: Capture, files: CaptureFiles, seconds_left: float | None
) -> CaptureDocument:
    """A capture as pages get it."""
    names = files.names()
    model, kept = files.model.name in names, capture.deleted is None
    recorded = all(any(one.startswith(f"{side}.") for one in names) for side in ("dry", "wet"))
    return CaptureDocument(
        id=capture.id,
        name=capture.name,
        state=capture.state.value,
        created=capture.created,
        recipe=capture.recipe,
        epochs=capture.epochs,
        epoch=capture.epoch,
        esr=dict(capture.esr),
        seconds_left=seconds_left,
        message=capture.message,
        metadata=dict(capture.metadata),
        tags=list(capture.tags),
        sizes=list(capture.sizes),
        can=Possible(
            resume=kept and recorded and capture.state in {State.STOPPED, State.FAILED},
            stop=kept and capture.state in {State.WAITING, State.TRAINING},
            audition=kept and model,
            report=kept and model and recorded,
            compare=kept and model,
            download=kept and model,
        ),
        deleted=capture.deleted,
    )
