"""What plays captures in the page: modules, passages, riffs, cabinets."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel

from triode.studio.documents import Id
from triode.studio.loudness import TARGET_LUFS
from triode.studio.routes.answers import WasmFile, WavFile, waited_for
from triode.studio.routes.opened import Opened
from triode.studio.sounds import (
    CABINET_TITLE,
    RIFFS,
    cabinet_wav,
    impulse_response_wav,
    riff_wav,
)
from triode.web import RequestError

__all__ = ["router"]

_MOST_SECONDS = 120.0
_OWN_CABINET = "synthetic"


class PlayedSize(BaseModel):
    """One size to play: its module, and what makes it as loud as everything else."""

    name: str
    wasm: str
    gain_db: float
    loudness_lufs: float | None


class Passage(BaseModel):
    """What it was judged by, or a riff where there is no recording: then `wet` is null."""

    dry: str
    wet: str | None
    seconds: float


class Level(BaseModel):
    """Loudness after BS.1770: what everything is brought to, and what the recordings need."""

    target_lufs: float
    dry_gain_db: float
    dry_loudness_lufs: float | None
    wet_gain_db: float | None
    wet_loudness_lufs: float | None


class Audition(BaseModel):
    """All that a page needs to play a capture."""

    rate_hz: int
    sizes: list[PlayedSize]
    passage: Passage
    level: Level


class RiffDocument(BaseModel):
    """Something to play."""

    name: str
    title: str
    seconds: float
    url: str


class Cabinet(BaseModel):
    """An impulse response; `synthetic` ones are made by code."""

    id: str
    title: str
    synthetic: bool
    url: str


router = APIRouter(prefix="/api")


@router.get("/captures/{capture_id}/audition")
async def audition(studio: Opened, capture_id: Id) -> Audition:
    """What is needed to play a capture; made on first demand, which takes some seconds."""
    capture = studio.captures.get(capture_id)
    if not studio.folders.capture(capture_id).model.is_file():
        raise RequestError("the capture cannot be played yet", status=409)
    found = studio.auditions.made(capture)
    if found is None:
        errand = studio.auditions.make(capture)
        if not await waited_for(errand, _MOST_SECONDS):
            raise RequestError("the modules take long to make", status=503, hint="Try again.")
        found = dict(errand.result)
    base = f"/api/captures/{capture_id}/audition"
    wet = found["wet"]
    return Audition(
        rate_hz=found["rate_hz"],
        sizes=[
            PlayedSize(
                name=size["name"],
                wasm=f"{base}/{size['name']}/model.wasm",
                gain_db=size["gain_db"],
                loudness_lufs=size["loudness_lufs"],
            )
            for size in found["sizes"]
        ],
        passage=Passage(
            dry=f"{base}/passage/dry.wav",
            wet=None if wet is None else f"{base}/passage/wet.wav",
            seconds=found["seconds"],
        ),
        level=Level(
            target_lufs=TARGET_LUFS,
            dry_gain_db=found["dry"]["gain_db"],
            dry_loudness_lufs=found["dry"]["loudness_lufs"],
            wet_gain_db=None if wet is None else wet["gain_db"],
            wet_loudness_lufs=None if wet is None else wet["loudness_lufs"],
        ),
    )


@router.get("/captures/{capture_id}/audition/{size}/model.wasm", response_class=WasmFile)
def module(studio: Opened, capture_id: Id, size: Annotated[str, Path(max_length=40)]) -> Response:
    """One size as WebAssembly, as `triode build --target wasm` makes it."""
    found = studio.auditions.made(studio.captures.get(capture_id))
    key = next(
        (one["module"] for one in (found or {"sizes": []})["sizes"] if one["name"] == size),
        None,
    )
    if key is None:
        raise RequestError("there is no such module", status=404, hint="Ask for /audition.")
    return WasmFile(studio.auditions.module(key))


@router.get("/captures/{capture_id}/audition/passage/{side}.wav", response_class=WavFile)
def passage(studio: Opened, capture_id: Id, side: Literal["dry", "wet"]) -> Response:
    """The passage it was judged by, dry or wet, the one lying over the other."""
    path = studio.auditions.passage(studio.captures.get(capture_id), side)
    if not path.is_file():
        raise RequestError("there is no such passage", status=404, hint="Ask for /audition.")
    return WavFile(path)


@router.get("/riffs")
def riffs() -> list[RiffDocument]:
    """Something to play, made by code."""
    return [
        RiffDocument(name=name, title=one.title, seconds=one.seconds, url=f"/api/riffs/{name}.wav")
        for name, one in RIFFS.items()
    ]


@router.get("/riffs/{name}.wav", response_class=WavFile)
def riff(studio: Opened, name: Annotated[str, Path(max_length=40)]) -> Response:
    """One riff, dry, mono, 48 kHz."""
    if name not in RIFFS:
        raise RequestError("there is no such riff", status=404)
    return WavFile(riff_wav(name, studio.folders.cache))


@router.get("/cabinets")
def cabinets(
    studio: Opened,
) -> list[Cabinet]:
    """The cabinet made by code, and every upload that is short enough to be one."""
    own = Cabinet(
        id=_OWN_CABINET,
        title=CABINET_TITLE,
        synthetic=True,
        url=f"/api/cabinets/{_OWN_CABINET}.wav",
    )
    sent = [
        Cabinet(id=one.id, title=one.name, synthetic=False, url=f"/api/cabinets/{one.id}.wav")
        for one in studio.uploads.impulse_responses()
    ]
    return [own, *sent]


@router.get("/cabinets/{cabinet_id}.wav", response_class=WavFile)
def cabinet(
    studio: Opened, cabinet_id: Annotated[str, Path(pattern="^(synthetic|[0-9a-f]{20})$")]
) -> Response:
    """One impulse response, mono."""
    if cabinet_id == _OWN_CABINET:
        return Response(cabinet_wav(), media_type=WavFile.media_type)
    upload = studio.uploads.audio(cabinet_id)
    if not upload.is_impulse_response:
        raise RequestError("there is no such cabinet", status=404)
    content = impulse_response_wav(studio.uploads.path(upload.id))
    return Response(content, media_type=WavFile.media_type)
