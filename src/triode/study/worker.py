"""Trials, one at a time, in a process of their own: python -m triode.study.worker."""

from collections.abc import Mapping
from typing import Any

from triode.batch.teller import Teller
from triode.errors import TriodeError
from triode.processes import Orders, Tell, serve
from triode.study.task import TrialTask
from triode.study.trial import TrialProgress, run_trial

__all__ = ["TrialTeller", "do", "main"]


def main() -> None:
    """Do the tasks on standard input; see `triode.processes`."""
    serve(do)


def do(
    task: Mapping[str, Any], tell: Tell, orders: Orders, notices: list[str]
) -> Mapping[str, Any]:
    """Run a trial; what is told at its end: a record, None for a stop, or why it was lost."""
    del notices
    try:
        record = run_trial(TrialTask.from_json(task), TrialTeller(tell, orders))
    except TriodeError as error:
        return {"lost": str(error)}
    return {"record": None if record is None else record.to_json()}


class TrialTeller(Teller, TrialProgress):
    """Tells of a trial; the order "prune" ends it for good, any other until it is resumed."""

    @property
    def pruned(self) -> bool:
        """Whether the order was to prune."""
        return self._orders.given == "prune"


if __name__ == "__main__":
    main()
