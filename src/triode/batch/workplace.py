"""Where one row is trained: on files of this machine, fetched from and stored to where they lie."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triode.batch.folder import Folder, LocalFolder, open_folder
from triode.batch.location import Location, Url, location
from triode.capture.recording import calibration_path
from triode.training import Outputs

__all__ = ["Workplace", "local_copy", "workplace"]


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """Files of this machine.

    Attributes:
        dry: What was sent to the gear.
        wet: What came back.
        start: A capture to start from.
        model: Where training writes its capture, and the other files beside it.
        folder: Where they go to when they lie in a scratch folder.
    """

    dry: Path
    wet: Path
    start: Path | None
    model: Path
    folder: Folder | None

    def keep_checkpoint(self) -> None:
        """Store what the training is continued from.

        Raises:
            OutputError: It cannot be stored.
        """
        if self.folder is not None:
            path = Outputs.beside(self.model).checkpoint
            self.folder.store(path.name, path)

    def keep_result(self, *, finished: bool) -> None:
        """Store the capture after its log, each as a whole.

        Raises:
            OutputError: One cannot be stored; then the row is not done.
        """
        if self.folder is None:
            return
        outputs = Outputs.beside(self.model)
        if outputs.log.exists():
            self.folder.store(outputs.log.name, outputs.log)
        self.folder.store(outputs.model.name, outputs.model)
        if finished:
            self.folder.remove(outputs.checkpoint.name)


@contextlib.contextmanager
def workplace(task: Mapping[str, Any]) -> Iterator[Workplace]:
    """Files of this machine for a task of `triode.batch.worker`, for as long as the block lasts.

    Files that are on this machine already are used where they are.

    Raises:
        BatchError: A file cannot be fetched.
        OutputError: The folder cannot be made.
    """
    dry, wet = location(task["dry"]), location(task["wet"])
    chosen = task["settings"].get("start")
    start = None if chosen is None else location(chosen)
    folder = open_folder(task["folder"])
    with tempfile.TemporaryDirectory(prefix="triode-") as name:
        scratch = Path(name)
        if isinstance(folder, LocalFolder):
            model, kept = folder.path / task["model"], None
        else:
            model, kept = scratch / task["model"], folder
            if task["resume"]:
                checkpoint = Outputs.beside(model).checkpoint
                folder.fetch(checkpoint.name, checkpoint)
        yield Workplace(
            dry=local_copy(dry, scratch / "dry"),
            wet=local_copy(wet, scratch / "wet", with_calibration=True),
            start=None if start is None else local_copy(start, scratch / "start"),
            model=model,
            folder=kept,
        )


def local_copy(place: Location, folder: Path, *, with_calibration: bool = False) -> Path:
    """The file itself when it is on this machine; otherwise a copy of its name in `folder`.

    Args:
        place: The file.
        folder: Made when it is needed.
        with_calibration: Also fetch what `triode capture calibrate` left beside a wet file.

    Raises:
        BatchError: It cannot be fetched.
    """
    if not isinstance(place, Url):
        return place
    folder.mkdir()
    source, copy = open_folder(place.parent), folder / place.name
    source.fetch(place.name, copy)
    calibration = calibration_path(copy)
    if with_calibration and source.exists(calibration.name):
        source.fetch(calibration.name, calibration)
    return copy
