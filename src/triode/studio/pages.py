"""Reports and comparisons: pages made on first demand by a worker."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from triode import __version__
from triode.files import make_folder
from triode.studio.capture import Capture
from triode.studio.errands import Errand, Errands
from triode.studio.folders import Folders
from triode.studio.sounds import riff_wav
from triode.web import RequestError

__all__ = ["Pages"]


class Pages:
    """Pages about captures.

    Args:
        folders: Where captures lie, and what is made of them.
        errands: Who makes it.
    """

    def __init__(self, folders: Folders, errands: Errands) -> None:
        self._folders = folders
        self._errands = errands

    def report(self, capture: Capture) -> Path | Errand:
        """The page about one capture, or who makes it.

        Raises:
            RequestError: There is nothing to tell about it (409).
        """
        files = self._folders.capture(capture.id)
        dry, wet = files.recording("dry"), files.recording("wet")
        if not files.model.is_file() or dry is None or wet is None:
            raise RequestError(
                "there is no report about this capture",
                status=409,
                expected="a capture that was trained here",
                hint="Wait until it was trained, or stop it early.",
            )
        if files.report.is_file():
            return files.report
        task = {
            "kind": "report",
            "model": str(files.model),
            "dry": str(dry),
            "wet": str(wet),
            "output": str(files.report),
        }
        return self._errands.ask(f"report {capture.id}", task)

    def comparison(self, captures: Sequence[Capture]) -> Path | Errand:
        """The page about several captures, or who makes it.

        They are judged by the recordings of the first one that has any; without, the first one
        stands for the gear, on a riff.

        Raises:
            RequestError: One of them is not there to be played (409).
        """
        files = [self._folders.capture(one.id) for one in captures]
        for capture, one in zip(captures, files, strict=True):
            if not one.model.is_file():
                raise RequestError(f"{capture.name} cannot be played yet", status=409)
        recorded = [one for one in files if one.recording("dry") and one.recording("wet")]
        names = _different([one.name for one in captures])
        digest = hashlib.sha256(f"{__version__}\n".encode())
        for name, one in zip(names, files, strict=True):
            facts = one.model.stat()
            digest.update(
                f"{one.folder.name} {name} {facts.st_mtime_ns} {facts.st_size}\n".encode()
            )
        folder = self._folders.cache / "comparisons"
        make_folder(folder)
        page = folder / f"{digest.hexdigest()[:40]}.html"
        if page.is_file():
            return page
        if recorded:
            dry, wet = recorded[0].recording("dry"), recorded[0].recording("wet")
        else:
            dry, wet = riff_wav("mixed", self._folders.cache), None
        task = {
            "kind": "compare",
            "models": [str(one.model) for one in files],
            "names": names,
            "dry": str(dry),
            "wet": None if wet is None else str(wet),
            "output": str(page),
        }
        return self._errands.ask(f"compare {page.stem}", task)


def _different(names: Sequence[str]) -> list[str]:
    """The names, with a number behind those that came before."""
    found: list[str] = []
    for name in names:
        count = sum(other == name for other in names[: len(found)])
        found.append(f"{name} ({count + 1})" if count else name)
    return found
