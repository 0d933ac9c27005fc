"""One batch at a time in a folder of a storage, which has no locks.

The lease is a small file that its holder writes anew every quarter of its length. A storage has no
way to write a file only if nobody else did meanwhile, so two batches that begin within the same
second can both believe to hold it, until one of them reads the other's name at its next renewal and
ends. What both did until then is done twice and is not damaged: every file is written whole, and
the same row trains to the same capture.
"""

import json
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from triode.errors import BatchError, OutputError, TriodeError
from triode.processes import holder_name, is_dead, process_text

if TYPE_CHECKING:
    from triode.batch.folder import Folder

__all__ = ["LEASE_NAME", "LEASE_SECONDS", "FolderLease"]

LEASE_NAME = ".triode-batch.lease"
LEASE_SECONDS = 120.0
_LOOK_AGAIN_SECONDS = 1.0


class FolderLease:
    """Holds a folder within its `with` block, and keeps renewing that.

    The lease of a batch that died on this machine does not count; that of one on another machine
    runs out, by clocks that have to agree to within half a lease.

    Args:
        folder: Which.
        seconds: How long a lease lasts that nobody renews.

    Raises:
        BatchError: On entering, when another batch has it.
        OutputError: The folder cannot be written.
    """

    def __init__(self, folder: "Folder", seconds: float = LEASE_SECONDS) -> None:
        self._folder, self._seconds = folder, seconds
        self.holder = holder_name()
        self._ended = threading.Event()
        self._lost_to: str | None = None
        self._thread = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> Self:
        self._refuse_other()
        self._write()
        # Whoever wrote at the same moment is seen by one of the two.
        time.sleep(_LOOK_AGAIN_SECONDS)
        self._refuse_other()
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
        if self._lost_to is not None:
            return
        try:
            self._folder.remove(LEASE_NAME)
        except OutputError:
            if error is None:
                raise

    def check(self) -> None:
        """See that the lease is still held.

        Raises:
            BatchError: Another batch took it, since it could not be renewed in time.
        """
        if self._lost_to is not None:
            raise BatchError(
                "another batch has taken over this folder",
                where=self._folder.place,
                got=process_text(self._lost_to),
            )

    def _refuse_other(self) -> None:
        other = self._other()
        if other is not None:
            raise BatchError(
                "another batch works in this folder",
                where=self._folder.place,
                got=process_text(other),
                hint="Wait for it, end it, or choose another folder. After a crash of another "
                f"machine its claim ends within {self._seconds:.0f} s.",
            )

    def _other(self) -> str | None:
        """Who else holds the folder now."""
        try:
            found = json.loads(self._folder.read_text(LEASE_NAME) or "{}")
            holder, until = str(found["holder"]), float(found["until"])
        except (KeyError, TypeError, ValueError):
            return None
        if holder == self.holder or until < time.time() or is_dead(holder):
            return None
        return holder

    def _write(self) -> None:
        content = {"holder": self.holder, "until": time.time() + self._seconds}
        self._folder.write_text(LEASE_NAME, json.dumps(content) + "\n")

    def _renew(self) -> None:
        while not self._ended.wait(self._seconds / 4.0):
            try:
                self._lost_to = self._other()
                if self._lost_to is not None:
                    return
                self._write()
            except TriodeError:
                # The storage may come back before the lease ends; if not, others may have it.
                continue
