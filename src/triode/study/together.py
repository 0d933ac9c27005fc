"""Trials of one candidate, trained together: python -m triode.study.together.

For a graphics card; see `triode.training.together`. The trials differ in gear and seed. Those that
cannot go with others are trained one after the other.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from triode.errors import TriodeError
from triode.processes import Orders, Tell, serve
from triode.study.record import TrialRecord
from triode.study.task import TrialTask
from triode.study.trial import Trial, TrialProgress, attempt, trained_alone
from triode.study.worker import TrialTeller

if TYPE_CHECKING:
    from triode.training.together import Member

__all__ = ["do", "main", "run_together"]


def main() -> None:
    """Do the tasks on standard input; see `triode.processes`."""
    serve(do)


def do(
    task: Mapping[str, Any], tell: Tell, orders: Orders, notices: list[str]
) -> Mapping[str, Any]:
    """Run the trials in `task["tasks"]`; what each tells is told as an event of its number."""
    del notices
    tasks = [TrialTask.from_json(one) for one in task["tasks"]]

    def teller(number: int) -> Tell:
        return lambda event: tell({"event": "trial", "number": number, "told": event})

    tellers = [teller(number) for number in range(len(tasks))]
    try:
        for number, record in run_together(tasks, [TrialTeller(one, orders) for one in tellers]):
            told = None if record is None else record.to_json()
            tellers[number]({"event": "end", "record": told})
    except TriodeError as error:
        return {"lost": str(error)}
    return {}


def run_together(
    tasks: Sequence[TrialTask], progress: Sequence[TrialProgress]
) -> Iterator[tuple[int, TrialRecord | None]]:
    """Train and test trials of one candidate, for as many epochs, on one device.

    Args:
        tasks: What to do.
        progress: Told what happens to each; one that asks to stop stops all.

    Yields:
        The number of a trial that has ended, and its record; None when it was stopped.

    Raises:
        OutputError: The folder cannot be written. What else goes wrong is a failed outcome.
    """
    # Before torch is loaded; see `triode.training.run`.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from triode.training.loop import torch_settings
    from triode.training.together import fit_together

    device = tasks[0].device
    groups: dict[tuple[int, int], dict[int, tuple[Trial, Member]]] = {}
    with torch_settings(device=device, threads=tasks[0].threads):
        for number, (task, told) in enumerate(zip(tasks, progress, strict=True)):
            trial = Trial(task, told)
            if trial.known is not None:
                yield number, trial.known
                continue
            begun = attempt(trial, partial(_member, trial))
            if isinstance(begun, TrialRecord):
                yield number, begun
            elif begun is None:
                yield number, attempt(trial, partial(trained_alone, trial))
            else:
                groups.setdefault(begun.shape, {})[number] = trial, begun
        for group in groups.values():
            # A training that diverges is a result, and no reason to warn on the way there.
            with np.errstate(over="ignore", invalid="ignore"):
                finished = fit_together([member for _, member in group.values()], device=device)
            for number, (trial, member) in group.items():
                end = partial(trial.ended, finished=finished, failure=member.failure)
                yield number, attempt(trial, end)


def _member(trial: Trial) -> "Member | None":
    """The trial as one of several, made ready; None when it cannot go with others."""
    from triode.training.together import Member, can_train_together

    trial.begin()
    if not can_train_together(trial.state, trial.recipe):
        return None
    member = Member(
        state=trial.state,
        material=trial.material,
        recipe=trial.recipe,
        progress=trial.progress,
        save=trial.save,
    )
    # Too little material is told here, where it fails no other.
    assert member.shape
    return member


if __name__ == "__main__":
    main()
