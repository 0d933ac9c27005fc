"""Ending the trials of a search that fall behind: Optuna's percentile pruner, gear by gear.

A trial is ended when its best so far is among the worst quarter of what others of its gear had
after as many epochs. Networks overtake each other late, so that the median, the usual choice, drops
the best one on one piece of gear in twelve: docs/reference/pruning.md. ESR differs from amp to amp
by orders of magnitude, so that a curve is compared with those of the same gear only.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from triode.study.record import TrialKey, TrialRecord

if TYPE_CHECKING:
    import optuna

__all__ = ["KEPT_PERCENT", "PrunedGear", "Pruner", "replayed"]

KEPT_PERCENT = 75.0
_TRIALS_BEFORE = 5


class Pruner:
    """Decides after each epoch; Optuna's rule on our curves.

    Args:
        unpruned_epochs: How many epochs every trial gets.
        kept_percent: How many of a hundred go on.
    """

    def __init__(self, unpruned_epochs: int, *, kept_percent: float = KEPT_PERCENT) -> None:
        self._warm_up, self._kept_percent = unpruned_epochs, kept_percent
        self._studies: dict[str, optuna.Study] = {}
        self._asked: dict[TrialKey, optuna.trial.Trial] = {}

    def learn(self, gear: str, curve: Sequence[tuple[int, float]]) -> None:
        """A trial that ran to its end had this curve of (epoch, validation ESR)."""
        import optuna

        if not curve:
            return
        self._study(gear).add_trial(
            optuna.trial.create_trial(
                value=min(esr for _, esr in curve),
                intermediate_values={epoch: _running_best(curve, epoch) for epoch, _ in curve},
            )
        )

    def asks_for(self, key: TrialKey, epoch: int, esr: float) -> bool:
        """Whether to end the trial of this key, which had this ESR after this epoch.

        Not after its last one, which leaves nothing to save.
        """
        if epoch >= key.epochs:
            return False
        if key not in self._asked:
            self._asked[key] = self._study(key.gear).ask()
        trial = self._asked[key]
        trial.report(esr, epoch)
        return bool(trial.should_prune())

    def _study(self, gear: str) -> "optuna.Study":
        import optuna

        if gear not in self._studies:
            optuna.logging.set_verbosity(optuna.logging.WARNING)
            pruner = optuna.pruners.PercentilePruner(
                self._kept_percent, n_startup_trials=_TRIALS_BEFORE, n_warmup_steps=self._warm_up
            )
            self._studies[gear] = optuna.create_study(direction="minimize", pruner=pruner)
        return self._studies[gear]


def _running_best(curve: Sequence[tuple[int, float]], epoch: int) -> float:
    return min(esr for reached, esr in curve if reached <= epoch)


@dataclass(frozen=True, kw_only=True)
class PrunedGear:
    """What pruning would have done to the full trials of one piece of gear.

    Attributes:
        gear: Which.
        trials: How many full trials there are.
        pruned: How many of them would have been ended early.
        epochs_saved: The share of all epochs that would not have been trained.
        price: The lowest validation ESR of the trials that would have run to their end, over the
            lowest of all: 1 where the winner is among them.
    """

    gear: str
    trials: int
    pruned: int
    epochs_saved: float
    price: float

    @property
    def winner_kept(self) -> bool:
        """Whether the trial of the lowest validation ESR would have run to its end."""
        return self.price == 1.0


def replayed(
    records: Sequence[TrialRecord], unpruned_epochs: int, *, kept_percent: float = KEPT_PERCENT
) -> tuple[PrunedGear, ...]:
    """Pruning replayed on full curves, gear by gear: each trial against all others of its gear.

    Trials of the most common length only. That is harder on a winner than a real search, which
    has few curves to compare with at its beginning.

    Args:
        records: Trials of a study; those that did not finish are left out.
        unpruned_epochs: As for `Pruner`.
        kept_percent: The same.

    Returns:
        Nothing when the trials are no longer than that.
    """
    finished = [one for one in records if one.outcome.status == "finished" and one.outcome.curve]
    lengths = [len(one.outcome.curve) for one in finished]
    common = max(set(lengths), key=lengths.count, default=0)
    if common <= unpruned_epochs:
        return ()
    by_gear: dict[str, list[TrialRecord]] = {}
    for one in finished:
        if len(one.outcome.curve) == common:
            by_gear.setdefault(one.key.gear, []).append(one)
    return tuple(
        _replayed(gear, trials, unpruned_epochs, kept_percent)
        for gear, trials in sorted(by_gear.items())
    )


def _replayed(
    gear: str, trials: Sequence[TrialRecord], unpruned_epochs: int, kept_percent: float
) -> PrunedGear:
    ends = []
    for one in trials:
        pruner = Pruner(unpruned_epochs, kept_percent=kept_percent)
        for other in trials:
            if other is not one:
                pruner.learn(gear, other.outcome.curve)
        curve = one.outcome.curve
        ends.append(
            next((epoch for epoch, esr in curve if pruner.asks_for(one.key, epoch, esr)), 0)
        )
    lowest = [min(esr for _, esr in one.outcome.curve) for one in trials]
    kept = [esr for esr, end in zip(lowest, ends, strict=True) if not end]
    whole = sum(len(one.outcome.curve) for one in trials)
    saved = sum(len(one.outcome.curve) - end for one, end in zip(trials, ends, strict=True) if end)
    return PrunedGear(
        gear=gear,
        trials=len(trials),
        pruned=sum(end > 0 for end in ends),
        epochs_saved=saved / whole,
        price=min(kept, default=math.inf) / min(lowest),
    )
