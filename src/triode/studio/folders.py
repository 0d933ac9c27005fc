"""Where a library keeps its files; every name in it is one of ours."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from triode.files import make_folder
from triode.web import RequestError, is_id

__all__ = ["CaptureFiles", "Folders", "tidy_cache"]


@dataclass(frozen=True, kw_only=True)
class CaptureFiles:
    """The files of one capture; which of them exist says how far it is."""

    folder: Path

    @property
    def model(self) -> Path:
        """The capture itself."""
        return self.folder / "capture.nam"

    @property
    def log(self) -> Path:
        """One JSON object per epoch, as the training writes it."""
        return self.folder / "capture.training.jsonl"

    @property
    def checkpoint(self) -> Path:
        """What an interrupted training goes on from."""
        return self.folder / "capture.checkpoint"

    @property
    def report(self) -> Path:
        """The page about it, once it was asked for."""
        return self.folder / "report.html"

    def recording(self, side: str) -> Path | None:
        """The recording "dry" or "wet"; its suffix is that of what was sent."""
        name = next((one for one in sorted(self.names()) if one.startswith(f"{side}.")), None)
        return None if name is None else self.folder / name

    def names(self) -> list[str]:
        """The names of all of them; asked once for a whole list of captures, so it is quick."""
        try:
            return [path.name for path in self.folder.iterdir()]
        except FileNotFoundError:
            return []


@dataclass(frozen=True, kw_only=True)
class Folders:
    """The folders of a library."""

    root: Path

    @classmethod
    def made(cls, root: Path) -> Self:
        """Those of a library at `root`, made where they are missing.

        Raises:
            OutputError: One cannot be made.
        """
        folders = cls(root=root)
        for folder in (root, folders.uploads, folders.captures, folders.cache):
            make_folder(folder)
        return folders

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.root / "library.db"

    @property
    def uploads(self) -> Path:
        """Files that were sent, by id."""
        return self.root / "uploads"

    @property
    def captures(self) -> Path:
        """A folder for each capture, by id."""
        return self.root / "captures"

    @property
    def cache(self) -> Path:
        """What can be made again."""
        return self.root / "cache"

    def upload(self, upload_id: str) -> Path:
        """The file of an upload."""
        return self.uploads / _checked(upload_id)

    def capture(self, capture_id: str) -> CaptureFiles:
        """The files of a capture."""
        return CaptureFiles(folder=self.captures / _checked(capture_id))


def _checked(name: str) -> str:
    """A name of ours; whatever else comes this far must not become part of a path."""
    if not is_id(name):
        raise RequestError("this is no id", status=404, got=ascii(name)[:60])
    return name


def tidy_cache(cache: Path, days: int) -> None:
    """Remove what was made longer ago than so many days; it is made again when it is wanted."""
    oldest = time.time() - days * 24 * 3600
    for path in cache.glob("*/*"):
        if path.stat().st_mtime < oldest:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
