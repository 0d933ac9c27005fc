"""Serving a listening test: participants' pages and the experimenter's.

`listening_application` makes the ASGI application of a prepared test, `run` runs it at an address
(`Serving`) until it is stopped, and `invite` makes links for participants. What is imported from
here needs the extra `listen`.
"""

from triode.listening.serve.application import listening_application
from triode.listening.serve.invitations import invite, public_address
from triode.listening.serve.running import Serving, run
from triode.listening.serve.settings import Settings

__all__ = ["Serving", "Settings", "invite", "listening_application", "public_address", "run"]
