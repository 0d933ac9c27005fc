"""How long a study of 100,000 trials takes to be listed and reported.

    python benchmarks/study_scale.py

The records are made up; storage (SQLite), statistics and page are the real ones.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from machine import write_result
from sqlalchemy import create_engine, insert
from study_records import made_study

from triode.study.report import StudyInput, gather, study_csv, study_json, study_page
from triode.study.storage import default_url, open_storage, tables
from triode.study.storage.rows import row_of_trial

__all__ = ["measure"]

Result = TypeVar("Result")
Times = dict[str, dict[str, float]]


def measure(trials: int, folder: Path) -> dict[str, Any]:
    """Times of every step, by the clock and of computing.

    Args:
        trials: How many.
        folder: Where the database is made.
    """
    times: Times = {}
    given = made_study(trials)
    storage = open_storage(default_url(folder))
    storage.register(given.name, given.digest, {}, str(folder))
    _fill(folder, given)
    statuses = _timed(times, "list every trial", lambda: storage.statuses(given.name))
    kept = _timed(times, "read every trial", lambda: storage.trials(given.name))
    _timed(times, "read every candidate", lambda: storage.candidates(given.name))
    evidence = _timed(times, "work out every answer", lambda: gather(given))
    page = _timed(times, "write the page", lambda: study_page(evidence))
    day = date(2026, 1, 1)
    _timed(times, "write JSON", lambda: study_json(evidence, day))
    _timed(times, "write CSV", lambda: study_csv(evidence))
    storage.close()
    if not len(statuses) == len(kept) == len(given.trials):
        raise SystemExit(f"{len(kept)} of {len(given.trials)} trials came back")
    parts = ("read every trial", "read every candidate", "work out every answer", "write the page")
    return {
        "trials": len(given.trials),
        "candidates": len(given.candidates),
        "database_bytes": (folder / "studies.sqlite").stat().st_size,
        "page_bytes": len(page.encode()),
        "steps": times,
        "listing_cpu_seconds": times["list every trial"]["cpu_seconds"],
        "report_cpu_seconds": sum(times[one]["cpu_seconds"] for one in parts),
        "report_seconds": sum(times[one]["seconds"] for one in parts),
    }


def _fill(folder: Path, given: StudyInput) -> None:
    """All records at once; a driver adds them one by one as they end, which is not timed here."""
    rows, texts = [], {}
    for trial in given.trials:
        row, shared = row_of_trial(trial)
        rows.append(row)
        texts |= shared
    candidates = [
        {"study": one.study, "name": one.candidate, "record": json.dumps(one.to_json())}
        for one in given.candidates
    ]
    engine = create_engine(default_url(folder))
    with engine.begin() as connection:
        connection.execute(insert(tables.trials), rows)
        connection.execute(
            insert(tables.texts), [{"digest": key, "text": text} for key, text in texts.items()]
        )
        connection.execute(insert(tables.candidates), candidates)
    engine.dispose()


def _timed(times: Times, name: str, work: Callable[[], Result]) -> Result:
    start, start_cpu = time.perf_counter(), time.process_time()
    result = work()
    times[name] = {
        "seconds": round(time.perf_counter() - start, 3),
        "cpu_seconds": round(time.process_time() - start_cpu, 3),
    }
    print(f"{name}: {times[name]}", flush=True)
    return result


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        write_result("study_scale", measure(given.trials, Path(name)))


if __name__ == "__main__":
    main()
