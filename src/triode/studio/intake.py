"""From the body of a request to an upload that is known to be what it says."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from triode.studio.errands import Errand
from triode.studio.uploads import Upload
from triode.web import Content, RequestError, display_name, receive

if TYPE_CHECKING:
    from triode.studio.studio import Studio

__all__ = ["take_in"]

_MOST_BYTES: Final = 2 << 30
_MOST_SECONDS: Final = 300.0
_POLL_SECONDS: Final = 0.02


async def take_in(
    studio: "Studio", chunks: AsyncIterator[bytes], *, name: str, declared_bytes: int | None
) -> Upload:
    """Write a body to disk, have it looked at by a process of its own, and keep it.

    Args:
        studio: Whose library it goes into.
        chunks: The body.
        name: What the sender calls it.
        declared_bytes: What the request says of its length, if it does.

    Raises:
        RequestError: It is too long, empty, damaged, or no sound and no capture.
    """
    received = await receive(
        chunks, studio.folders.uploads, limit_bytes=_MOST_BYTES, declared_bytes=declared_bytes
    )
    try:
        errand = studio.errands.run(
            f"examine {received.id}",
            {"kind": "examine", "path": str(received.path)},
            at_once=True,
        )
        end = time.monotonic() + _MOST_SECONDS
        while not errand.over.is_set() and time.monotonic() < end:
            await asyncio.sleep(_POLL_SECONDS)
        _refuse(errand, received.content)
        upload = Upload(
            id=received.id, name=display_name(name), bytes=received.bytes, **errand.result
        )
        studio.uploads.add(upload)
    except BaseException:
        received.path.unlink(missing_ok=True)
        raise
    return upload


def _refuse(errand: Errand, content: Content) -> None:
    """Raise what was found wrong with a file, or that looking at it came to no end."""
    if errand.state != "done":
        kind = "capture" if content is Content.JSON else "recording"
        raise RequestError(
            errand.error.get("problem") or f"the {kind} cannot be read",
            expected=errand.error.get("expected"),
            got=errand.error.get("got"),
            hint=errand.error.get("hint"),
        )
