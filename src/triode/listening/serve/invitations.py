"""Links by which people take part."""

import contextlib
import socket
from urllib.parse import urlsplit

from triode.errors import ListeningError
from triode.listening.prepared import PreparedTest
from triode.listening.store import AnswerStore

__all__ = ["MOST_INVITATIONS", "invite", "own_address", "participant_link", "public_address"]

MOST_INVITATIONS = 500
"""How many are made at once."""

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to
_ELSEWHERE = ("192.0.2.1", 9)  # an address for documentation (RFC 5737), never reached


def invite(test: PreparedTest, store: AnswerStore, address: str, count: int) -> list[str]:
    """Links for `count` new participants, each good for one person.

    Args:
        test: The test, which need not be served yet.
        store: Where its answers are kept.
        address: From `public_address`.
        count: How many.
    """
    store.register(test)
    return [participant_link(address, store.join(test, invited=True).token) for _ in range(count)]


def participant_link(address: str, token: str) -> str:
    """Where the participant of a token takes part."""
    return f"{address}/i/{token}"


def own_address(host: str, port: int) -> str:
    """Where a server that listens at `host` and `port` is reached, as links begin with it.

    One that listens everywhere is reached under the address by which this machine would speak to
    others; nothing is sent to find that out.
    """
    if host in _EVERYWHERE:
        host = socket.gethostname()
        with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as to_others:
            to_others.connect(_ELSEWHERE)
            host = to_others.getsockname()[0]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def public_address(text: str) -> str:
    """An address as participants' links begin with it, without a slash at the end.

    Raises:
        ListeningError: It is none.
    """
    parts = urlsplit(text)
    plain = not (parts.query or parts.fragment or parts.path.strip("/") or parts.username)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
        raise ListeningError(
            "participants cannot be sent to this address",
            expected="one such as https://listen.example.org, without a path",
            got=text,
        )
    return f"{parts.scheme}://{parts.netloc}"
