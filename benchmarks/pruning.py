"""What a search's pruning would have dropped and saved in studies that were trained whole.

    python benchmarks/pruning.py

Replays two rules on the committed records of studies: a trial is ended when it falls behind the
median of its gear, or among the worst quarter.
"""

import argparse
from pathlib import Path
from typing import Any

from machine import write_result

from triode.study import TrialRecord
from triode.study.exchange import read_export
from triode.study.pruning import KEPT_PERCENT, replayed

__all__ = ["pruning"]

STUDIES = Path(__file__).resolve().parent.parent / "docs" / "studies"
# Epochs that every trial gets: about half, and those of a search where trials are long.
UNPRUNED = {
    "a2-glimpse": 2,
    "beyond-a2-search": 5,
    "beyond-a2-full-search": 2,
    "a2-glimpse-longer": 5,
    "beyond-a2": 5,
}
# Pieces with five seeds would count five times.
FIRST_SEED = {"a2-glimpse": 0}
RULES = {"behind the median": 50.0, "among the worst quarter": KEPT_PERCENT}


def pruning(study: str) -> list[dict[str, Any]]:
    """A row for each rule."""
    trials = [
        TrialRecord.from_json(line["record"])
        for line in read_export(STUDIES / f"{study}.jsonl.gz")
        if line["kind"] == "trial"
    ]
    first = FIRST_SEED.get(study)
    trials = [one for one in trials if first is None or one.key.seed == first]
    rows = []
    for rule, kept_percent in RULES.items():
        found = replayed(trials, UNPRUNED[study], kept_percent=kept_percent)
        count = sum(one.trials for one in found)
        rows.append(
            {
                "study": study,
                "epochs": trials[0].key.epochs,
                "unpruned_epochs": UNPRUNED[study],
                "rule": rule,
                "trials": count,
                "pruned": sum(one.pruned for one in found),
                "epochs_saved": sum(one.epochs_saved * one.trials for one in found) / count,
                "pieces": len(found),
                "kept": sum(one.winner_kept for one in found),
                "price": max(one.price for one in found),
            }
        )
    return rows


def main() -> None:
    """Replay, print, write."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    rows = [row for study in UNPRUNED for row in pruning(study)]
    for row in rows:
        print(row, flush=True)
    write_result("pruning", {"rows": rows})


if __name__ == "__main__":
    main()
