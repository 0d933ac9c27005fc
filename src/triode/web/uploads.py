"""What a browser sends, streamed to a file of ours under a name of ours."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from triode.web.errors import RequestError
from triode.web.names import new_id

__all__ = ["Content", "Received", "receive", "remove_leftovers", "sniff"]

_INCOMING: Final = ".incoming-"
_WRITE_BYTES = 1 << 20
_KEEP_FREE_BYTES = 1 << 30
_HEAD_BYTES = 4096


class Content(StrEnum):
    """What a file is by its first bytes."""

    AUDIO = "audio"
    JSON = "json"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Received:
    """A file that came in: a random id, which is its name in the folder, and what is known."""

    id: str
    path: Path
    bytes: int
    content: Content


def sniff(head: bytes) -> Content:
    """What a file is that begins with `head`: RIFF, RF64, W64, AIFF or FLAC, or a JSON object."""
    if head[:4] in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE":
        return Content.AUDIO
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return Content.AUDIO
    if head[:4] in {b"fLaC", b"riff"}:
        return Content.AUDIO
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return Content.JSON
    return Content.UNKNOWN


async def receive(
    chunks: AsyncIterator[bytes],
    folder: Path,
    *,
    limit_bytes: int,
    declared_bytes: int | None = None,
    keep_free_bytes: int = _KEEP_FREE_BYTES,
) -> Received:
    """Write a request's body to a file in `folder`; whatever goes wrong leaves nothing there.

    Args:
        chunks: The body, for example `request.stream()`.
        folder: Where it goes; the server's own.
        limit_bytes: The longest body.
        declared_bytes: What the request says of its length, if it does.
        keep_free_bytes: How much of the disk is to stay free.

    Raises:
        RequestError: Longer than the limit (413) or than the disk has room for (507), empty, or
            neither audio nor JSON (415).
    """
    if declared_bytes is not None and declared_bytes > limit_bytes:
        raise _too_long(limit_bytes)
    name = new_id()
    temporary = folder / f"{_INCOMING}{name}"
    try:
        with temporary.open("xb") as file:
            head, count, waiting = b"", 0, bytearray()
            room = shutil.disk_usage(folder).free - keep_free_bytes
            async for chunk in chunks:
                count += len(chunk)
                if count > limit_bytes:
                    raise _too_long(limit_bytes)
                if count > room:
                    raise RequestError(
                        "the disk has no room for the file",
                        status=507,
                        hint="Delete what is not needed and try again.",
                    )
                waiting += chunk
                if len(head) < _HEAD_BYTES:
                    head = bytes(waiting[:_HEAD_BYTES])
                    _refuse_unknown(head)
                if len(waiting) >= _WRITE_BYTES:
                    await asyncio.to_thread(file.write, waiting)
                    waiting = bytearray()
            file.write(waiting)
        content = _refuse_empty(head)
        path = folder / name
        temporary.rename(path)
    finally:
        temporary.unlink(missing_ok=True)
    return Received(id=name, path=path, bytes=count, content=content)


def remove_leftovers(folder: Path) -> None:
    """Remove what a server that was killed had begun to receive."""
    for path in folder.glob(f"{_INCOMING}*"):
        path.unlink(missing_ok=True)


def _refuse_unknown(head: bytes) -> None:
    """Refuse what is neither audio nor JSON as soon as enough of it is there to tell."""
    if len(head) >= 12 and sniff(head) is Content.UNKNOWN and head.strip():
        raise _unknown()


def _refuse_empty(head: bytes) -> Content:
    if not head:
        raise RequestError("the file is empty", expected="audio or a .nam file")
    content = sniff(head)
    if content is Content.UNKNOWN:
        raise _unknown()
    return content


def _unknown() -> RequestError:
    return RequestError(
        "this is neither audio nor a capture",
        status=415,
        expected="WAV, AIFF or FLAC, or a .nam file",
    )


def _too_long(limit_bytes: int) -> RequestError:
    return RequestError(
        "the file is too long", status=413, expected=f"at most {limit_bytes >> 20} MiB"
    )
