"""Server-sent events (HTML standard, section 9.2): what happens, told to every open page."""

import asyncio
import collections
import json
import secrets
import threading
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fastapi.responses import StreamingResponse

__all__ = ["Broadcast"]

_KEPT: Final = 2000
_HEARTBEAT_SECONDS = 15.0
_RETRY_MILLISECONDS = 1000


class Broadcast:
    """Tells every subscriber what is published, from any thread.

    Every event has an id. A page that lost its connection says which one it heard last and gets
    those since; when they are no longer known, or the server was started anew, it gets an event
    "missed" and has to ask for everything again.

    Args:
        kept: How many events are kept for pages that come back.
        heartbeat_seconds: After so long without an event a comment keeps the connection open.
    """

    def __init__(self, kept: int = _KEPT, heartbeat_seconds: float = _HEARTBEAT_SECONDS) -> None:
        self._era = secrets.token_hex(4)
        self._events: collections.deque[tuple[int, bytes]] = collections.deque(maxlen=kept)
        self._count = 0
        self._heartbeat_seconds = heartbeat_seconds
        # The end of the server is heard of in a signal's handler, which may interrupt us anywhere.
        self._lock = threading.RLock()
        self._wakers: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._closed = False

    def publish(self, kind: str, data: object) -> None:
        """Tell all subscribers.

        Args:
            kind: The event's name.
            data: What `json.dumps` takes.
        """
        text = json.dumps(data, separators=(",", ":"), allow_nan=False)
        with self._lock:
            self._count += 1
            identity = f"{self._era}-{self._count}"
            content = f"id: {identity}\nevent: {kind}\ndata: {text}\n\n".encode()
            self._events.append((self._count, content))
            self._wake()

    def close(self) -> None:
        """End every stream, now and later; for the server's end."""
        with self._lock:
            self._closed = True
            self._wake()

    async def stream(self, last_id: str | None = None) -> AsyncIterator[bytes]:
        """What a subscriber is sent.

        Args:
            last_id: The header Last-Event-ID, if there is one.
        """
        waker = asyncio.get_running_loop(), asyncio.Event()
        with self._lock:
            self._wakers.add(waker)
            position, missed = self._position(last_id)
        try:
            yield f"retry: {_RETRY_MILLISECONDS}\n\n".encode()
            if missed:
                yield self._missed(position)
            while not self._closed:
                waker[1].clear()
                with self._lock:
                    since = [one for one in self._events if one[0] > position]
                if since and since[0][0] > position + 1:
                    yield self._missed(since[0][0] - 1)
                for number, content in since:
                    position = number
                    yield content
                if not since and not await _within(waker[1], self._heartbeat_seconds):
                    yield b": here\n\n"
        finally:
            with self._lock:
                self._wakers.discard(waker)

    def response(self, last_id: str | None = None) -> "StreamingResponse":
        """The stream as the answer to a request."""
        from fastapi.responses import StreamingResponse

        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(
            self.stream(last_id), media_type="text/event-stream", headers=headers
        )

    def _missed(self, position: int) -> bytes:
        return f"id: {self._era}-{position}\nevent: missed\ndata: {{}}\n\n".encode()

    def _position(self, last_id: str | None) -> tuple[int, bool]:
        """After which event to begin, and whether some were missed for good."""
        if last_id is None:
            return self._count, False
        era, _, number = last_id.partition("-")
        oldest = self._events[0][0] if self._events else self._count + 1
        known = era == self._era and number.isdecimal() and len(number) < 19
        if known and oldest - 1 <= int(number) <= self._count:
            return int(number), False
        return self._count, True

    def _wake(self) -> None:
        for loop, event in self._wakers:
            loop.call_soon_threadsafe(event.set)


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
