"""Captures: list, make, change, stop, go on, delete, download."""

import re
import unicodedata
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from triode.studio.curve import CurvePoint, training_curve
from triode.studio.documents import (
    CaptureChanges,
    CaptureDocument,
    Id,
    NewCapture,
    NewImport,
)
from triode.studio.routes.answers import LATER, BinaryFile, page_response
from triode.studio.routes.opened import Opened
from triode.web import RequestError

__all__ = ["router"]

_MOST_COMPARED = 8


class CaptureWithCurve(CaptureDocument):
    """A capture with the course of its training."""

    curve: list[CurvePoint]


router = APIRouter(prefix="/api")


@router.get("/captures")
def listed(
    studio: Opened,
    search: Annotated[str, Query(max_length=200)] = "",
    tag: Annotated[str | None, Query(max_length=100)] = None,
    deleted: Annotated[bool, Query()] = False,  # noqa: FBT002 - named in the query
) -> list[CaptureDocument]:
    """Those that hold every word and the tag, the newest first; or those in the bin."""
    found = studio.captures.find(search, tag or None, deleted=deleted)
    return [studio.document(capture) for capture in found]


@router.get("/tags")
def tags(studio: Opened) -> list[str]:
    """Every tag in use."""
    return studio.captures.tags()


@router.post("/captures", status_code=201)
def add(studio: Opened, new: NewCapture) -> CaptureDocument:
    """Put a capture of two uploads into the queue."""
    capture = studio.add_capture(
        dry=new.dry,
        wet=new.wet,
        recipe=new.recipe,
        epochs=new.epochs,
        until=new.until,
        name=new.name,
        metadata=new.metadata,
        tags=new.tags,
        options={"repair": new.repair, "delay_samples": new.delay},
    )
    return studio.document(capture)


@router.post("/captures/import", status_code=201)
def add_file(studio: Opened, new: NewImport) -> CaptureDocument:
    """Put a `.nam` file that was sent into the library."""
    return studio.document(studio.import_capture(new.upload, new.name))


@router.get("/captures/{capture_id}")
def one(studio: Opened, capture_id: Id) -> CaptureWithCurve:
    """One capture, with the course of its training."""
    capture = studio.captures.get(capture_id)
    curve = training_curve(studio.folders.capture(capture_id).log)
    return CaptureWithCurve(**studio.document(capture).model_dump(), curve=curve)


@router.patch("/captures/{capture_id}")
def edit(studio: Opened, capture_id: Id, changes: CaptureChanges) -> CaptureDocument:
    """Change name, metadata or tags; the file says the same at once."""
    return studio.document(studio.edit_capture(capture_id, changes.model_dump()))


@router.delete("/captures/{capture_id}")
def delete(studio: Opened, capture_id: Id) -> CaptureDocument:
    """Put it into the bin."""
    return studio.document(studio.delete_capture(capture_id))


@router.post("/captures/{capture_id}/restore")
def restore(studio: Opened, capture_id: Id) -> CaptureDocument:
    """Take it out of the bin."""
    return studio.document(studio.restore_capture(capture_id))


@router.post("/captures/{capture_id}/stop")
def stop(studio: Opened, capture_id: Id) -> CaptureDocument:
    """Stop its training and keep the best so far."""
    return studio.document(studio.queue.stop(capture_id))


@router.post("/captures/{capture_id}/resume")
def resume(studio: Opened, capture_id: Id) -> CaptureDocument:
    """Go on with its training where it was."""
    return studio.document(studio.queue.resume(capture_id))


@router.get("/captures/{capture_id}/model.nam", response_class=BinaryFile)
def download(studio: Opened, capture_id: Id) -> Response:
    """The file, named as the capture is."""
    capture = studio.captures.get(capture_id)
    model = studio.folders.capture(capture_id).model
    if not model.is_file():
        raise RequestError("there is no file yet", status=409, hint="Wait, or stop it early.")
    headers = {"content-disposition": _disposition(f"{capture.name}.nam")}
    return BinaryFile(model, headers=headers)


@router.get("/captures/{capture_id}/report", response_class=HTMLResponse, responses=LATER)
def report(studio: Opened, capture_id: Id) -> Response:
    """The page about it; 202 while it is made."""
    return page_response(studio.pages.report(studio.captures.get(capture_id)))


@router.get("/compare", response_class=HTMLResponse, responses=LATER)
def compare(studio: Opened, ids: Annotated[str, Query(max_length=400)]) -> Response:
    """The page about several, their ids separated by commas; 202 while it is made."""
    listed_ids = list(dict.fromkeys(ids.split(",")))
    if not 1 <= len(listed_ids) <= _MOST_COMPARED:
        raise RequestError(
            "too many to compare", expected=f"{_MOST_COMPARED} or fewer", got=len(listed_ids)
        )
    found = [studio.captures.get(one_id) for one_id in listed_ids]
    return page_response(studio.pages.comparison(found))


def _disposition(name: str) -> str:
    """A header that names a file, for old readers too (RFC 6266)."""
    flat = re.sub(r'[/\\:*?"<>|]', "-", name)
    plain = unicodedata.normalize("NFKD", flat).encode("ascii", "ignore").decode()
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(flat, safe='')}"
