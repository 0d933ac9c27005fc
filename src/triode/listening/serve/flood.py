"""Limits on how fast new participants may come, so that no one can fill the storage."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

__all__ = ["RateLimit"]

_MOST_SOURCES = 10_000


class RateLimit:
    """Lets each source do something so many times at once and so often after that.

    A source has a bucket of permits, which fills up again with time. Any number of threads may
    ask. The least recently seen of 10,000 sources is forgotten, so memory is bounded.

    Args:
        burst: Permits of a source that was not seen before.
        per_minute: How many come back in a minute.
        clock: Seconds.
    """

    def __init__(
        self, burst: int, per_minute: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst = float(burst)
        self._per_second = per_minute / 60.0
        self._clock = clock
        self._lock = threading.Lock()
        self._sources: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, source: str) -> bool:
        """Take a permit, if there is one."""
        now = self._clock()
        with self._lock:
            left, since = self._sources.pop(source, (self._burst, now))
            left = min(self._burst, left + (now - since) * self._per_second)
            allowed = left >= 1.0
            self._sources[source] = (left - 1.0 if allowed else left, now)
            if len(self._sources) > _MOST_SOURCES:
                self._sources.popitem(last=False)
        return allowed
