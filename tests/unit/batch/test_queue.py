"""A batch with real workers: bad rows, a second call, kills, and a stop."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from triode.batch import (
    BatchSettings,
    Listener,
    Outcome,
    Row,
    Status,
    rows_of_files,
    run_batch,
    table_paths,
    workers_for,
)
from triode.errors import BatchError, NamFileError, RecipeError, TrainingError
from triode.processes import folder_lock

posix = pytest.mark.skipif(os.name != "posix", reason="signals are sent to a process on POSIX only")
MANY = 100_000


class Hearing(Listener):
    """Remembers what happened, and stops the batch after some epochs."""

    def __init__(self, epochs: int = MANY) -> None:
        self.epochs = epochs
        self.begun: list[str] = []
        self.resumed: list[str] = []

    def on_row(self, row: Row, outcome: Outcome) -> None:
        if outcome.status is Status.TRAINING:
            self.begun.append(row.stem)

    def on_event(self, row: Row, event: Mapping[str, Any]) -> None:
        self.epochs -= event["event"] == "epoch"
        if event["event"] == "start" and event["epoch"]:
            self.resumed.append(row.stem)

    def should_stop(self) -> bool:
        return self.epochs <= 0


def rows_in(folder: Path, *names: str) -> tuple[Row, ...]:
    return rows_of_files(folder / "dry.wav", [folder / f"{name}.wav" for name in names])


def statuses(outcomes: Mapping[Row, Outcome]) -> dict[str, str]:
    return {row.stem: outcome.status.value for row, outcome in outcomes.items()}


def test_a_bad_row_stops_no_other_and_a_second_call_does_what_is_left(
    recordings: Path, recipe: Callable[[int], str], tmp_path: Path
) -> None:
    folder, settings = tmp_path / "captures", BatchSettings(recipe=recipe(2))
    hearing = Hearing()
    rows = rows_in(recordings, "none", "two")
    outcomes = run_batch(rows, folder, settings, cores=1, listener=hearing)
    done, failed = "done", "failed"
    wanted = {"none": failed, "two": done}
    assert statuses(outcomes) == wanted
    assert "there is no such file" in str(outcomes[rows[0]].error)
    assert hearing.begun == ["none", "two"]
    capture = (folder / "two.nam").read_bytes()
    assert not list(folder.glob("*.checkpoint"))

    table, page = (path.read_text(encoding="utf-8") for path in table_paths(folder))
    lines = list(csv.DictReader(table.splitlines()))
    assert [line["status"] for line in lines] == list(wanted.values())
    esr = json.loads(capture)["metadata"]["training"]["validation_esr"]
    assert float(lines[1]["esr_full"]) == pytest.approx(esr, rel=1e-5)
    assert (lines[1]["model"], lines[1]["epochs"]) == ("two.nam", "2")
    assert "2 recordings: 1 done, 1 failed" in page
    assert 'href="two.nam"' in page
    assert 'href="none.nam"' not in page

    # The missing file has come: it alone is trained, and what is done is read from the records.
    (recordings / "none.wav").write_bytes((recordings / "one.wav").read_bytes())
    again = Hearing()
    later = run_batch(rows, folder, settings, cores=1, listener=again)
    assert statuses(later) == {"none": done, "two": done}
    assert again.begun == ["none"]
    assert later[rows[1]] == outcomes[rows[1]]
    assert (folder / "two.nam").read_bytes() == capture

    # Another recipe makes other captures: nothing is replaced unasked.
    other = run_batch(rows[1:], folder, BatchSettings(recipe=recipe(1)), cores=1)
    assert "made of something else" in str(other[rows[1]].error)
    assert (folder / "two.nam").read_bytes() == capture


@posix
@pytest.mark.heavy
def test_killed_and_run_again_it_ends_with_the_same_captures(
    recordings: Path, recipe: Callable[[int], str], tmp_path: Path
) -> None:
    folder, settings = tmp_path / "captures", BatchSettings(recipe=recipe(40))
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from triode.batch import *\n"
        "class Printer(Listener):\n"
        "    def on_event(self, row, event):\n"
        "        print(event['event'], event.get('epoch'), flush=True)\n"
        "rows = rows_of_files(Path(sys.argv[1]), [Path(sys.argv[2])])\n"
        "settings = BatchSettings(recipe=sys.argv[4])\n"
        "run_batch(rows, sys.argv[3], settings, cores=1, listener=Printer())\n"
    )
    words = [recordings / "dry.wav", recordings / "one.wav", folder, settings.recipe]
    driver = subprocess.Popen(
        [sys.executable, "-c", script, *map(str, words)], stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert driver.stdout is not None
    while not driver.stdout.readline().startswith("epoch"):
        assert driver.poll() is None
    driver.send_signal(signal.SIGKILL)
    # The worker holds the other end of its output; that closes when it notices and ends.
    driver.communicate(timeout=60)
    assert not (folder / "one.nam").exists()

    hearing = Hearing()
    (row,) = rows_in(recordings, "one")
    resumed = run_batch([row], folder, settings, cores=1, listener=hearing)
    assert hearing.resumed == ["one"]
    assert resumed[row].status is Status.DONE
    once = tmp_path / "once"
    run_batch([row], once, settings, cores=1)
    assert (folder / "one.nam").read_bytes() == (once / "one.nam").read_bytes()


@posix
@pytest.mark.heavy
def test_a_killed_worker_is_a_failed_row_that_goes_on_next_time(
    recordings: Path, recipe: Callable[[int], str], tmp_path: Path
) -> None:
    folder, settings = tmp_path / "captures", BatchSettings(recipe=recipe(MANY))
    (row,) = rows_in(recordings, "one")

    class Killer(Hearing):
        def on_event(self, row: Row, event: Mapping[str, Any]) -> None:
            if event["event"] == "epoch" and event["epoch"] == 2:
                os.kill(event["process"], signal.SIGKILL)

    killed = run_batch([row], folder, settings, cores=1, listener=Killer())
    assert killed[row].status is Status.FAILED
    assert "ended early with code -9" in str(killed[row].error)
    hearing = Hearing(epochs=1)
    stopped = run_batch([row], folder, settings, cores=1, listener=hearing)
    # Stopped by the listener, it writes the best so far and keeps its checkpoint.
    assert hearing.resumed == ["one"]
    assert stopped[row].status is Status.STOPPED
    assert (folder / "one.nam").exists()
    assert (folder / "one.checkpoint").exists()


@pytest.mark.heavy
def test_rows_that_come_later_are_done_too(
    recordings: Path, recipe: Callable[[int], str], tmp_path: Path
) -> None:
    waiting = list(rows_in(recordings, "one"))

    class StopWhenDone(Hearing):
        def on_row(self, row: Row, outcome: Outcome) -> None:
            if outcome.status is Status.DONE:
                self.epochs = 0

    outcomes = run_batch(
        [],
        tmp_path / "captures",
        BatchSettings(recipe=recipe(1)),
        cores=1,
        listener=StopWhenDone(),
        more=lambda: [waiting.pop()] if waiting else [],
    )
    assert statuses(outcomes) == {"one": "done"}


def test_settings_that_cannot_be_right_are_one_error_and_leave_nothing(
    recordings: Path, tmp_path: Path
) -> None:
    rows, folder = rows_in(recordings, "one", "two"), tmp_path / "captures"
    for settings, error in (
        (BatchSettings(recipe="a9"), RecipeError),
        (BatchSettings(until="better"), TrainingError),
        (BatchSettings(start=str(recordings / "one.wav")), NamFileError),
    ):
        with pytest.raises(error):
            run_batch(rows, folder, settings)
    assert not folder.exists()


def test_two_batches_do_not_share_a_folder(
    recordings: Path, recipe: Callable[[int], str], tmp_path: Path
) -> None:
    settings = BatchSettings(recipe=recipe(1))
    taken = pytest.raises(BatchError, match="another batch works in this folder")
    with folder_lock(tmp_path, "taken"), taken:
        run_batch(rows_in(recordings, "one"), tmp_path, settings)


@pytest.mark.parametrize(
    ("cores", "rows", "wanted"),
    [(1, 5, (1, 1)), (2, 5, (2, 1)), (2, 1, (1, 2)), (8, 3, (3, 2)), (8, 1, (1, 8))],
)
def test_every_row_gets_one_thread_while_there_are_enough(
    cores: int, rows: int, wanted: tuple[int, int]
) -> None:
    assert workers_for(cores, rows) == wanted
