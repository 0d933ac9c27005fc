"""Ending the trials of a search that fall behind: Optuna's median pruner for each piece of gear.

ESR differs from amp to amp by orders of magnitude, so that a curve is compared with those of the
same gear only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from triode.study.record import TrialKey, TrialRecord

if TYPE_CHECKING:
    import optuna

__all__ = ["PrunedGear", "Pruner", "replayed"]

_TRIALS_BEFORE = 5


class Pruner:
    """Decides after each epoch; Optuna's rule on our curves.

    Args:
        unpruned_epochs: How many epochs every trial gets.
    """

    def __init__(self, unpruned_epochs: int) -> None:
        self._warm_up = unpruned_epochs
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
        """Whether to end the trial of this key, which had this ESR after this epoch."""
        if key not in self._asked:
            self._asked[key] = self._study(key.gear).ask()
        trial = self._asked[key]
        trial.report(esr, epoch)
        return bool(trial.should_prune())

    def _study(self, gear: str) -> "optuna.Study":
        import optuna

        if gear not in self._studies:
            pruner = optuna.pruners.MedianPruner(
                n_startup_trials=_TRIALS_BEFORE, n_warmup_steps=self._warm_up
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
        winner_kept: Whether the trial of the lowest validation ESR would have run to its end.
    """

    gear: str
    trials: int
    pruned: int
    epochs_saved: float
    winner_kept: bool


def replayed(records: Sequence[TrialRecord], unpruned_epochs: int) -> tuple[PrunedGear, ...]:
    """Pruning replayed on full curves, gear by gear: each trial against all others of its gear.

    Trials of the most common length only. That is harder on a winner than a real search, which
    has few curves to compare with at its beginning.

    Args:
        records: Trials of a study; those that did not finish are left out.
        unpruned_epochs: As for `Pruner`.
    """
    finished = [one for one in records if one.outcome.status == "finished" and one.outcome.curve]
    lengths = [len(one.outcome.curve) for one in finished]
    common = max(set(lengths), key=lengths.count, default=0)
    by_gear: dict[str, list[TrialRecord]] = {}
    for one in finished:
        if len(one.outcome.curve) == common:
            by_gear.setdefault(one.key.gear, []).append(one)
    return tuple(
        _replayed(gear, trials, unpruned_epochs) for gear, trials in sorted(by_gear.items())
    )


def _replayed(gear: str, trials: Sequence[TrialRecord], unpruned_epochs: int) -> PrunedGear:
    ends = []
    for one in trials:
        pruner = Pruner(unpruned_epochs)
        for other in trials:
            if other is not one:
                pruner.learn(gear, other.outcome.curve)
        curve = one.outcome.curve
        ends.append(
            next((epoch for epoch, esr in curve if pruner.asks_for(one.key, epoch, esr)), 0)
        )
    best = min(
        range(len(trials)), key=lambda place: min(esr for _, esr in trials[place].outcome.curve)
    )
    whole = sum(len(one.outcome.curve) for one in trials)
    saved = sum(len(one.outcome.curve) - end for one, end in zip(trials, ends, strict=True) if end)
    return PrunedGear(
        gear=gear,
        trials=len(trials),
        pruned=sum(end > 0 for end in ends),
        epochs_saved=saved / whole,
        winner_kept=ends[best] == 0,
    )
