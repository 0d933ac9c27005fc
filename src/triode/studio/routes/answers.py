"""What several routes answer in the same way."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from fastapi.responses import FileResponse, JSONResponse, Response
from pydantic import BaseModel

from triode.studio.errands import Errand
from triode.web import RequestError, sandboxed_policy

__all__ = [
    "ERRORS",
    "LATER",
    "BinaryFile",
    "WasmFile",
    "WavFile",
    "page_response",
    "raise_failure",
    "waited_for",
]

_POLL_SECONDS = 0.05


class ErrorParts(BaseModel):
    """What went wrong, and what to do; see `triode.web.error_document`."""

    message: str
    problem: str | None = None
    expected: str | None = None
    got: str | None = None
    hint: str | None = None


def json_answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    """An answer as the schema lists it: JSON, whatever else the route answers."""
    return {"description": description, "content": {"application/json": {"schema": schema}}}


_ERROR: Final = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": ErrorParts.model_json_schema()},
}

ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: json_answer(description, _ERROR)
    for status, description in {
        400: "The request makes no sense, or comes under a wrong name",
        401: "There is no session",
        403: "The request comes from a foreign page",
        404: "There is no such thing",
        409: "It cannot be done now",
        413: "Too much was sent",
        415: "It is neither sound nor a capture",
        422: "Something that was sent cannot be right",
        503: "It takes longer than it may",
        507: "The disk is full",
    }.items()
}
"""What every route may answer besides what it is for."""


class _KnownFile(FileResponse):
    """A file of one kind, whatever the system thinks of its name."""

    def __init__(
        self, path: Path, status_code: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(path, status_code, headers, self.media_type)


class WavFile(_KnownFile):
    """Sound."""

    media_type = "audio/wav"


class WasmFile(_KnownFile):
    """A compiled module."""

    media_type = "application/wasm"


class BinaryFile(_KnownFile):
    """A file to keep."""

    media_type = "application/octet-stream"


class MadeLater(BaseModel):
    """Word that something is being made; ask again."""

    state: Literal["running"] = "running"


LATER: Final[dict[int | str, dict[str, Any]]] = {
    202: json_answer("It is being made; ask again", MadeLater.model_json_schema())
}


def page_response(found: Path | Errand) -> Response:
    """A page that is one file, or word that it is being made (202).

    It runs in an origin of its own, whatever is in it.

    Raises:
        RequestError: It cannot be made.
    """
    if isinstance(found, Errand):
        raise_failure(found)
        return JSONResponse(MadeLater().model_dump(), status_code=202)
    headers = {"content-security-policy": sandboxed_policy()}
    return FileResponse(found, media_type="text/html; charset=utf-8", headers=headers)


async def waited_for(errand: Errand, seconds: float) -> bool:
    """Whether the errand ended in that time.

    Raises:
        RequestError: It failed.
    """
    # Asked now and then, since a thread that waits would be missing elsewhere.
    end = time.monotonic() + seconds
    while not errand.over.is_set() and time.monotonic() < end:
        await asyncio.sleep(_POLL_SECONDS)
    raise_failure(errand)
    return errand.over.is_set()


def raise_failure(errand: Errand) -> None:
    """Say why an errand failed, if it did.

    Raises:
        RequestError: It did.
    """
    if errand.state == "failed":
        raise RequestError(
            errand.error.get("problem") or errand.error["message"],
            expected=errand.error.get("expected"),
            got=errand.error.get("got"),
            hint=errand.error.get("hint"),
        )
