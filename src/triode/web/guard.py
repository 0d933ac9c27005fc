"""What stands before every request: host, origin, session, and the headers of every answer.

A page on another site can make a browser send requests to this machine, with cookies; and a name
of that site can be made to mean this machine (DNS rebinding). Hence the host must be one of ours,
what changes anything must come from a page of ours, and everything else needs the session's
cookie, which no page of another site can make a browser send.
"""

from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qs

from triode.web.access import Access
from triode.web.asgi import Application, Message, Receive, Scope, Send, headers_of, send_answer
from triode.web.door import CLOSED_PAGE, STYLE_PATH, Door
from triode.web.headers import security_headers
from triode.web.paths import Paths

__all__ = ["Guard"]

_SAFE: Final = ("GET", "HEAD", "OPTIONS")
_POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1


class Guard:
    """Middleware that lets through what `access` allows.

    `GET /?token=…` with the right token, or `POST /login` with the right password, begins a
    session. A request that is refused gets 400 (host), 403 (origin) or 401 (session).

    Args:
        app: What answers.
        access: Who may come in.
        public: Paths that need no session. What changes anything still has to come from a page of
            ours.
        inline_styles: Paths of pages that may have styles inside, for charts.
    """

    def __init__(
        self,
        app: Application,
        access: Access,
        public: Paths = Paths(),  # noqa: B008 - frozen
        inline_styles: Paths = Paths(),  # noqa: B008 - frozen
    ) -> None:
        self._app = app
        self._access = access
        self._public = public
        self._inline_styles = inline_styles
        self._door = Door(access)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = headers_of(scope)
        if scope["type"] == "websocket":
            allowed = (
                self._host_allowed(headers)
                and self._same_origin(headers, must=True)
                and (scope["path"] in self._public or self._in_session(headers))
            )
            if allowed:
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        await self._http(scope, headers, receive, self._with_headers(scope, send))

    async def _http(
        self, scope: Scope, headers: dict[str, list[str]], receive: Receive, send: Send
    ) -> None:
        method, path = scope["method"], scope["path"]
        if not self._host_allowed(headers):
            await _refuse(send, 400, "this server is not known by that name")
        elif not self._same_origin(headers, must=method not in _SAFE):
            await _refuse(send, 403, "the request comes from a page that is not ours")
        elif path == STYLE_PATH and method in _SAFE:
            await self._door.send_style(send)
        elif path == "/" and method == "GET" and (token := _token_in(scope)) is not None:
            await self._door.by_token(token, send)
        elif path == "/login" and self._access.password is not None:
            await self._door.login(method, receive, send)
        elif path in self._public or self._in_session(headers):
            await self._app(scope, receive, send)
        elif path == "/" and method == "GET":
            await self._door.ask(send)
        else:
            await _refuse(send, 401, CLOSED_PAGE)

    def _host_allowed(self, headers: dict[str, list[str]]) -> bool:
        hosts = headers.get("host", [])
        return len(hosts) == 1 and self._access.allows_host(hosts[0].lower())

    @staticmethod
    def _same_origin(headers: dict[str, list[str]], *, must: bool) -> bool:
        """Whether a page of ours asks; with `must`, there has to be proof of it.

        Without a proof, a browser's word that the page is foreign counts all the same, unless a
        person only follows a link to here.
        """
        host = headers["host"][0].lower()
        site = headers.get("sec-fetch-site", [""])[0]
        if site in {"cross-site", "same-site"}:
            return not must and headers.get("sec-fetch-mode") == ["navigate"]
        origins = headers.get("origin")
        if origins == ["null"]:
            # A form of ours hides where it comes from, since our pages send no referrer.
            return site == "same-origin"
        if origins is not None:
            ours = {f"http://{host}", f"https://{host}"}
            return len(origins) == 1 and origins[0].lower() in ours
        return not must or site == "same-origin"

    def _in_session(self, headers: dict[str, list[str]]) -> bool:
        for text in headers.get("cookie", []):
            try:
                cookie = SimpleCookie(text).get(self._access.cookie)
            except CookieError:
                return False
            if cookie is not None and self._access.accepts_token(cookie.value):
                return True
        return False

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        defaults = security_headers(inline_styles=scope["path"] in self._inline_styles)

        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", []))
                names = {name.lower() for name, _ in given}
                # What has a tag may be kept and asked about; anything else is not to be kept.
                keep = "no-cache" if b"etag" in names else "no-store"
                for name, value in {**defaults, "cache-control": keep}.items():
                    if name.encode() not in names:
                        given.append((name.encode(), value.encode()))
                message = {**message, "headers": given}
            await send(message)

        return send_with


def _token_in(scope: Scope) -> str | None:
    found = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token")
    return None if found is None else found[0]


async def _refuse(send: Send, status: int, message: str) -> None:
    await send_answer(send, status, {"error": {"message": message}})
