"""Wet files that appear in a folder while a batch runs."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from triode.batch.manifest import Row
from triode.errors import BatchError

__all__ = ["Watcher"]

_SUFFIXES: Final = (".wav", ".flac", ".aif", ".aiff")
_STABLE_SECONDS = 2.0


class Watcher:
    """Gives a row for every recording in `folder`, once it is no longer being written.

    A file is taken when its size and time have been the same for two seconds, and again when it
    changes after that.

    Args:
        folder: Where wet files appear.
        dry: The dry file of all of them; it may lie in the same folder.
        clock: Seconds that only rise.

    Raises:
        BatchError: There is no such folder.
    """

    def __init__(
        self, folder: Path, dry: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if not folder.is_dir():
            raise BatchError(
                "there is no folder to watch", where=folder, expected="a folder", hint="Make it."
            )
        self._folder, self._dry, self._clock = folder, dry, clock
        self._seen: dict[Path, tuple[tuple[int, int], float]] = {}
        self._taken: dict[Path, tuple[int, int]] = {}
        self._rows: dict[str, Row] = {}

    def __call__(self) -> Sequence[Row]:
        """The rows that came since the last call."""
        now = self._clock()
        return [
            self._row(file) for file in sorted(self._folder.iterdir()) if self._is_new(file, now)
        ]

    def _is_new(self, file: Path, now: float) -> bool:
        if file.suffix.lower() not in _SUFFIXES or file.name.startswith("."):
            return False
        try:
            facts = file.stat()
            if self._dry.exists() and file.samefile(self._dry):
                return False
        except OSError:
            return False
        state = facts.st_size, facts.st_mtime_ns
        if facts.st_size == 0 or self._taken.get(file) == state:
            return False
        known, since = self._seen.get(file, (None, now))
        if known != state:
            self._seen[file] = state, now
            return False
        if now - since < _STABLE_SECONDS:
            return False
        self._taken[file] = state
        return True

    def _row(self, file: Path) -> Row:
        """The row of a file; two files whose names differ in the suffix only get two captures."""
        stem = file.stem
        known = self._rows.get(stem.casefold())
        if known is not None and known.wet != file:
            stem = file.name.replace(".", "-")
        row = Row(number=len(self._taken), dry=self._dry, wet=file, stem=stem)
        self._rows[stem.casefold()] = row
        return row
