"""What the terminal shows while a capture trains, and what Ctrl-C does meanwhile.

In a terminal one line is kept up to date; elsewhere (a file, a pipe) each epoch is a line.
"""

import math
import signal
import threading
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Self

from triode.cli.findings import print_findings, print_repairs
from triode.training import EpochRecord, Progress

if TYPE_CHECKING:
    from rich.console import Console

    from triode.capture import Facts, Split

__all__ = ["TrainScreen", "esr_text"]


def esr_text(esr: float) -> str:
    """An ESR with its null depth."""
    if not math.isfinite(esr) or esr <= 0.0:
        return f"{esr:.3g}"
    return f"{esr:.3g} ({10.0 * math.log10(esr):.1f} dB)"


class TrainScreen(Progress):
    """Shows a training on `console`; within its `with` block, Ctrl-C asks the training to stop.

    The second Ctrl-C acts as usual: it raises KeyboardInterrupt.
    """

    def __init__(self, console: "Console") -> None:
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._console = console
        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            TextColumn("left", markup=False),
            TimeRemainingColumn(),
            TextColumn("{task.fields[figures]}", markup=False),
            console=console,
            disable=not console.is_terminal,
            # The default of 30 s would forget the slower validation between two epochs.
            speed_estimate_period=300.0,
        )
        self._task = self._bar.add_task("", figures="", start=False)
        self._epochs = 0
        self._steps_per_epoch = 0
        self._stop = False
        self._handler: object = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()
        self._restore_handler()

    def on_pair(self, facts: "Facts", split: "Split") -> None:
        """Print what was found about the recordings."""

        def seconds(bounds: tuple[int, int]) -> str:
            return f"{bounds[0] / facts.rate_hz:.2f} to {bounds[1] / facts.rate_hz:.2f} s"

        alignment = facts.alignment
        sign = "" if alignment.polarity > 0 else ", inverted"
        delay = f"{alignment.delay_samples:.1f} samples{sign}"
        sure = "given" if alignment.given else f"confidence {alignment.confidence:.2f}"
        votes = ", ".join(f"{one.estimator} {one.delay_samples:.1f}" for one in alignment.votes)
        for line in (
            f"recordings: {facts.seconds:.1f} s at {facts.rate_hz} Hz, wet delayed by {delay}",
            f"delay: {sure}{votes and '; by '}{votes}",
            f"training: {', '.join(seconds(bounds) for bounds in split.train)}",
            f"validation: {seconds(split.validation)} ({split.reason})",
            *(f"neither: {seconds(bounds)}, around lost samples" for bounds in facts.excluded),
        ):
            self._console.print(line, markup=False)
        print_findings(self._console, facts.findings)
        print_repairs(self._console, facts.repairs)

    def on_start(
        self, *, epochs: int, epochs_done: int, steps_per_epoch: int, best_esr: dict[str, float]
    ) -> None:
        """Show the bar and take over Ctrl-C."""
        self._epochs, self._steps_per_epoch = epochs, steps_per_epoch
        if epochs_done:
            self._console.print(f"resumed after epoch {epochs_done}", markup=False)
        self._bar.update(
            self._task,
            total=epochs * steps_per_epoch,
            completed=epochs_done * steps_per_epoch,
            description=self._description(min(epochs, epochs_done + 1)),
            figures=_figures(best_esr),
        )
        self._bar.start()
        self._bar.start_task(self._task)
        if threading.current_thread() is threading.main_thread():
            self._handler = signal.signal(signal.SIGINT, self._on_interrupt)

    def on_step(self) -> None:
        """Move the bar."""
        self._bar.advance(self._task)

    def on_epoch(self, record: EpochRecord, best_esr: dict[str, float]) -> None:
        """Show the epoch's figures."""
        self._bar.update(
            self._task,
            description=self._description(min(self._epochs, record.epoch + 1)),
            figures=_figures(record.esr, best_esr),
        )
        if not self._console.is_terminal:
            self._console.print(
                f"{self._description(record.epoch)}  {record.seconds:.0f} s  "
                f"{_figures(record.esr, best_esr)}",
                markup=False,
            )

    def on_goal(self, ending: str) -> None:
        """Print why the training ended."""
        self._console.print(ending, markup=False)

    def on_export(self) -> None:
        """Say that the end is near."""
        self._console.print("writing the capture ...", markup=False)

    def should_stop(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._stop

    def _on_interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self._stop = True
        self._restore_handler()
        self._console.print(
            "Stopping: the best so far will be written. Press Ctrl-C again to abort.", markup=False
        )

    def _restore_handler(self) -> None:
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)  # type: ignore[arg-type]  # as it was given
            self._handler = None

    def _description(self, epoch: int) -> str:
        return f"epoch {epoch}/{self._epochs}"


def _figures(esr: dict[str, float], best_esr: dict[str, float] | None = None) -> str:
    texts = []
    for name, value in esr.items():
        if not math.isfinite(value):
            continue
        best = "" if best_esr is None else f" (best {best_esr[name]:.3g})"
        texts.append(f"{name} {value:.3g}{best}")
    return "ESR " + ", ".join(texts) if texts else ""
