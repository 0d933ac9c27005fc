"""Links by which people take part."""

from urllib.parse import urlsplit

from triode.errors import ListeningError
from triode.listening.prepared import PreparedTest
from triode.listening.store import AnswerStore

__all__ = ["MOST_INVITATIONS", "invite", "participant_link", "public_address"]

MOST_INVITATIONS = 500
"""How many are made at once."""


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
