"""`triode studio` in a process of its own, as a person starts it."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from end_to_end.commands import start

__all__ = ["Server"]

_ADDRESS = re.compile(r"open: (http://\S+)")


class Server:
    """A studio over a library; may be killed and started again.

    Args:
        library: Its folder.
        changes: To the environment in which it runs.
    """

    def __init__(self, library: Path, **changes: str) -> None:
        self._changes = changes
        self._library = library
        self._process: subprocess.Popen[str] | None = None
        self._port = 0
        self.address = ""

    def begin(self) -> str:
        """Start it, at the same port as before, and return the address to open."""
        words = ("studio", "--no-browser", "--library", self._library, "--port", str(self._port))
        self._process = start(*words, folder=self._library.parent, **self._changes)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            found = _ADDRESS.search(line)
            if found is not None:
                self.address = found[1]
                self._port = int(self.address.split(":")[2].partition("/")[0])
                return self.address
        assert self._process.stderr is not None
        raise RuntimeError(self._process.stderr.read())

    @property
    def root(self) -> str:
        """The address without its token."""
        return self.address.partition("?")[0]

    def kill(self) -> None:
        """As a power cut does."""
        self._end(lambda process: process.kill())

    def stop(self) -> None:
        """As Ctrl-C does."""
        self._end(lambda process: process.terminate())

    def _end(self, how: Callable[["subprocess.Popen[str]"], None]) -> None:
        if self._process is None:
            return
        how(self._process)
        self._process.communicate(timeout=30)
        self._process = None
