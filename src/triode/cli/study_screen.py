"""What the terminal shows of studies, and what Ctrl-C does while one runs."""

import json
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from triode.study.driver import StudyListener
from triode.study.record import CandidateRecord, Cost, Outcome, TrialKey

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

    from triode.study.config import Study
    from triode.study.opened import OpenedStudy
    from triode.study.storage import Storage

__all__ = [
    "StudyScreen",
    "breakdown_lines",
    "cost_lines",
    "pruning_lines",
    "status_lines",
    "write_costs",
]


class StudyScreen(StudyListener):
    """Shows a study on `console`; within its `with` block, Ctrl-C asks it to stop.

    The second Ctrl-C acts as usual: it raises KeyboardInterrupt. In a terminal every trial has a
    bar; elsewhere each end of a trial is a line.
    """

    def __init__(self, console: "Console") -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._console = console
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("left", markup=False),
            TimeRemainingColumn(),
            TextColumn("{task.fields[figures]}", markup=False),
            console=console,
            disable=not console.is_terminal,
            speed_estimate_period=3600.0,
        )
        self._all: TaskID | None = None
        self._tasks: dict[TrialKey, TaskID] = {}
        self._done = 0
        self._stop = False
        self._handler: Any = None
        self.failed = 0

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._handler = signal.signal(signal.SIGINT, self._on_interrupt)
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()
        self._restore_handler()

    def on_stage(self, text: str) -> None:
        """A line."""
        self._console.print(text, markup=False)

    def on_begin(self, planned: int, done: int) -> None:
        """The bar of the whole."""
        self._done = done
        self._all = self._bars.add_task("all trials", total=planned, completed=done, figures="")
        before = f", {done} done before" if done else ""
        self._console.print(f"{planned} trials{before}", markup=False)

    def on_trial(self, key: TrialKey, *, resumed: bool) -> None:
        """A line, if it goes on."""
        if resumed:
            self._console.print(f"{_text(key)}: resumed from its checkpoint", markup=False)

    def on_event(self, key: TrialKey, event: Mapping[str, Any]) -> None:
        """Move the bar."""
        # Not before its first word: trials that go together wait for each other.
        if key not in self._tasks:
            self._tasks[key] = self._bars.add_task(_text(key), total=None, figures="")
        task = self._tasks[key]
        match event["event"]:
            case "start":
                self._bars.reset(task, total=event["all_steps"], completed=event["steps"])
            case "step":
                self._bars.update(task, completed=event["steps"])
            case "epoch":
                esr = list(event["best_esr"].values())[-1]
                self._bars.update(task, completed=event["steps"], figures=f"ESR {esr:.3g}")

    def on_end(self, key: TrialKey, outcome: Outcome | None) -> None:
        """A line, and one step of the whole."""
        if key in self._tasks:
            self._bars.remove_task(self._tasks.pop(key))
        if outcome is None:
            return
        self._done += 1
        self.failed += outcome.status == "failed"
        if self._all is not None:
            self._bars.update(self._all, completed=self._done)
        self._console.print(f"{_text(key)}: {_result(outcome)}", markup=False)

    def on_loss(self, key: TrialKey, reason: str) -> None:
        """A line."""
        if key in self._tasks:
            self._bars.remove_task(self._tasks.pop(key))
        self._console.print(f"{_text(key)}: {reason} It begins again.", markup=False)

    def should_stop(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._stop

    def _on_interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self._stop = True
        self._restore_handler()
        self._console.print(
            "Stopping: trials go on from their last epoch another time. Press Ctrl-C again to "
            "abort.",
            markup=False,
        )

    def _restore_handler(self) -> None:
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
            self._handler = None


def status_lines(storage: "Storage", name: str) -> Iterator[str]:
    """How far a study is."""
    from triode.study.opened import OpenedStudy
    from triode.study.plan import planned_trials

    stored = storage.study(name)
    opened = OpenedStudy.of_stored(stored)
    planned = len(planned_trials(opened.study, opened.candidates, opened.recipe.epochs))
    counted = Counter(storage.statuses(name).values())
    figures = ", ".join(f"{count} {status}" for status, count in sorted(counted.items()))
    hours = storage.seconds_trained(name) / 3600.0
    yield f"{name}: {opened.study.description}"
    yield f"  {planned} trials planned; {figures or 'none has ended'}; {hours:.2f} h of training"
    for search in opened.study.searches:
        proposed = sum(
            one.candidate.startswith(f"{search.name}-") for one in storage.candidates(name)
        )
        yield f"  search {search.name}: {proposed} of {search.candidates} candidates proposed"
    if stored.driven:
        asked = ", which was asked to stop" if stored.stop else ""
        yield f"  driven by {stored.driver}{asked}"


def pruning_lines(storage: "Storage", name: str) -> Iterator[str]:
    """What pruning would have done to the trials that ran to their end."""
    from triode.study.opened import OpenedStudy
    from triode.study.pruning import replayed
    from triode.study.space import Search

    searches = OpenedStudy.of_stored(storage.study(name)).study.searches
    epochs = max(
        (one.unpruned_epochs for one in searches),
        default=Search.model_fields["unpruned_epochs"].default,
    )
    found = replayed(storage.trials(name), epochs)
    if not found:
        yield f"  no full trials of more than {epochs} epochs to replay pruning on"
        return
    dropped = [one.price for one in found if not one.winner_kept]
    trials = sum(one.trials for one in found)
    pruned = sum(one.pruned for one in found)
    saved = sum(one.epochs_saved * one.trials for one in found) / trials
    yield (
        f"  pruning after {epochs} epochs, replayed on full trials: {pruned} of {trials} ended "
        f"early, {saved:.0%} of the epochs saved, the best kept on {len(found) - len(dropped)} of "
        f"{len(found)} pieces of gear"
    )
    if dropped:
        yield (
            f"  where it was dropped, the best that was kept has up to {max(dropped):.2f} times "
            "its validation ESR"
        )


def cost_lines(study: "Study", records: Sequence[CandidateRecord]) -> Iterator[str]:
    """A table of what candidates cost, and what is in the way of questions."""
    from triode.study.costing import cost_on, exceeded, unbracketed

    width = max(len(one.candidate) for one in records)
    heads = "".join(f"{engine:>26}" for engine in study.engines)
    heads += "".join(f"{head:>10}" for head in ("MACs", "others", "state", "weights"))
    yield " " * width + heads
    for one in records:
        cells = "".join(f"{_cost_cell(cost_on(one, engine)):>26}" for engine in study.engines)
        scale = one.scale
        counted = (scale.macs, scale.elementwise, scale.state_bytes, scale.weight_bytes)
        cells += "".join(f"{count:>10,}" for count in counted)
        yield f"{one.candidate:<{width}}{cells}"
    yield "Nanoseconds per sample, 64-frame blocks: median (quartiles), share of the peak."
    if any(cost.unit != "ns" for one in records for cost in one.costs):
        yield "Of the Cortex-M7: instructions per sample, 48-frame blocks."
    for one in records:
        yield from (f"{one.candidate} exceeds {text}" for text in exceeded(one, study.constraints))
    for engine in study.engines:
        yield from (
            f"{engine}: {problem}" for problem in unbracketed(study, records, engine).values()
        )


def _cost_cell(cost: Cost | None) -> str:
    if cost is None:
        return "not played"
    low, high = cost.quartiles
    share = "" if cost.peak_share is None else f" {cost.peak_share:.0%}"
    return f"{cost.ns_per_sample:.1f} ({low:.1f}-{high:.1f}){share}"


def breakdown_lines(opened: "OpenedStudy", name: str, seconds: float) -> Iterator[str]:
    """What each kind of operation of one candidate costs, on every engine of this machine."""
    from triode.study.cost import HOST_ENGINES
    from triode.study.names import refuse_unknown
    from triode.study.removal import measure_removals

    refuse_unknown([name], [one.name for one in opened.judged], "--breakdown")
    candidate = next(one for one in opened.judged if one.name == name)
    graph = candidate.graphs(opened.folder)[-1]
    for engine in HOST_ENGINES:
        whole, removals = measure_removals(graph, engine, seconds=seconds)
        yield f"{name} on {engine}: {whole.ns_per_sample:.1f} ns per sample; without"
        for one in removals:
            yield (
                f"  {one.kind} ({one.operations}): {one.ns_per_sample:.1f} less, {one.share:.0%}"
            )


def write_costs(path: Path, records: Sequence[CandidateRecord]) -> None:
    """The records and the machine as JSON."""
    from triode.files import write_text_atomically
    from triode.study.origin import code_version, compiler_text, machine_text

    content = {
        "machine": machine_text(),
        "compiler": compiler_text(),
        "code": code_version(),
        "candidates": [one.to_json() for one in records],
    }
    write_text_atomically(path, json.dumps(content, indent=1) + "\n")


def _text(key: TrialKey) -> str:
    return f"{key.candidate} on {key.gear}, seed {key.seed}, {key.epochs} epochs"


def _result(outcome: Outcome) -> str:
    match outcome.status:
        case "finished":
            best = f"best after epoch {outcome.best_epoch}"
            return f"test ESR {outcome.metrics['esr']:.4g}, {best}"
        case "pruned":
            return f"pruned after epoch {len(outcome.curve)}"
        case status:
            return f"{status}: {outcome.message}"
