"""What the terminal shows while a batch works, and what Ctrl-C does meanwhile.

In a terminal every row in training has a line that is kept up to date; elsewhere (a file, a pipe)
each beginning and end of a row is a line.
"""

import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from triode.batch import Listener, Outcome, Row, Status

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

__all__ = ["BatchScreen"]

_ENDED = (Status.DONE, Status.FAILED, Status.STOPPED)


class BatchScreen(Listener):
    """Shows a batch on `console`; within its `with` block, Ctrl-C asks it to stop.

    The second Ctrl-C acts as usual: it raises KeyboardInterrupt.
    """

    def __init__(self, console: "Console", *, watching: Path | None = None) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._console, self._watching = console, watching
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("left", markup=False),
            TimeRemainingColumn(),
            TextColumn("{task.fields[figures]}", markup=False),
            console=console,
            disable=not console.is_terminal,
            speed_estimate_period=300.0,
        )
        self._all = self._bars.add_task("all", figures="")
        self._tasks: dict[Row, TaskID] = {}
        self._statuses: dict[Row, Status] = {}
        self._ended = 0
        self._stop = False
        self._handler: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._handler = signal.signal(signal.SIGINT, self._on_interrupt)
        self._bars.start()
        if self._watching is not None:
            self._console.print(
                f"Watching {self._watching} for wet files. Ctrl-C ends it.", markup=False
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()
        self._restore_handler()

    def on_row(self, row: Row, outcome: Outcome) -> None:
        """Keep the rows' lines, and count."""
        before = self._statuses.get(row)
        self._statuses[row] = outcome.status
        self._ended += (outcome.status in _ENDED) - (before in _ENDED)
        if outcome.status is Status.TRAINING:
            self._tasks[row] = self._bars.add_task(row.stem, total=None, figures="reading ...")
            self._say(f"{row.stem}: begun")
        elif outcome.status in _ENDED:
            if row in self._tasks:
                self._bars.remove_task(self._tasks.pop(row))
            figures = _figures({size.name: size.esr for size in outcome.sizes})
            what = "done before" if before is None else outcome.status.value
            text = outcome.error or f"{figures} after {outcome.epochs} epochs"
            self._console.print(f"{row.stem}: {what}, {text}", markup=False)
        self._bars.update(
            self._all,
            completed=self._ended,
            total=len(self._statuses),
            figures=f"{self._ended} of {len(self._statuses)} recordings",
        )

    def on_event(self, row: Row, event: Mapping[str, Any]) -> None:
        """Move the row's bar."""
        task = self._tasks[row]
        match event["event"]:
            case "start":
                self._bars.reset(
                    task, total=event["all_steps"], completed=event["steps"], figures="epoch 1"
                )
                if event["epoch"]:
                    self._say(f"{row.stem}: resumed after epoch {event['epoch']}")
            case "step":
                self._bars.update(task, completed=event["steps"])
            case "epoch":
                figures = _figures(event["best_esr"])
                self._bars.update(
                    task, completed=event["steps"], figures=f"epoch {event['epoch']}  {figures}"
                )

    def on_loss(self, row: Row, reason: str) -> None:
        """Say it; the row gets a new line when it begins again."""
        self._bars.remove_task(self._tasks.pop(row))
        self._console.print(
            f"{row.stem}: its worker died and it begins again. {reason}", markup=False
        )

    def should_stop(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._stop

    def _say(self, text: str) -> None:
        """A line for those who see no bars."""
        if not self._console.is_terminal:
            self._console.print(text, markup=False)

    def _on_interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self._stop = True
        self._restore_handler()
        self._console.print(
            "Stopping: the best so far of each will be written. Press Ctrl-C again to abort.",
            markup=False,
        )

    def _restore_handler(self) -> None:
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
            self._handler = None


def _figures(esr: Mapping[str, float]) -> str:
    return "ESR " + ", ".join(f"{name} {value:.3g}" for name, value in esr.items()) if esr else ""
