"""Who may come in: from where, under which host name, and with which secret."""

import ipaddress
import secrets
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from triode.errors import WebError

__all__ = ["Access", "access_for", "is_loopback"]

_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to
_SHORTEST_PASSWORD = 8


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who may come in.

    Attributes:
        host: The address that is bound.
        port: The port that is bound.
        names: Host names under which pages may be asked for, without a port.
        any_address: Whether a bare IP address is good as a host name too. No name server can be
            made to lie about those, so that a server on all addresses need not know its own.
        token: What the session's cookie holds; new at every start.
        password: What whoever comes from elsewhere must know; None on this machine's own address,
            where the token comes with the address that is printed.
    """

    host: str
    port: int
    names: frozenset[str]
    any_address: bool
    token: str = field(repr=False)
    password: str | None = field(default=None, repr=False)

    @property
    def cookie(self) -> str:
        """The cookie's name. Browsers keep cookies by host and not by port, hence the number."""
        return f"triode-{self.port}"

    @property
    def address(self) -> str:
        """What to open in a browser; without a password it holds the token."""
        host = "127.0.0.1" if self.host in _EVERYWHERE else self.host
        shown = f"[{host}]" if ":" in host else host
        query = "" if self.password is not None else f"?token={self.token}"
        return f"http://{shown}:{self.port}/{query}"

    def allows_host(self, header: str) -> bool:
        """Whether a request may carry this Host header: the defence against DNS rebinding."""
        try:
            parts = urlsplit(f"//{header}")
            port = parts.port
        except ValueError:
            return False
        if parts.netloc != header or parts.username is not None or not parts.hostname:
            return False
        name = parts.hostname
        if name in self.names and name not in {"localhost", *_LOOPBACK_NAMES}:
            # A name that was given may be that of a proxy before us, with a port of its own.
            return True
        spelled = f"[{name}]" if ":" in name else name
        known = spelled in self.names or (self.any_address and _is_address(name))
        return known and port == self.port

    def accepts_token(self, text: str) -> bool:
        """Whether `text` is the token; takes the same time however much of it is right."""
        return secrets.compare_digest(text.encode(), self.token.encode())

    def accepts_password(self, text: str) -> bool:
        """Whether `text` is the password; False where there is none."""
        return self.password is not None and secrets.compare_digest(
            text.encode(), self.password.encode()
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def access_for(
    host: str, port: int, password: str | None = None, names: tuple[str, ...] = ()
) -> Access:
    """Decide who may come in.

    Args:
        host: The address that is bound.
        port: The port that is bound.
        password: Demanded for any address but this machine's own.
        names: Further host names under which pages are asked for, such as that of a proxy.

    Raises:
        WebError: An address that others reach without a password, or with a short one.
    """
    local = is_loopback(host)
    if password is None and not local:
        raise WebError(
            "an address that other machines reach needs a password",
            got=host,
            hint="Give one, or leave the address away to serve this machine only.",
        )
    if password is not None and len(password) < _SHORTEST_PASSWORD:
        raise WebError(
            "the password is too short",
            expected=f"{_SHORTEST_PASSWORD} characters or more",
            got=len(password),
        )
    own = () if local else (socket.gethostname().lower(), host)
    return Access(
        host=host,
        port=port,
        names=frozenset((*_LOOPBACK_NAMES, *own, *(name.lower() for name in names))),
        any_address=not local,
        token=secrets.token_urlsafe(32),
        password=password,
    )


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
