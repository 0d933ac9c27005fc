"""What every page server of ours has: who may ask, what is answered, how it starts and ends.

`access_for` says who may come in, `Guard` holds every request to it and adds the headers that keep
a browser from being turned against its user, `BodyLimit` and `receive` keep what is sent within
bounds, `Broadcast` tells pages what happens, and `serve` runs the whole until it is stopped. It
needs the extra `studio`; what is imported from here loads FastAPI and uvicorn only when used.
"""

from triode.web.access import Access, access_for
from triode.web.bodies import BodyLimit
from triode.web.errors import RequestError, error_document, handle_errors
from triode.web.events import Broadcast
from triode.web.guard import Guard
from triode.web.headers import content_security_policy, sandboxed_policy
from triode.web.installed import require_server
from triode.web.names import display_name, is_id, new_id, shown_text
from triode.web.paths import Paths
from triode.web.serving import bind, serve
from triode.web.uploads import Content, Received, receive, remove_leftovers, sniff

__all__ = [
    "Access",
    "BodyLimit",
    "Broadcast",
    "Content",
    "Guard",
    "Paths",
    "Received",
    "RequestError",
    "access_for",
    "bind",
    "content_security_policy",
    "display_name",
    "error_document",
    "handle_errors",
    "is_id",
    "new_id",
    "receive",
    "remove_leftovers",
    "require_server",
    "sandboxed_policy",
    "serve",
    "shown_text",
    "sniff",
]
