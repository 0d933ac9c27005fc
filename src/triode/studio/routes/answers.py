"""What several routes answer in the same way."""

import asyncio
import time
from pathlib import Path

from fastapi.responses import FileResponse, JSONResponse, Response

from triode.studio.errands import Errand
from triode.web import RequestError, sandboxed_policy

__all__ = ["page_response", "raise_failure", "waited_for"]

_POLL_SECONDS = 0.05


def page_response(found: Path | Errand) -> Response:
    """A page that is one file, or word that it is being made (202).

    It runs in an origin of its own, whatever is in it.

    Raises:
        RequestError: It cannot be made.
    """
    if isinstance(found, Errand):
        raise_failure(found)
        return JSONResponse({"state": "running"}, status_code=202)
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
