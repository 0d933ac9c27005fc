"""Running the server of a listening test until it is told to stop."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from triode.listening.prepared import PreparedTest
from triode.listening.serve.application import listening_application
from triode.listening.serve.invitations import own_address, public_address
from triode.listening.serve.settings import Settings
from triode.listening.store import AnswerStore
from triode.web import access_for, bind, serve

__all__ = ["Serving", "run"]


@dataclass(frozen=True, kw_only=True)
class Serving:
    """Where and to whom a test is served.

    Attributes:
        host: The address that is bound.
        port: The port; 0 for any that is free.
        password: What the experimenter must know; needed for any address but this machine's own.
        address: Under which address participants reach the server when that is another one, such
            as `https://listen.example.org`: that of a proxy before it, whose word on who is asking
            is then believed.
        open_to_all: Whether anyone may take part, without an invitation.
        most_participants: How many may join in that way.
        open_browser: Whether to open the experimenter's page.
    """

    host: str
    port: int
    password: str | None
    address: str | None
    open_to_all: bool
    most_participants: int
    open_browser: bool


def run(
    folder: Path, storage: str | None, serving: Serving, announce: Callable[[str], None]
) -> None:
    """Serve a prepared test until Ctrl-C or SIGTERM.

    Args:
        folder: The prepared test.
        storage: The address of the answers' database; a file in the folder without it.
        serving: Where and to whom.
        announce: Told the addresses once the server answers.

    Raises:
        ListeningError: The test or the storage cannot be used.
        WebError: The address cannot be served, or needs a password.
    """
    test = PreparedTest.open(folder)
    store = AnswerStore(storage or test.default_store_url)
    proxy = None if serving.address is None else public_address(serving.address)
    with bind(serving.host, serving.port) as listening:
        port = listening.getsockname()[1]
        names = () if proxy is None else (urlsplit(proxy).hostname or "",)
        access = access_for(serving.host, port, serving.password, names)
        settings = Settings(
            open_to_all=serving.open_to_all,
            most_participants=serving.most_participants,
            address=proxy or own_address(serving.host, port),
            behind_proxy=proxy is not None,
        )

        def tell(address: str) -> None:
            yours = f"Your page, with invitations and progress: {address}"
            everyones = f"\nAnyone may take part: {settings.open_link}"
            announce(yours + everyones * settings.open_to_all)

        serve(
            listening_application(test, store, settings, access),
            listening,
            access,
            announce=tell,
            open_browser=serving.open_browser,
        )
    store.close()
