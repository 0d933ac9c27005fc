"""A batch whose recordings and results lie in a storage, and a worker that dies on the way."""

import csv
import json
import os
import shutil
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from triode.batch import (
    WORKER_MODULE,
    BatchSettings,
    Listener,
    Row,
    Status,
    read_manifest,
    remote,
    run_batch,
)
from triode.batch.executor import LocalExecutor
from triode.batch.location import location
from triode.batch.worker import do
from triode.processes import Orders

posix = pytest.mark.skipif(os.name != "posix", reason="signals are sent to a process on POSIX only")


class Killing(Listener):
    """Kills workers right after an epoch, so often."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.processes: list[int] = []
        self.losses: list[str] = []
        self.starts: list[int] = []

    def on_event(self, row: Row, event: Mapping[str, Any]) -> None:
        if event["event"] == "start":
            self.starts.append(event["epoch"])
        if event["event"] == "epoch" and self.times:
            self.times -= 1
            os.kill(event["process"], signal.SIGKILL)

    def on_loss(self, row: Row, reason: str) -> None:
        self.losses.append(reason)


@pytest.fixture
def library(recordings: Path) -> str:
    """A URL that holds manifest.csv beside the recordings."""
    text = "dry,wet,output\ndry.wav,one.wav,first\ndry.wav,none.wav,\n"
    (recordings / "manifest.csv").write_text(text, encoding="utf-8")
    return f"file://{recordings}"


def test_a_recording_that_is_not_in_the_storage_is_a_failed_row(
    library: str, recipe: Callable[[int], str], tmp_path: Path
) -> None:
    target = f"file://{tmp_path}/out"
    missing = read_manifest(location(f"{library}/manifest.csv"))[1:]
    outcomes = run_batch(missing, target, BatchSettings(recipe=recipe(1)), cores=1)
    assert outcomes[missing[0]].status is Status.FAILED
    assert "none.wav: the file cannot be fetched" in str(outcomes[missing[0]].error)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"none.batch.json", "batch.csv", "batch.html"}


@posix
@pytest.mark.heavy
def test_from_urls_to_a_url_through_a_death(
    library: str, recordings: Path, recipe: Callable[[int], str], tmp_path: Path
) -> None:
    folder, target = tmp_path / "out", f"file://{tmp_path}/out"
    rows = read_manifest(location(f"{library}/manifest.csv"))
    settings = BatchSettings(recipe=recipe(3))
    killing = Killing(times=1)
    outcomes = run_batch(
        rows,
        target,
        settings,
        executor=LocalExecutor(WORKER_MODULE, 1),
        again=2,
        listener=killing,
    )
    first, missing = (outcomes[row] for row in rows)
    assert first.status is Status.DONE, first.error
    assert first.epochs == 3
    # It went on from the checkpoint that was in the storage.
    assert killing.starts[0] == 0
    assert killing.starts[1] >= 1
    assert len(killing.losses) == 1
    assert missing.status is Status.FAILED
    assert "none.wav: the file cannot be fetched" in str(missing.error)
    names = {path.name for path in folder.iterdir()}
    kept = {"first.nam", "first.training.jsonl", "first.batch.json", "none.batch.json"}
    assert names == {*kept, "batch.csv", "batch.html"}
    assert len((folder / "first.training.jsonl").read_text().splitlines()) == 3
    table = list(csv.DictReader((folder / "batch.csv").read_text(encoding="utf-8").splitlines()))
    assert [line["model"] for line in table] == ["first.nam", ""]
    assert table[0]["wet"] == f"{library}/one.wav"

    # The same again trains nothing, and a recording that changed is not replaced unasked.
    again = run_batch(rows[:1], target, settings, cores=1, listener=killing)
    assert again[rows[0]] == first
    assert len(killing.starts) == 2
    shutil.copy(recordings / "two.wav", recordings / "one.wav")
    changed = run_batch(rows[:1], target, settings, cores=1)
    assert "made of something else" in str(changed[rows[0]].error)


@posix
@pytest.mark.heavy
def test_a_row_that_is_lost_too_often_has_failed(
    recordings: Path, recipe: Callable[[int], str], tmp_path: Path
) -> None:
    row = Row(number=1, dry=recordings / "dry.wav", wet=recordings / "one.wav", stem="one")
    killing = Killing(times=100)
    settings = BatchSettings(recipe=recipe(100_000))
    outcomes = run_batch([row], tmp_path / "out", settings, cores=1, again=2, listener=killing)
    assert outcomes[row].status is Status.FAILED
    assert "3 workers died on this row" in str(outcomes[row].error)
    assert "code -9" in str(outcomes[row].error)
    assert len(killing.starts) == 3


def test_a_storage_that_vanishes_midway_fails_the_row(
    recordings: Path, recipe: Callable[[int], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from triode.training import load_recipe

    monkeypatch.setattr(remote, "PATIENCE_SECONDS", 0.0)
    folder = tmp_path / "out"
    folder.mkdir()
    task = {
        "dry": str(recordings / "dry.wav"),
        "wet": f"file://{recordings}/one.wav",
        "folder": f"file://{folder}",
        "model": "one.nam",
        "metadata": {},
        "settings": {"recipe": load_recipe(recipe(5)).model_dump(mode="json")},
        "device": "cpu",
        "threads": 1,
        "resume": False,
        "force": False,
    }
    epochs: list[int] = []

    def tell(event: Mapping[str, Any]) -> None:
        json.dumps(event)
        if event["event"] == "epoch":
            epochs.append(event["epoch"])
            assert (folder / "one.checkpoint").exists()
            shutil.rmtree(folder)

    outcome = do(task, tell, Orders(), [])["outcome"]
    assert epochs == [1]
    assert outcome["status"] == "failed"
    assert "one.checkpoint: the file cannot be written" in outcome["error"]
    assert not folder.exists()


@posix
@pytest.mark.heavy
def test_a_worker_that_dies_when_it_is_to_stop_is_not_begun_again(
    recordings: Path, recipe: Callable[[int], str], tmp_path: Path
) -> None:
    class Stopping(Killing):
        def should_stop(self) -> bool:
            return bool(self.processes)

        def on_event(self, row: Row, event: Mapping[str, Any]) -> None:
            if event["event"] == "epoch":
                os.kill(event["process"], signal.SIGKILL)
                self.processes.append(event["process"])

    row = Row(number=1, dry=recordings / "dry.wav", wet=recordings / "one.wav", stem="one")
    stopping = Stopping(times=0)
    settings = BatchSettings(recipe=recipe(100_000))
    outcomes = run_batch([row], tmp_path / "out", settings, cores=1, again=2, listener=stopping)
    assert outcomes[row].status is Status.FAILED
    assert "Run the batch again to continue" in str(outcomes[row].error)
    assert len(set(stopping.processes)) == 1
    assert stopping.losses == []
    assert (tmp_path / "out" / "one.checkpoint").exists()
