"""Running a server: an address to listen at, a word about it, and a clean end."""

import contextlib
import socket
import webbrowser
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from triode.errors import WebError
from triode.web.access import Access

__all__ = ["bind", "serve"]

_GRACE_SECONDS = 3
_BACKLOG = 128


def bind(host: str, port: int) -> socket.socket:
    """Take the address; port 0 takes any that is free, which `getsockname` then tells.

    Raises:
        WebError: There is no such address here, or the port is taken.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        taken = socket.create_server(address, family=family, backlog=_BACKLOG)
    except OSError as error:
        raise WebError(
            "the address cannot be served",
            where=f"{host}:{port}",
            got=error.strerror or error,
            hint="Choose another port with --port, or end the program that has it.",
        ) from error
    return taken


def serve(
    app: Callable[..., Any],
    listening: socket.socket,
    access: Access,
    *,
    announce: Callable[[str], None],
    open_browser: bool = False,
    before_exit: Callable[[], None] = lambda: None,
) -> None:
    """Answer requests until Ctrl-C or SIGTERM, which end it without an error.

    Args:
        app: The ASGI application, its `Guard` around it.
        listening: From `bind`; closed at the end.
        access: Whose address is told.
        announce: Hears the address to open, once the server answers.
        open_browser: Open it in the default browser.
        before_exit: Called when the server is told to end and before it waits for what it is
            still answering: streams of events must be closed here.
    """
    import uvicorn

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            # uvicorn raises the signal once more when it is done, which would be a failure.
            with super().capture_signals():
                yield
                self._captured_signals.clear()

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            before_exit()
            super().handle_exit(sig, frame)

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if not self.should_exit:
                announce(access.address)
                if open_browser:
                    webbrowser.open(access.address)

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    with listening:
        Server(config).run(sockets=[listening])
