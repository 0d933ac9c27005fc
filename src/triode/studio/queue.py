"""Trainings, one after the other, each in a process of its own; what was killed goes on."""

import math
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from triode.processes import Worker
from triode.studio.capture import Capture, State
from triode.studio.captures import Captures
from triode.studio.crew import Crew, Event
from triode.studio.folders import Folders
from triode.studio.labels import write_metadata
from triode.studio.pace import Pace
from triode.web import RequestError

__all__ = ["TrainingQueue"]

_SECONDS_BETWEEN_WORDS: Final = 1.0
_NOTHING_DONE: Final = "Stopped before its first epoch was done."


class TrainingQueue:
    """Trains what waits in the library; safe to use from several threads.

    Args:
        captures: Where it waits.
        folders: Where it lies.
        crew: Whose workers do it.
        tell: Hears of events: their kind and what `json.dumps` takes.
        told: Hears of every capture that changed.
        made: Hears of every capture whose file is there, to get ready what comes next.
    """

    def __init__(
        self,
        captures: Captures,
        folders: Folders,
        crew: Crew,
        tell: Callable[[str, Any], None],
        told: Callable[[Capture], None],
        made: Callable[[Capture], object],
    ) -> None:
        self._captures = captures
        self._folders = folders
        self._crew = crew
        self._tell = tell
        self._told = told
        self._made = made
        self._lock = threading.RLock()
        self._running: tuple[str, Worker] | None = None
        self._pace = Pace()
        self._last_word = 0.0

    def seconds_left(self, capture: Capture) -> float | None:
        """How long the training of it will take, if it runs and that can be told."""
        with self._lock:
            running = self._running is not None and self._running[0] == capture.id
            return self._pace.seconds_left if running else None

    def begin(self) -> None:
        """Take up what the last server left: what it trained goes on, what it stopped stops."""
        with self._lock:
            for capture in self._captures.in_states(State.TRAINING):
                self._change(capture.id, state=State.WAITING)
            for capture in self._captures.in_states(State.STOPPING):
                if not self._folders.capture(capture.id).checkpoint.exists():
                    self._change(capture.id, state=State.STOPPED, message=_NOTHING_DONE)
        self.wake()

    def wake(self) -> None:
        """Start the next training if none runs."""
        with self._lock:
            # What is to stop has its best networks in its checkpoint: they are written first.
            waiting = [
                *self._captures.in_states(State.STOPPING),
                *self._captures.in_states(State.WAITING),
            ]
            if self._running is None and waiting:
                self._start(waiting[0])

    def stop(self, capture_id: str) -> Capture:
        """Stop one; the best so far is kept.

        Raises:
            RequestError: There is none, or it is not at work.
        """
        with self._lock:
            capture = self._captures.get(capture_id)
            if not capture.state.at_work:
                raise RequestError(
                    "the capture is not being trained", status=409, got=capture.state.value
                )
            if self._running is not None and self._running[0] == capture_id:
                self._running[1].stop()
                return self._change(capture_id, state=State.STOPPING)
            if self._folders.capture(capture_id).checkpoint.exists():
                changed = self._change(capture_id, state=State.STOPPING)
                self.wake()
                return changed
            return self._change(capture_id, state=State.STOPPED, message=_NOTHING_DONE)

    def resume(self, capture_id: str) -> Capture:
        """Put one that was stopped, or failed, at the end of the queue; it goes on exactly.

        Raises:
            RequestError: There is none, or it is not one of these.
        """
        with self._lock:
            capture = self._captures.get(capture_id)
            if capture.state not in {State.STOPPED, State.FAILED} or capture.deleted:
                raise RequestError(
                    "the capture cannot go on",
                    status=409,
                    expected="one that was stopped or failed",
                    got="a deleted one" if capture.deleted else capture.state.value,
                )
            self._captures.put_last(capture_id)
            changed = self._change(capture_id, state=State.WAITING, message="")
            self.wake()
            return changed

    def label(self, capture_id: str) -> None:
        """Let the file, if there is one, say what the library says.

        Raises:
            NamFileError, OutputError: It cannot be read or written.
        """
        with self._lock:
            capture, files = self._captures.get(capture_id), self._folders.capture(capture_id)
            if files.model.is_file():
                write_metadata(files.model, capture.name, capture.metadata)
                files.report.unlink(missing_ok=True)

    def drop(self, capture_id: str) -> None:
        """End the work on one at once, if there is any; up to its last epoch all is kept."""
        with self._lock:
            if self._running is not None and self._running[0] == capture_id:
                self._running[1].kill()
                self._running = None
            if self._captures.get(capture_id).state.at_work:
                self._captures.change(capture_id, state=State.STOPPED)
            self.wake()

    def _start(self, capture: Capture) -> None:
        files = self._folders.capture(capture.id)
        resume = files.checkpoint.exists()
        task = {
            "kind": "train",
            "dry": str(files.recording("dry")),
            "wet": str(files.recording("wet")),
            "folder": str(files.model.parent),
            "model": files.model.name,
            "metadata": {"name": capture.name, **capture.metadata},
            "settings": dict(capture.options),
            "threads": None,
            "resume": resume,
            "force": True,
        }
        self._pace = Pace()
        stopping = capture.state is State.STOPPING
        worker = self._crew.start(task, lambda event: self._hear(capture.id, event))
        self._running = capture.id, worker
        if stopping:
            worker.stop()
        else:
            self._change(capture.id, state=State.TRAINING, message="")

    def _hear(self, capture_id: str, event: Event) -> None:
        with self._lock:
            if self._running is None or self._running[0] != capture_id:
                return
            match event["event"]:
                case "start":
                    self._pace.start(event["steps"], event["all_steps"])
                    self._change(capture_id, epochs=event["epochs"], epoch=event["epoch"])
                case "step":
                    self._pace.step(event["steps"])
                    self._say(capture_id)
                case "epoch":
                    self._epoch(capture_id, event)
                case "end":
                    self._end(capture_id, event)

    def _say(self, capture_id: str) -> None:
        if time.monotonic() - self._last_word < _SECONDS_BETWEEN_WORDS:
            return
        self._last_word = time.monotonic()
        progress = {"share": self._pace.share, "seconds_left": self._pace.seconds_left}
        self._tell("progress", {"id": capture_id, **progress})

    def _epoch(self, capture_id: str, event: Event) -> None:
        self._pace.step(event["steps"])
        esr = _finite(event["best_esr"])
        self._captures.change(capture_id, epoch=event["epoch"], esr=esr, sizes=tuple(esr))
        self._tell(
            "epoch",
            {
                "id": capture_id,
                "epoch": event["epoch"],
                "esr": _finite(event["esr"]),
                "best_esr": esr,
                "seconds_left": self._pace.seconds_left,
            },
        )

    def _end(self, capture_id: str, event: Event) -> None:
        self._running = None
        if "lost" in event:
            message = f"{event['lost']} What was saved until then is kept: it can go on from there."
            self._change(capture_id, state=State.FAILED, message=message)
        else:
            self._finish(capture_id, event["outcome"])
        self.wake()

    def _finish(self, capture_id: str, document: Event) -> None:
        # Here, since it brings all of training with it, which a server only needs by now.
        from triode.batch.outcome import Outcome, Status

        outcome = Outcome.from_json(document)
        if outcome.status is Status.FAILED:
            self._change(capture_id, state=State.FAILED, message=outcome.error or "")
            return
        done = outcome.status is Status.DONE
        # What was said about it while it was trained.
        self.label(capture_id)
        changed = self._change(
            capture_id,
            state=State.FINISHED if done else State.STOPPED,
            epoch=outcome.epochs,
            esr=_finite({one.name: one.esr for one in outcome.sizes}),
            sizes=tuple(one.name for one in outcome.sizes),
            message=outcome.ending or "",
        )
        self._made(changed)

    def _change(self, capture_id: str, **changes: Any) -> Capture:
        changed = self._captures.change(capture_id, **changes)
        self._told(changed)
        return changed


def _finite(esr: dict[str, float]) -> dict[str, float]:
    """What JSON can say."""
    return {name: value for name, value in esr.items() if math.isfinite(value)}
