"""A library on disk, and all that works on it."""

import datetime as dt
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from triode.files import make_folder
from triode.nam import read
from triode.processes import folder_lock
from triode.studio.auditions import Auditions
from triode.studio.capture import Capture, State
from triode.studio.captures import Captures
from triode.studio.checks import Checks
from triode.studio.crew import Crew
from triode.studio.database import Database
from triode.studio.documents import CaptureDocument, capture_document
from triode.studio.errands import Errands
from triode.studio.folders import Folders, tidy_cache
from triode.studio.labels import checked_metadata, checked_tags, metadata_of
from triode.studio.moment import moment
from triode.studio.pages import Pages
from triode.studio.queue import TrainingQueue
from triode.studio.recordings import Takes
from triode.studio.uploads import Uploads
from triode.web import Broadcast, RequestError, new_id, remove_leftovers, shown_text

__all__ = ["Studio"]

_DAYS_IN_BIN = 30
_DAYS_OF_UPLOADS = 30
_DAYS_OF_CACHE = 30


class Studio:
    """A library that is open; one process has it at a time.

    Args:
        root: The library's folder, made if it is not there.

    Raises:
        WebError, BatchError, OutputError: It cannot be used, or another process has it.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self._exit = ExitStack()
        with ExitStack() as failed:
            failed.callback(self._exit.close)
            self.folders = Folders.made(Path(root))
            self._exit.enter_context(folder_lock(self.folders.root, "another studio has it open"))
            self._database = Database(self.folders.database)
            self._exit.callback(self._database.close)
            self.broadcast = Broadcast()
            self._crew = Crew()
            self._exit.callback(self._crew.close)
            self.errands = Errands(self._crew)
            self.captures = Captures(self._database)
            self.uploads = Uploads(self._database, self.folders)
            self.checks = Checks(self._database, self.uploads, self.errands, self.tell)
            self.auditions = Auditions(self.folders, self.errands)
            self.pages = Pages(self.folders, self.errands)
            self.takes = Takes(self.uploads, self.folders.cache / "takes", self.errands, self.tell)
            self.queue = TrainingQueue(
                self.captures,
                self.folders,
                self._crew,
                tell=self.tell,
                told=self.tell_capture,
                # Who trained a capture plays it next, and the modules take seconds to compile.
                made=self.auditions.make,
            )
            self._tidy()
            self.checks.begin()
            self.queue.begin()
            failed.pop_all()

    def close(self) -> None:
        """End all work at once; it goes on when the library is opened again."""
        self.broadcast.close()
        self._exit.close()

    def tell(self, kind: str, data: Any) -> None:
        """Tell every open page."""
        self.broadcast.publish(kind, data)

    def tell_capture(self, capture: Capture) -> None:
        """Tell every open page how a capture now is."""
        self.tell("capture", self.document(capture).model_dump(mode="json"))

    def document(self, capture: Capture) -> CaptureDocument:
        """A capture as pages get it."""
        return capture_document(
            capture, self.folders.capture(capture.id), self.queue.seconds_left(capture)
        )

    def add_capture(
        self,
        *,
        dry: str,
        wet: str,
        recipe: str,
        epochs: int | None,
        until: str | None,
        name: str,
        metadata: Mapping[str, Any],
        tags: Sequence[str],
        options: Mapping[str, Any],
    ) -> Capture:
        """Put a capture of two uploads into the queue.

        Args:
            dry: The upload of what was sent.
            wet: The upload of what came back.
            recipe: The name of a recipe that comes with Triode.
            epochs: Instead of the recipe's.
            until: When to stop by itself.
            name: What to call it.
            metadata: For its file.
            tags: To find it by.
            options: What else `triode.training.train` is told.

        Raises:
            TriodeError: Something of it is not there or cannot be right.
        """
        from triode.training import load_recipe, recipe_names
        from triode.training.stopping import parse_until

        if recipe not in recipe_names():
            raise RequestError("there is no such recipe", status=404)
        if until is not None:
            parse_until(until)
        chosen = load_recipe(recipe).changed(epochs=epochs)
        labels, words = checked_metadata(metadata), checked_tags(tags)
        recordings = {"dry": self.uploads.audio(dry), "wet": self.uploads.audio(wet)}
        capture = Capture(
            id=new_id(),
            name=shown_text(name, _stem(recordings["wet"].name)),
            state=State.WAITING,
            created=moment(),
            recipe=recipe,
            epochs=chosen.epochs,
            metadata=labels,
            tags=words,
            options={"recipe": recipe, "epochs": epochs, "until": until, **options},
        )
        files = self.folders.capture(capture.id)
        make_folder(files.folder)
        for side, upload in recordings.items():
            _link(self.uploads.path(upload.id), files.folder / f"{side}{upload.suffix}")
        self.captures.add(capture)
        self.tell_capture(capture)
        self.queue.wake()
        return self.captures.get(capture.id)

    def import_capture(self, upload_id: str, name: str) -> Capture:
        """Put a `.nam` file that was sent into the library.

        Raises:
            TriodeError: There is no such upload, or it is none.
        """
        from triode.architectures import networks

        upload = self.uploads.get(upload_id)
        if upload.kind != "nam":
            raise RequestError(f"{upload.name} is a recording", expected="a .nam file")
        model = read(self.uploads.path(upload_id))
        own = model.metadata.get("name")
        default = shown_text(own if isinstance(own, str) else "", _stem(upload.name))
        capture = Capture(
            id=new_id(),
            name=shown_text(name, default),
            state=State.IMPORTED,
            created=moment(),
            metadata=metadata_of(model),
            sizes=tuple(network.name for network in networks(model)),
        )
        files = self.folders.capture(capture.id)
        make_folder(files.folder)
        shutil.copyfile(self.uploads.path(upload_id), files.model)
        self.captures.add(capture)
        self.tell_capture(capture)
        return capture

    def edit_capture(self, capture_id: str, changes: Mapping[str, Any]) -> Capture:
        """Change the name, the metadata or the tags; the file says the same at once.

        Args:
            capture_id: Which.
            changes: "name", "metadata" and "tags", as far as they change.

        Raises:
            TriodeError: There is none, or a value cannot be right.
        """
        values: dict[str, Any] = {}
        if changes.get("name") is not None:
            values["name"] = shown_text(changes["name"], "untitled")
        if changes.get("metadata") is not None:
            values["metadata"] = checked_metadata(changes["metadata"])
        if changes.get("tags") is not None:
            values["tags"] = checked_tags(changes["tags"])
        capture = self.captures.change(capture_id, **values)
        self.queue.label(capture_id)
        self.tell_capture(capture)
        return capture

    def delete_capture(self, capture_id: str) -> Capture:
        """Put one into the bin, where it stays for 30 days; work on it ends.

        Raises:
            RequestError: There is none (404).
        """
        self.queue.drop(capture_id)
        capture = self.captures.get(capture_id)
        if capture.deleted is None:
            capture = self.captures.change(capture_id, deleted=moment())
            self.tell_capture(capture)
        return capture

    def restore_capture(self, capture_id: str) -> Capture:
        """Take one out of the bin.

        Raises:
            RequestError: There is none (404).
        """
        capture = self.captures.change(capture_id, deleted=None)
        self.tell_capture(capture)
        return capture

    def _tidy(self) -> None:
        """Remove what nobody wants any more, and what a killed server left half-done."""
        remove_leftovers(self.folders.uploads)
        self.uploads.tidy(_before(_DAYS_OF_UPLOADS))
        self.checks.tidy(_before(_DAYS_OF_UPLOADS))
        shutil.rmtree(self.folders.cache / "takes", ignore_errors=True)
        tidy_cache(self.folders.cache, _DAYS_OF_CACHE)
        before = _before(_DAYS_IN_BIN)
        for capture in self.captures.find(deleted=True):
            if capture.deleted is not None and capture.deleted < before:
                self.captures.remove(capture.id)
        known = {one.id for deleted in (False, True) for one in self.captures.find(deleted=deleted)}
        for folder in self.folders.captures.iterdir():
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)


def _before(days: int) -> str:
    time = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    return time.isoformat(timespec="milliseconds")


def _stem(name: str) -> str:
    return Path(name).stem or name


def _link(source: Path, target: Path) -> None:
    """The same file under another name, or a copy where the disk has no such thing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
