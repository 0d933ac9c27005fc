"""What a training tells whoever started it, and how it can be asked to stop."""

from dataclasses import dataclass

from triode.capture import Facts, Split

__all__ = ["EpochRecord", "Progress"]


@dataclass(frozen=True, kw_only=True)
class EpochRecord:
    """One line of the training log.

    Attributes:
        epoch: Counted from 1.
        steps: Optimizer steps since the very start.
        seconds: Time spent in epochs since the very start, validation included.
        learning_rate: Adam's, in the last step of this epoch.
        loss: Mean training loss of the epoch, by size.
        esr: Validation ESR after the epoch, by size.
    """

    epoch: int
    steps: int
    seconds: float
    learning_rate: float
    loss: dict[str, float]
    esr: dict[str, float]


class Progress:
    """Listener with every method empty: override what is of interest.

    All calls come from the thread that trains, between two steps.
    """

    def on_pair(self, facts: Facts, split: Split) -> None:
        """The recordings were read, checked and divided."""

    def on_start(
        self, *, epochs: int, epochs_done: int, steps_per_epoch: int, best_esr: dict[str, float]
    ) -> None:
        """Training begins, or goes on after `epochs_done` epochs."""

    def on_step(self) -> None:
        """One optimizer step is done."""

    def on_epoch(self, record: EpochRecord, best_esr: dict[str, float]) -> None:
        """An epoch and its validation are done and saved; `best_esr` is the best so far by size."""

    def on_goal(self, ending: str) -> None:
        """A training that was to end by itself did; `ending` is a sentence that says why."""

    def on_export(self) -> None:
        """Training is over, done or stopped, and the best networks are being written."""

    def should_stop(self) -> bool:
        """Whether to stop now and keep the best so far; asked before every step."""
        return False
