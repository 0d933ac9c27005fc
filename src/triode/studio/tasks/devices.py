"""The sound devices there are, asked anew: one may have been plugged in."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from triode.audio.devices import devices
from triode.processes import Orders, Tell

__all__ = ["do"]


def do(task: Mapping[str, Any], tell: Tell, orders: Orders) -> Mapping[str, Any]:
    """List them.

    Raises:
        AudioError: The sound system cannot be asked.
    """
    del task, tell, orders
    return {
        "inputs": [asdict(one) for one in devices("input")],
        "outputs": [asdict(one) for one in devices("output")],
    }
