"""The few shapes of the ASGI interface (asgi.readthedocs.io) that our middleware speaks."""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any

__all__ = ["Application", "Message", "Receive", "Scope", "Send", "headers_of", "send_answer"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def headers_of(scope: Scope) -> dict[str, list[str]]:
    """The headers of a request by name in small letters."""
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


async def send_answer(
    send: Send,
    status: int,
    body: str | Mapping[str, object],
    headers: Sequence[tuple[str, str]] = (),
    content_type: str = "text/html; charset=utf-8",
) -> None:
    """Answer a request with a page or another text, or, when `body` is none, with JSON."""
    if isinstance(body, str):
        content = body.encode()
    else:
        content, content_type = json.dumps(body).encode(), "application/json"
    listed = [
        ("content-type", content_type),
        ("content-length", str(len(content))),
        *headers,
    ]
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (name.encode("latin-1"), value.encode("latin-1")) for name, value in listed
            ],
        }
    )
    await send({"type": "http.response.body", "body": content})
