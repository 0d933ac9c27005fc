"""What is needed to play a capture in the page, made on first demand and kept by content."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from triode import __version__
from triode.nam import read, to_bytes
from triode.studio.capture import Capture
from triode.studio.errands import Errand, Errands
from triode.studio.folders import Folders

__all__ = ["Auditions"]


class Auditions:
    """Compiled modules, passages and levels.

    Args:
        folders: Where captures lie, and what is made of them.
        errands: Who makes it.
    """

    def __init__(self, folders: Folders, errands: Errands) -> None:
        self._folders = folders
        self._errands = errands
        self._names: dict[tuple[str, int, int], str] = {}

    def made(self, capture: Capture) -> dict[str, Any] | None:
        """What was made, if it was and all of it is still there."""
        try:
            text = (self._folder(capture) / "audition.json").read_text(encoding="utf-8")
            found: dict[str, Any] = json.loads(text)
        except (OSError, ValueError):
            return None
        modules = [self.module(size["module"]) for size in found["sizes"]]
        return found if all(module.is_file() for module in modules) else None

    def make(self, capture: Capture) -> Errand:
        """Begin to make it, or find that this is going on."""
        files, folder = self._folders.capture(capture.id), self._folder(capture)
        dry, wet = files.recording("dry"), files.recording("wet")
        task = {
            "kind": "audition",
            "model": str(files.model),
            "dry": None if dry is None else str(dry),
            "wet": None if wet is None else str(wet),
            "pairing": {
                name: value
                for name, value in capture.options.items()
                if name in {"delay_samples", "repair", "channel"}
            },
            "modules": str(self._modules),
            "folder": str(folder),
        }
        return self._errands.run(f"audition {folder.name}", task)

    def passage(self, capture: Capture, side: str) -> Path:
        """Where the passage of that side lies; it is there only if it was made."""
        return self._folder(capture) / f"{side}.wav"

    def module(self, key: str) -> Path:
        """Where a compiled module lies."""
        return self._modules / f"{key}.wasm"

    @property
    def _modules(self) -> Path:
        return self._folders.cache / "modules"

    def _folder(self, capture: Capture) -> Path:
        """One for each network that the capture's file held, whatever it says about it."""
        path = self._folders.capture(capture.id).model
        facts = path.stat()
        file = capture.id, facts.st_mtime_ns, facts.st_size
        if file not in self._names:
            bare = to_bytes(replace(read(path), metadata={}, document=None))
            content = f"{__version__}\n{capture.id}\n".encode() + bare
            self._names[file] = hashlib.sha256(content).hexdigest()[:40]
        return self._folders.cache / "auditions" / self._names[file]
