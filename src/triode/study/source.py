"""Where a driver's trials come from: what is written down, then what searches propose."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from triode.study.plan import Planned
from triode.study.record import TrialKey, TrialRecord

__all__ = ["ManySources", "PlannedTrials", "TrialSource"]


class TrialSource(Protocol):
    """Gives trials one at a time, and hears how they ended."""

    @property
    def planned(self) -> int:
        """How many trials there are in all, as far as is known."""

    @property
    def done(self) -> int:
        """How many have ended."""

    def next(self) -> Planned | None:
        """A trial to begin now; None when there is none, or none before another has ended."""

    def ended(self, planned: Planned, record: TrialRecord) -> None:
        """A trial that came from here has ended and is stored."""

    def should_prune(self, planned: Planned, epoch: int, esr: float) -> bool:
        """Whether to end a trial for good after this epoch."""


class PlannedTrials:
    """Trials that are known beforehand. None of them is ever pruned: they answer questions.

    Args:
        trials: All of them.
        statuses: How those that ended before did; failed ones are done again.
    """

    def __init__(self, trials: Sequence[Planned], statuses: Mapping[TrialKey, str]) -> None:
        self._waiting = [one for one in trials if statuses.get(one.key, "failed") == "failed"]
        self._all = len(trials)
        self._done = len(trials) - len(self._waiting)

    @property
    def planned(self) -> int:
        """How many trials there are in all."""
        return self._all

    @property
    def done(self) -> int:
        """How many have ended."""
        return self._done

    def next(self) -> Planned | None:
        """The first that has not begun."""
        return self._waiting.pop(0) if self._waiting else None

    def ended(self, planned: Planned, record: TrialRecord) -> None:
        """Count it."""
        del planned, record
        self._done += 1

    def should_prune(self, planned: Planned, epoch: int, esr: float) -> bool:
        """Never."""
        del planned, epoch, esr
        return False


class ManySources:
    """Sources one after the other.

    Args:
        sources: In this order.
    """

    def __init__(self, sources: Sequence[TrialSource]) -> None:
        self._sources = sources
        self._origins: dict[TrialKey, TrialSource] = {}

    @property
    def planned(self) -> int:
        """How many trials there are in all."""
        return sum(one.planned for one in self._sources)

    @property
    def done(self) -> int:
        """How many have ended."""
        return sum(one.done for one in self._sources)

    def next(self) -> Planned | None:
        """From the first that has one."""
        for one in self._sources:
            planned = one.next()
            if planned is not None:
                self._origins[planned.key] = one
                return planned
        return None

    def ended(self, planned: Planned, record: TrialRecord) -> None:
        """Tell where it came from."""
        self._origins[planned.key].ended(planned, record)

    def should_prune(self, planned: Planned, epoch: int, esr: float) -> bool:
        """Ask where it came from."""
        return self._origins[planned.key].should_prune(planned, epoch, esr)
