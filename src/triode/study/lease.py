"""One driver for each study, on whatever machine."""

import threading
from types import TracebackType
from typing import Self

from triode.errors import StudyError
from triode.processes import holder_name, is_dead, process_text
from triode.study.storage import Storage

__all__ = ["LEASE_SECONDS", "DriverLease"]

LEASE_SECONDS = 60.0


class DriverLease:
    """Holds the right to drive a study within its `with` block, and keeps renewing it.

    The lease of a driver that died on this machine does not count; that of one on another machine
    runs out within a minute.

    Args:
        storage: Where the study is.
        study: Its name.

    Raises:
        StudyError: On entering, when another driver has it.
    """

    def __init__(self, storage: Storage, study: str, seconds: float = LEASE_SECONDS) -> None:
        self._storage, self._study, self._seconds = storage, study, seconds
        self.driver = holder_name()
        self._ended = threading.Event()
        self._lost: str | None = None
        self._thread = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> Self:
        other = self._storage.study(self._study).driver
        dead = other if other and is_dead(other) else ""
        if not self._storage.lease(self._study, self.driver, self._seconds, instead_of=dead):
            raise StudyError(
                "another driver is at work on this study",
                where=f"study {self._study}",
                got=process_text(other),
                hint="Wait for it, or end it with: triode study stop NAME. After a crash of "
                f"another machine its claim ends within {self._seconds:.0f} s.",
            )
        self._storage.ask_to_stop(self._study, stop=False)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()
        try:
            self._storage.release(self._study, self.driver)
        except StudyError:
            if error is None:
                raise

    def check(self) -> None:
        """See that the lease is still held.

        Raises:
            StudyError: Another driver took it, since it could not be renewed in time.
        """
        if self._lost is not None:
            raise StudyError(
                "the study was taken over by another driver",
                where=f"study {self._study}",
                got=self._lost,
            )

    def _renew(self) -> None:
        while not self._ended.wait(self._seconds / 4.0):
            try:
                if not self._storage.lease(self._study, self.driver, self._seconds):
                    self._lost = "its lease is no longer ours"
            except StudyError:
                # The database may come back before the lease ends; if not, others may have it.
                continue
