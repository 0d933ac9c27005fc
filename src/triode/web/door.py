"""How a session begins: by the address that was printed, or by a password."""

import asyncio
import html
from importlib.resources import files
from string import Template
from urllib.parse import parse_qs

from triode.web.access import Access
from triode.web.asgi import Receive, Send, send_answer

__all__ = ["CLOSED_PAGE", "STYLE_PATH", "Door"]

CLOSED_PAGE = "there is no session, or the server was started anew"
STYLE_PATH = "/door.css"
_LONGEST_FORM_BYTES = 4096
_SECONDS_AFTER_WRONG = 1.0


class Door:
    """Lets in whoever has the token or the password.

    Args:
        access: What they are.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self._one_guess_at_a_time = asyncio.Lock()

    async def ask(self, send: Send, *, wrong: bool = False) -> None:
        """Show the form, or say where the address is."""
        if self._access.password is None:
            body = _page(
                "Not open",
                "<p>Open the address that the command printed when it was started; each start "
                "prints a new one.</p>",
            )
        else:
            note = "<p role=alert>That is not the password.</p>" if wrong else ""
            body = _page(
                "Password",
                f"{note}<form method=post action=/login><label for=password>Password</label>"
                "<input id=password name=password type=password required autofocus "
                "autocomplete=current-password><button>Open</button></form>",
            )
        await send_answer(send, 401, body)

    async def by_token(self, token: str, send: Send) -> None:
        """Begin a session for whoever has the printed address."""
        if self._access.password is None and self._access.accepts_token(token):
            await self._let_in(send)
        else:
            await self.ask(send)

    async def login(self, method: str, receive: Receive, send: Send) -> None:
        """Begin a session for whoever sends the password; a wrong one costs all a second."""
        if method != "POST":
            await self.ask(send)
            return
        given = parse_qs((await _form(receive)).decode("latin-1"), encoding="utf-8")
        async with self._one_guess_at_a_time:
            right = self._access.accepts_password(given.get("password", [""])[0])
            if not right:
                await asyncio.sleep(_SECONDS_AFTER_WRONG)
        if right:
            await self._let_in(send)
        else:
            await self.ask(send, wrong=True)

    async def send_style(self, send: Send) -> None:
        """The style of these pages."""
        style = files("triode.web").joinpath("door.css").read_text(encoding="utf-8")
        await send_answer(send, 200, style, content_type="text/css; charset=utf-8")

    async def _let_in(self, send: Send) -> None:
        # A page of our own that goes on by itself, and not a redirect: whoever followed a link
        # from elsewhere would be redirected without the cookie, which is for our pages only.
        cookie = f"{self._access.cookie}={self._access.token}; Path=/; HttpOnly; SameSite=Strict"
        body = _page("Welcome", '<p><a href="/">Go on</a></p>', onwards=True)
        await send_answer(send, 200, body, [("set-cookie", cookie)])


async def _form(receive: Receive) -> bytes:
    content = b""
    while len(content) <= _LONGEST_FORM_BYTES:
        message = await receive()
        content += message.get("body", b"")
        if not message.get("more_body", False):
            break
    return content[:_LONGEST_FORM_BYTES]


def _page(title: str, body: str, *, onwards: bool = False) -> str:
    template = files("triode.web").joinpath("door.html").read_text(encoding="utf-8")
    refresh = '<meta http-equiv="refresh" content="0;url=/">' if onwards else ""
    return Template(template).substitute(title=html.escape(title), body=body, refresh=refresh)
