"""Ending the trials of a search that fall behind: Optuna's median pruner for each piece of gear.

ESR differs from amp to amp by orders of magnitude, so that a curve is compared with those of the
same gear only.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from triode.study.record import TrialKey

if TYPE_CHECKING:
    import optuna

__all__ = ["Pruner"]

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
