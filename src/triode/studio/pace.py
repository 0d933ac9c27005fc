"""How long a training still takes."""

import time
from collections.abc import Callable

__all__ = ["Pace"]


class Pace:
    """From steps done to seconds left, by the pace since the training was begun or taken up.

    Args:
        clock: Seconds that only rise.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = 0.0
        self._first = self._steps = self._all = 0

    def start(self, steps: int, all_steps: int) -> None:
        """Training begins after `steps` of `all_steps`."""
        self._started = self._clock()
        self._first, self._steps, self._all = steps, steps, all_steps

    def step(self, steps: int) -> None:
        """So many are done."""
        self._steps = steps

    @property
    def share(self) -> float:
        """How much of the whole is done, 0 to 1."""
        return min(1.0, self._steps / self._all) if self._all else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the pace so far; None before there is one."""
        done = self._steps - self._first
        if done <= 0:
            return None
        seconds = (self._clock() - self._started) / done * max(0, self._all - self._steps)
        return round(seconds, 1)
