"""No request may send more than it needs."""

from typing import Final

from triode.web.asgi import Application, Message, Receive, Scope, Send, headers_of, send_answer
from triode.web.paths import Paths

__all__ = ["BodyLimit"]

_DEFAULT_BYTES: Final = 1 << 20


class BodyLimit:
    """Middleware that answers 413 to bodies over the limit, whether they say so first or not.

    Args:
        app: What answers.
        limit_bytes: The longest body.
        unlimited: Paths that limit what they take themselves, as uploads to disk do.
    """

    def __init__(
        self,
        app: Application,
        limit_bytes: int = _DEFAULT_BYTES,
        unlimited: Paths = Paths(),  # noqa: B008 - frozen
    ) -> None:
        self._app = app
        self._limit_bytes = limit_bytes
        self._unlimited = unlimited

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http" or scope["path"] in self._unlimited:
            await self._app(scope, receive, send)
            return
        declared = headers_of(scope).get("content-length", ["0"])[0]
        if declared.isdecimal() and int(declared) > self._limit_bytes:
            await self._refuse(send)
            return
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if len(body) > self._limit_bytes:
                await self._refuse(send)
                return
            if not message.get("more_body", False):
                break
        await self._app(scope, _given_first(body, receive), send)

    async def _refuse(self, send: Send) -> None:
        message = f"the request is longer than {self._limit_bytes} bytes"
        await send_answer(
            send, 413, {"error": {"message": message}}, headers=[("connection", "close")]
        )


def _given_first(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the whole body and then what `receive` gives."""
    waiting = [body]

    async def receive_again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return receive_again
