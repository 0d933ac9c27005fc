"""A worker process as the queue sees it: given tasks, heard through events, stopped."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from typing import IO, Any

__all__ = ["Worker"]

_LAST_WORDS_BYTES = 2000


class Worker:
    """Runs a task; its events arrive in `events` as (worker, event), the last one an "end".

    An "end" without more than "lost" in it, a sentence, is that of a worker that died.

    Args:
        module: What runs as `python -m`, made of `triode.processes.serving`.
        task: What that module reads.
        events: Where to put what it says.
        stays: Whether the process stays after its task, for another one.
    """

    def __init__(
        self,
        module: str,
        task: Mapping[str, Any],
        events: "queue.Queue[tuple[Worker, dict[str, Any]]]",
        *,
        stays: bool = False,
    ) -> None:
        self._stays = stays
        self._lock = threading.Lock()
        self._busy, self._gone = True, False
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed at the end
        self._process = subprocess.Popen(  # noqa: S603 - a module of ours, no outside text
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            encoding="utf-8",
            # Ctrl-C reaches every process of a terminal; it is the queue that stops its workers.
            **_apart(),
        )
        self._say(json.dumps(task))
        self._reader = threading.Thread(target=self._read, args=(events,), daemon=True)
        self._reader.start()

    def again(self, task: Mapping[str, Any]) -> bool:
        """Give another task to a worker that stayed; False when its process is gone."""
        with self._lock:
            if self._gone:
                return False
            self._busy = True
        self._say(json.dumps(task))
        return True

    def stop(self, order: str = "stop") -> None:
        """Ask it to end with the best so far; tasks may know more orders than "stop"."""
        self._say(order)

    @property
    def process_id(self) -> int:
        """The operating system's number of it."""
        return self._process.pid

    def kill(self) -> None:
        """End it at once and wait until it is gone."""
        self._process.kill()
        self._reader.join()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError):
            # It has ended already, which its last event will tell; its input may be closed by now.
            return

    def _read(self, events: "queue.Queue[tuple[Worker, dict[str, Any]]]") -> None:
        assert self._process.stdout is not None
        last = None
        for line in self._process.stdout:
            event = json.loads(line)
            if event["event"] == "end":
                with self._lock:
                    self._busy = False
                if not self._stays:
                    last = event
                    break
            events.put((self, event))
        code = self._finish()
        with self._lock, self._complaints:
            self._gone = True
            if self._busy:
                last = {"event": "end", "lost": self._last_words(code)}
        if last is not None:
            events.put((self, last))

    def _finish(self) -> int:
        """Wait for the end, which closing its input brings about, and return the exit code."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        # What cannot be flushed any more is of no use to a process that has ended.
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        code = self._process.wait()
        self._process.stdout.close()
        return code

    def _last_words(self, code: int) -> str:
        """What is known of a worker that ended without an end."""
        self._complaints.seek(0)
        words = self._complaints.read()[-_LAST_WORDS_BYTES:].decode("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(words) if line.strip()), "nothing")
        return f"The worker ended early with code {code}; its last words: {last}."


def _apart() -> dict[str, Any]:
    """Options that keep a process out of this one's group."""
    if os.name == "nt":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined]
    return {"start_new_session": True}
