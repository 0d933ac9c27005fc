"""What captures are made of: uploads, checks, recipes, takes."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from triode.studio.documents import Id, NewCheck, NewTake
from triode.studio.intake import take_in
from triode.studio.recipes import RecipeDocument, recipe_documents
from triode.studio.recordings import Take
from triode.studio.routes.answers import waited_for
from triode.studio.routes.opened import Opened
from triode.studio.uploads import Upload
from triode.web import RequestError

__all__ = ["router"]

_MOST_SECONDS = 20.0


class CheckDocument(BaseModel):
    """A check of two uploads.

    Attributes:
        state: Where it stands.
        findings: What every check says: id, severity, title, text, evidence (name and value),
            causes, remedies, and a figure for plotly whose colours are names such as "@wet".
        repairs: What was put right.
        facts: What is known about the pair.
        blocked: Whether training would refuse it.
        message: Why.
    """

    id: str
    state: Literal["running", "done", "failed"]
    findings: list[dict[str, Any]] = []
    repairs: list[str] = []
    facts: dict[str, Any] = {}
    blocked: bool = False
    message: str = ""


class Started(BaseModel):
    """The id of what was begun."""

    id: str


class DeviceDocument(BaseModel):
    """One side of a sound device."""

    number: int
    name: str
    channels: int
    rate_hz: int
    is_default: bool


class Devices(BaseModel):
    """The sound devices; why there are none, if so."""

    inputs: list[DeviceDocument] = []
    outputs: list[DeviceDocument] = []
    message: str = ""


router = APIRouter(prefix="/api")


@router.post(
    "/uploads",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"format": "binary"}}},
        }
    },
)
async def upload(
    studio: Opened, request: Request, name: Annotated[str, Query(max_length=1000)] = ""
) -> Upload:
    """Send a file, as the whole body: a recording, a `.nam` file or an impulse response."""
    declared = request.headers.get("content-length", "")
    return await take_in(
        studio,
        request.stream(),
        name=name,
        declared_bytes=int(declared) if declared.isdecimal() else None,
    )


@router.get("/uploads/{upload_id}")
def uploaded(studio: Opened, upload_id: Id) -> Upload:
    """What is known about an upload."""
    return studio.uploads.get(upload_id)


@router.delete("/uploads/{upload_id}", status_code=204)
def remove(studio: Opened, upload_id: Id) -> Response:
    """Remove an upload; captures made of it keep their recordings."""
    studio.uploads.remove(upload_id)
    return Response(status_code=204)


@router.post("/checks", status_code=202)
def check(studio: Opened, new: NewCheck) -> Started:
    """Begin a check of two uploads."""
    return Started(id=studio.checks.add(new.dry, new.wet, repair=new.repair, delay=new.delay))


@router.get("/checks/{check_id}")
def checked(studio: Opened, check_id: Id) -> CheckDocument:
    """Where a check stands, and what it found."""
    return CheckDocument(**studio.checks.get(check_id))


@router.get("/recipes")
def recipes() -> list[RecipeDocument]:
    """The recipes that come with Triode."""
    return list(recipe_documents())


@router.get("/devices")
async def devices(
    studio: Opened,
) -> Devices:
    """The sound devices there are."""
    errand = studio.errands.run("devices", {"kind": "devices"}, at_once=True)
    try:
        over = await waited_for(errand, _MOST_SECONDS)
    except RequestError as error:
        return Devices(message=str(error))
    if not over:
        return Devices(message="The sound system does not answer.")
    found = Devices(**errand.result)
    if not found.inputs or not found.outputs:
        side = "input" if found.outputs else "output" if found.inputs else "sound"
        found.message = f"There is no {side} device. Connect one and look again."
    return found


@router.post("/recordings", status_code=202)
def record(studio: Opened, new: NewTake) -> Take:
    """Play an upload, or Triode's own signal, through the gear: set the level, or record it."""
    connection = new.model_dump(
        include={
            *("rate_hz", "input_device", "output_device"),
            *("input_channel", "output_channel"),
        }
    )
    return studio.takes.add(
        dry=new.dry,
        minutes=new.minutes,
        allow_clipping=new.allow_clipping,
        level_only=new.level_only,
        connection=connection,
    )


@router.get("/recordings/{take_id}")
def take(studio: Opened, take_id: Id) -> Take:
    """Where a take stands."""
    return studio.takes.get(take_id)


@router.post("/recordings/{take_id}/stop")
def stop(studio: Opened, take_id: Id) -> Take:
    """End a take and keep what there is of it."""
    return studio.takes.stop(take_id)
