"""Trials in groups come to what they come to alone, and a lost group begins again."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from triode.study.driver import Ending, StudyListener
from triode.study.executor_together import TogetherExecutor
from triode.study.material import prepare_gear
from triode.study.opened import OpenedStudy
from triode.study.plan import planned_trials
from triode.study.record import Outcome, TrialKey, TrialRecord
from triode.study.running import run_study
from triode.study.storage import Storage
from triode.study.task import TrialFiles, TrialTask
from triode.study.together import run_together
from triode.study.trial import TrialProgress, run_trial
from unit.study.made import StopAfter

pytestmark = pytest.mark.usefixtures("compiler", "environment")

SOAP = {"optimizer.method": "soap", "optimizer.schedule": "cosine"}
CANDIDATES = [
    {"name": "tanh", "recipe": "tiny.toml", "set": SOAP},
    {"name": "relu", "recipe": "tiny.toml", "set": {**SOAP, "activation": "ReLU"}},
    # Adam's cannot go with others.
    {"name": "adam", "recipe": "tiny.toml"},
]
# What rounding makes of SOAP's first axes; see the test of `triode.training.together`.
TOLERANCE = 0.05


class Watching(StudyListener):
    """Notes what ended, and kills the first process after its first epoch, or asks for a stop."""

    def __init__(self, *, kill: bool = False, stop: bool = False) -> None:
        self._kill, self._stop, self._epochs = kill, stop, 0
        self.ended: list[str] = []
        self.losses: list[str] = []
        self.resumed: list[str] = []

    def on_trial(self, key: TrialKey, *, resumed: bool) -> None:
        if resumed:
            self.resumed.append(f"{key.candidate} on {key.gear}")

    def on_event(self, key: TrialKey, event: Mapping[str, Any]) -> None:
        self._epochs += event["event"] == "epoch"
        if self._kill and self._epochs == 1:
            self._kill = False
            os.kill(event["process"], signal.SIGKILL)

    def on_end(self, key: TrialKey, outcome: Outcome | None) -> None:
        status = "stopped" if outcome is None else outcome.status
        self.ended.append(f"{key.candidate} on {key.gear}: {status}")

    def on_loss(self, key: TrialKey, reason: str) -> None:
        self.losses.append(reason)

    def should_stop(self) -> bool:
        return self._stop and self._epochs > 0


@pytest.fixture
def tasks(opened: Callable[..., OpenedStudy], tmp_path: Path) -> Callable[..., list[TrialTask]]:
    """Those of the first candidate, on both pieces of gear, from two seeds."""

    def make(where: str, epochs: int = 3) -> list[TrialTask]:
        study = opened(candidates=CANDIDATES[:1], seeds=[0, 1])
        work = tmp_path / where
        for gear in study.study.gear:
            prepare_gear(gear, study.folder, 64, work / "gear" / gear.name)
        return [
            TrialTask(
                study="small",
                key=one.key,
                source="real",
                candidate=one.candidate,
                recipe=study.recipe,
                study_folder=str(study.folder),
                work_folder=str(work),
            )
            for one in planned_trials(study.study, study.candidates, epochs)
        ]

    return make


def together(tasks: list[TrialTask], progress: TrialProgress | None = None) -> list[Any]:
    told = [TrialProgress() for _ in tasks[1:]]
    ended = dict(run_together(tasks, [progress or TrialProgress(), *told]))
    return [ended[number] for number in range(len(tasks))]


def alike(record: TrialRecord | None, other: TrialRecord | None) -> None:
    assert record is not None
    assert other is not None
    for metric in ("esr", "spectral"):
        wanted = pytest.approx(other.outcome.metrics[metric], rel=TOLERANCE)
        assert record.outcome.metrics[metric] == wanted
    assert [epoch for epoch, _ in record.outcome.curve] == [1, 2, 3]
    assert replace(record.provenance, seconds=0.0, started="") == replace(
        other.provenance, seconds=0.0, started=""
    )


def test_together_they_come_to_what_they_come_to_alone(
    tasks: Callable[..., list[TrialTask]],
) -> None:
    records = together(tasks("one"))
    assert len(records) == 4
    for record, task in zip(records, tasks("other"), strict=True):
        alike(record, run_trial(task))
    assert together(tasks("one")) == records


def test_stopped_together_each_goes_on(tasks: Callable[..., list[TrialTask]]) -> None:
    whole = together(tasks("whole"))
    stopped = tasks("stopped")
    assert together(stopped, StopAfter(1)) == [None] * 4
    assert all(TrialFiles.of(one).checkpoint.exists() for one in stopped)
    alike(run_trial(stopped[0]), whole[0])
    for record, other in zip(together(stopped), whole, strict=True):
        alike(record, other)


def test_one_that_cannot_be_run_fails_alone(tasks: Callable[..., list[TrialTask]]) -> None:
    some = tasks("some")
    (TrialFiles.of(some[1]).gear / "facts.json").unlink()
    records = together(some)
    gone = some[1].key.gear
    statuses = {(one.key.gear, one.outcome.status) for one in records}
    assert (gone, "failed") in statuses
    assert {status for gear, status in statuses if gear != gone} == {"finished"}


def run(
    opened: OpenedStudy, storage: Storage, root: Path, listener: StudyListener, workers: int = 1
) -> Ending:
    executor = TogetherExecutor("cpu", workers)
    return run_study(opened, storage, executor, root, measure=False, listener=listener)


@pytest.mark.heavy
def test_a_study_in_groups_ends_and_a_killed_group_goes_on(
    opened: Callable[..., OpenedStudy], storage: Storage, tmp_path: Path
) -> None:
    study = opened(candidates=CANDIDATES)
    killing = Watching(kill=True)
    assert run(study, storage, tmp_path, killing) == Ending(reason="finished", ended=6, left=0)
    assert sorted(killing.ended) == [
        f"{name} on {gear}: finished"
        for name in ("adam", "relu", "tanh")
        for gear in ("hard", "soft")
    ]
    assert len(killing.losses) == 2
    # The other one of the group was perhaps not saved yet.
    assert "tanh on soft" in killing.resumed
    assert {one.outcome.status for one in storage.trials("small")} == {"finished"}


@pytest.mark.heavy
def test_a_stop_reaches_those_that_wait_and_those_at_work(
    opened: Callable[..., OpenedStudy], storage: Storage, tmp_path: Path
) -> None:
    study = opened(candidates=CANDIDATES)
    stopping = Watching(stop=True)
    ending = run(study, storage, tmp_path, stopping)
    assert (ending.reason, ending.left) == ("stopped", 6)
    assert len(stopping.ended) == 6
    assert all(one.endswith("stopped") for one in stopping.ended)
    going_on = Watching()
    assert run(study, storage, tmp_path, going_on, 2).left == 0
    assert sorted(going_on.resumed) == ["tanh on hard", "tanh on soft"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--device", "abacus"], "unknown device"),
        pytest.param(
            ["--device", "cuda"],
            "cannot use the device cuda",
            marks=pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card"),
        ),
    ],
)
def test_a_device_that_is_not_there_leaves_nothing(
    folder: Path, options: list[str], problem: str
) -> None:
    command = [sys.executable, "-m", "triode.cli.main", "study", "run", "tiny", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode not in {0, 130}
    assert problem in done.stderr + done.stdout
    assert not (folder / "studies").exists()
