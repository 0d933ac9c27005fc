"""Who holds a lease: a name of this process that others can judge."""

import os
import secrets
import socket

__all__ = ["holder_name", "is_dead", "process_text"]

_PARTS = 3


def holder_name() -> str:
    """A name for this process that no other has: host, number, and something random."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def process_text(holder: str) -> str:
    """A holder in words."""
    host, _, rest = holder.partition(":")
    return f"process {rest.partition(':')[0]} on {host}"


def is_dead(holder: str) -> bool:
    """Whether a holder is known to have ended: a process of this machine that is not there."""
    parts = holder.rsplit(":", _PARTS - 1)
    if os.name == "nt" or len(parts) != _PARTS or parts[0] != socket.gethostname():
        return False
    try:
        os.kill(int(parts[1]), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, ValueError):
        return False
    return False
