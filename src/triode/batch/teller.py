"""How a training in a worker process tells the queue what happens."""

import os
import time
from collections.abc import Callable

from triode.processes import Orders, Tell
from triode.training import EpochRecord, Progress

__all__ = ["Teller"]

_SECONDS_BETWEEN_STEPS = 0.5


class Teller(Progress):
    """Turns what a training says into events; any order makes it stop.

    Args:
        tell: What hears of events.
        orders: What has been ordered.
        keep: Called when an epoch is saved, before it is told of.
    """

    def __init__(self, tell: Tell, orders: Orders, keep: Callable[[], None] = lambda: None) -> None:
        self._tell = tell
        self._orders = orders
        self._keep = keep
        self._steps = 0
        self._told = 0.0

    def on_start(
        self, *, epochs: int, epochs_done: int, steps_per_epoch: int, best_esr: dict[str, float]
    ) -> None:
        """The first event: how much there is to do."""
        del best_esr
        self._steps = epochs_done * steps_per_epoch
        self._tell(
            {
                "event": "start",
                "process": os.getpid(),
                "epochs": epochs,
                "epoch": epochs_done,
                "steps": self._steps,
                "all_steps": epochs * steps_per_epoch,
            }
        )

    def on_step(self) -> None:
        """Now and then, how far it is."""
        self._steps += 1
        if time.monotonic() - self._told > _SECONDS_BETWEEN_STEPS:
            self._told = time.monotonic()
            self._tell({"event": "step", "steps": self._steps})

    def on_epoch(self, record: EpochRecord, best_esr: dict[str, float]) -> None:
        """What an epoch came to."""
        self._keep()
        self._tell(
            {
                "event": "epoch",
                "process": os.getpid(),
                "epoch": record.epoch,
                "steps": record.steps,
                "esr": record.esr,
                "best_esr": best_esr,
            }
        )

    def should_stop(self) -> bool:
        """Whether there was an order."""
        return bool(self._orders.given)
