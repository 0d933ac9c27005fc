"""Whole studies in processes of their own, some of which are killed."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from triode.batch.executor import LocalExecutor
from triode.errors import StudyError, TriodeError
from triode.study.driver import Ending, StudyListener
from triode.study.lease import DriverLease
from triode.study.opened import OpenedStudy
from triode.study.record import Outcome, TrialKey, TrialRecord
from triode.study.report import gather
from triode.study.reporting import study_input
from triode.study.running import run_study
from triode.study.storage import Storage, default_url, open_storage
from unit.study.postgresql import postgresql_server
from unit.study.test_expansion import BASE, NESTED

pytestmark = pytest.mark.usefixtures("compiler", "environment")

ONE_TRIAL = {
    "candidates": [{"name": "tanh", "recipe": "tiny.toml"}],
    "gear": [{"name": "soft", "source": "real", "dry": "dry.wav", "wet": "soft.wav"}],
}


class Watching(StudyListener):
    """Notes what happens."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.ended: list[tuple[str, str]] = []
        self.resumed: list[str] = []
        self.losses: list[str] = []

    def on_stage(self, text: str) -> None:
        self.stages.append(text)

    def on_trial(self, key: TrialKey, *, resumed: bool) -> None:
        if resumed:
            self.resumed.append(key.gear)

    def on_end(self, key: TrialKey, outcome: Outcome | None) -> None:
        self.ended.append((key.gear, "stopped" if outcome is None else outcome.status))

    def on_loss(self, key: TrialKey, reason: str) -> None:
        self.losses.append(reason)


class KillingOnce(Watching):
    """Kills the first worker right after its first epoch."""

    def on_event(self, key: TrialKey, event: Mapping[str, Any]) -> None:
        if event["event"] == "start":
            self._process = event["process"]
        elif event["event"] == "epoch" and not self.losses:
            os.kill(self._process, signal.SIGKILL)


class StoppingOnce(Watching):
    """Asks for a stop after the first epoch."""

    def __init__(self) -> None:
        super().__init__()
        self._stop = False

    def on_event(self, key: TrialKey, event: Mapping[str, Any]) -> None:
        self._stop = self._stop or event["event"] == "epoch"

    def should_stop(self) -> bool:
        return self._stop


def run(
    opened: OpenedStudy, storage: Storage, root: Path, listener: StudyListener, **options: Any
) -> Ending:
    executor = LocalExecutor("triode.study.worker", 1)
    options = {"measure": False, **options}
    return run_study(opened, storage, executor, root, listener=listener, **options)


def plain(records: tuple[TrialRecord, ...]) -> list[dict[str, Any]]:
    return [
        replace(
            one, provenance=replace(one.provenance, seconds=0.0, started="", code_version="")
        ).to_json()
        for one in records
    ]


def test_an_engine_that_is_missing_is_told_before_anything_is_done(
    opened: Callable[..., OpenedStudy],
    storage: Storage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    listener = Watching()
    executor = LocalExecutor("triode.study.worker", 1)
    for engine, missing in (
        ("wasm-player", "needs Node.js"),
        ("cortex-m7-instructions", "no make and no qemu-system-arm"),
    ):
        study = opened(name=engine, engines=["host-c", engine])
        with pytest.raises(TriodeError, match=missing):
            run_study(study, storage, executor, tmp_path / "studies", listener=listener)
    executor.close()
    assert listener.stages == []


def test_a_study_ends_and_a_killed_worker_costs_only_an_epoch(
    opened: Callable[..., OpenedStudy], storage: Storage, tmp_path: Path
) -> None:
    study = opened(**ONE_TRIAL)
    killing = KillingOnce()
    ending = run(study, storage, tmp_path, killing)
    assert ending == Ending(reason="finished", ended=1, left=0)
    assert len(killing.losses) == 1
    assert "-9" in killing.losses[0]
    assert killing.resumed == ["soft"]
    records = storage.trials("small")
    assert [one.outcome.status for one in records] == ["finished"]
    assert all(len(one.outcome.curve) == 2 for one in records)
    assert len(storage.candidates("small")) == 1
    again = Watching()
    assert run(study, storage, tmp_path, again) == Ending(reason="finished", ended=0, left=0)
    assert again.ended == []
    assert not storage.study("small").driven
    assert not list(tmp_path.glob("small/*/checkpoints/*"))
    assert not list(tmp_path.glob("small/*/results/*"))


@pytest.mark.heavy
def test_a_stopped_study_goes_on_to_what_an_undisturbed_one_gives(
    opened: Callable[..., OpenedStudy], storage: Storage, tmp_path: Path
) -> None:
    # So many epochs that the order to stop comes before their end on a busy machine, too.
    study = opened(training={"recipe": "tiny.toml", "context_samples": 64, "epochs": [60]})
    stopping = StoppingOnce()
    ending = run(study, storage, tmp_path, stopping)
    assert (ending.reason, ending.left) == ("stopped", 4)
    assert stopping.ended == [("soft", "stopped")]
    going_on = Watching()
    assert run(study, storage, tmp_path, going_on).left == 0
    assert going_on.resumed == ["soft"]
    whole = open_storage(default_url(tmp_path / "whole"))
    run(study, whole, tmp_path / "whole", Watching())
    assert plain(storage.trials("small")) == plain(whole.trials("small"))


@pytest.mark.heavy
def test_sizes_that_train_together_are_kept_and_compared_one_by_one(
    opened: Callable[..., OpenedStudy], storage: Storage, tmp_path: Path
) -> None:
    question = {"name": "q", "text": "?", "a": ["wide@size1"], "b": ["narrow"], "simpler": "b"}
    narrow = {"name": "narrow", "base": "wave"}
    study = opened(bases=BASE, candidates=[NESTED, narrow], questions=[question])
    executor = LocalExecutor("triode.study.worker", 1)
    run_study(study, storage, executor, tmp_path, measure=True)
    costs = {one.candidate: one.costs for one in storage.candidates("small")}
    assert costs.keys() == {"wide", "wide@size1", "wide@size2", "narrow"}
    assert all([one.engine for one in each] == ["host-c"] for each in costs.values())
    assert {one.key.candidate for one in storage.trials("small")} == {"wide", "narrow"}
    (answer,) = gather(study_input(storage, "small")).answers
    assert answer.effect is not None
    assert answer.effect.pieces == 2


def test_the_budget_ends_a_run(
    opened: Callable[..., OpenedStudy], storage: Storage, tmp_path: Path
) -> None:
    ending = run(opened(), storage, tmp_path, Watching(), budget_seconds=0.0)
    assert ending == Ending(reason="budget", ended=0, left=4)


@pytest.mark.heavy
def test_a_failed_trial_is_told_and_tried_again(
    opened: Callable[..., OpenedStudy], storage: Storage, tmp_path: Path, folder: Path
) -> None:
    (folder / "odd_module.py").write_text(
        "import os\n"
        "from triode.graph import Conv, GraphBuilder\n"
        "def graph():\n"
        "    if os.environ.get('ODD') == 'broken' and 'study.worker' in ' '.join(os.sys.orig_argv):"
        "\n        raise RuntimeError('not today')\n"
        "    builder = GraphBuilder()\n"
        "    x = builder.input(1)\n"
        "    conv = Conv(in_channels=1, out_channels=1, kernel_size=2)\n"
        "    return builder.build(builder.add('only', conv, x))\n",
        encoding="utf-8",
    )
    study = opened(candidates=[{"name": "odd", "graph": "odd_module:graph"}])
    os.environ["ODD"] = "broken"
    try:
        broken = Watching()
        run(study, storage, tmp_path, broken)
    finally:
        del os.environ["ODD"]
    assert [status for _, status in broken.ended] == ["failed", "failed"]
    assert "not today" in storage.trials("small")[0].outcome.message
    run(study, storage, tmp_path, Watching())
    assert [one.outcome.status for one in storage.trials("small")] == ["finished"] * 2


def test_two_drivers_on_one_study_are_refused(
    opened: Callable[..., OpenedStudy], storage: Storage, tmp_path: Path
) -> None:
    study = opened()
    storage.register("small", study.digest, study.document, str(study.folder))
    with DriverLease(storage, "small"), pytest.raises(StudyError, match="another driver"):
        run(study, storage, tmp_path, Watching())


def test_the_lease_of_a_dead_process_does_not_count(
    opened: Callable[..., OpenedStudy], storage: Storage
) -> None:
    study = opened()
    storage.register("small", study.digest, study.document, str(study.folder))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with DriverLease(storage, "small") as lease:
        dead = lease.driver.replace(str(os.getpid()), str(ended.pid))
    assert storage.lease("small", dead, 3600.0)
    with DriverLease(storage, "small") as lease:
        assert storage.study("small").driver == lease.driver


def test_changed_gear_is_refused(
    opened: Callable[..., OpenedStudy], storage: Storage, tmp_path: Path, folder: Path
) -> None:
    from triode.study.driver import make_ready

    study = opened()
    storage.register("small", study.digest, study.document, str(study.folder))
    make_ready(study, storage, tmp_path / "work", StudyListener())
    (folder / "soft.wav").write_bytes((folder / "hard.wav").read_bytes())
    with pytest.raises(StudyError, match="gear soft has changed since the study began"):
        make_ready(study, storage, tmp_path / "work", StudyListener())


def test_missing_gear_is_refused(
    opened: Callable[..., OpenedStudy], storage: Storage, tmp_path: Path, folder: Path
) -> None:
    (folder / "hard.wav").unlink()
    with pytest.raises(StudyError, match="a recording of gear hard cannot be read"):
        run(opened(), storage, tmp_path, Watching())
    assert not storage.study("small").driven


def test_a_hash_in_the_study_file_is_held_against_the_recording(
    opened: Callable[..., OpenedStudy], storage: Storage, tmp_path: Path
) -> None:
    gear = {"name": "soft", "source": "real", "dry": "dry.wav", "wet": "soft.wav"}
    study = opened(gear=[{**gear, "wet_sha256": "0" * 64}])
    with pytest.raises(StudyError, match="not the one that the study names"):
        run(study, storage, tmp_path, Watching())


def test_constraints_that_nothing_meets_are_refused(
    opened: Callable[..., OpenedStudy], storage: Storage, tmp_path: Path
) -> None:
    study = opened(constraints={"weight_bytes": 8})
    with pytest.raises(StudyError, match="no candidate meets the constraints"):
        run(study, storage, tmp_path, Watching())


DRIVER = """
import sys
from pathlib import Path
from triode.batch.executor import LocalExecutor
from triode.study.driver import StudyListener
from triode.study.opened import OpenedStudy
from triode.study.running import run_study
from triode.study.storage import open_storage

class Telling(StudyListener):
    def on_event(self, key, event):
        if event["event"] in ("start", "epoch"):
            print(event["event"], event.get("process", ""), flush=True)

storage = open_storage(sys.argv[2])
opened = OpenedStudy.of_stored(storage.study("small"))
executor = LocalExecutor("triode.study.worker", 1)
run_study(opened, storage, executor, Path(sys.argv[1]), measure=False, listener=Telling())
"""


@pytest.mark.heavy
@pytest.mark.skipif(os.name == "nt", reason="kills by POSIX signals")
def test_a_killed_driver_takes_its_workers_along_and_the_next_one_goes_on(
    opened: Callable[..., OpenedStudy], storage: Storage, tmp_path: Path
) -> None:
    import time

    study = opened()
    storage.register("small", study.digest, study.document, str(study.folder))
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(tmp_path), default_url(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert driver.stdout is not None
    worker = int(driver.stdout.readline().split()[1])
    assert driver.stdout.readline().split()[0] == "epoch"
    driver.kill()
    driver.wait()
    driver.stdout.close()
    for _ in range(600):
        if not Path(f"/proc/{worker}").exists():
            break
        time.sleep(0.1)
    assert not Path(f"/proc/{worker}").exists()
    going_on = Watching()
    assert run(study, storage, tmp_path, going_on).left == 0
    whole = open_storage(default_url(tmp_path / "whole"))
    run(study, whole, tmp_path / "whole", Watching())
    assert plain(storage.trials("small")) == plain(whole.trials("small"))
    whole.close()


@pytest.mark.heavy
def test_a_database_that_goes_away_for_a_while_costs_nothing(
    opened: Callable[..., OpenedStudy], tmp_path: Path
) -> None:
    with postgresql_server() as server:

        class Restarting(Watching):
            def on_event(self, key: TrialKey, event: Mapping[str, Any]) -> None:
                if event["event"] == "start" and not self.losses:
                    self.losses.append("the database")
                    server.stop()
                    threading.Timer(5.0, server.start).start()

        kept = open_storage(server.fresh_database())
        restarting = Restarting()
        assert run(opened(**ONE_TRIAL), kept, tmp_path, restarting).left == 0
        assert restarting.losses
        assert [one.outcome.status for one in kept.trials("small")] == ["finished"]
        kept.close()


@pytest.mark.heavy
@pytest.mark.skipif(os.name == "nt", reason="interrupts by POSIX signals")
def test_ctrl_c_ends_the_command_and_resume_goes_on(
    document: Callable[..., dict[str, Any]], folder: Path, tmp_path: Path
) -> None:
    gear = document()["gear"]
    lines = ['name = "small"', 'description = "two candidates"', 'engines = ["host-c"]']
    lines += ["[training]", 'recipe = "tiny.toml"', "epochs = [2]", "context_samples = 64"]
    for one in gear:
        lines += ["[[gear]]", *(f'{key} = "{value}"' for key, value in one.items())]
    lines += ["[[candidates]]", 'name = "tanh"', 'recipe = "tiny.toml"']
    (folder / "small.toml").write_text("\n".join(lines), encoding="utf-8")
    triode = [sys.executable, "-m", "triode.cli.main", "study"]
    options = ["--folder", str(tmp_path / "studies"), "--workers", "1"]
    running = subprocess.Popen(
        [*triode, "run", str(folder / "small.toml"), *options, "--no-cost"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert running.stdout is not None
    for line in running.stdout:
        if line.startswith("tanh on soft"):
            running.send_signal(signal.SIGINT)
            break
    rest = running.stdout.read()
    running.stdout.close()
    assert running.wait() == 130, rest
    assert "Go on with: triode study resume small" in rest
    done = subprocess.run(
        [*triode, "resume", "small", *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "2 trials planned; 2 finished" in done.stdout
    assert "tanh on soft" not in done.stdout


@pytest.mark.heavy
def test_a_search_is_measured_trained_and_resumed(
    opened: Callable[..., OpenedStudy], storage: Storage, tmp_path: Path
) -> None:
    search = {
        "name": "wide",
        "recipe": "tiny.toml",
        "candidates": 2,
        "ranges": [{"name": "width", "paths": ["channels"], "low": 1, "high": 4}],
    }
    study = opened(**{**ONE_TRIAL, "candidates": [], "searches": [search]})
    first = StoppingOnce()
    assert run(study, storage, tmp_path, first, measure=True).left > 0
    assert not any("in turns" in text for text in first.stages)
    last = Watching()
    assert run(study, storage, tmp_path, last, measure=True).left == 0
    # When all are trained, on a machine that is quiet again.
    assert last.stages[-1] == "host-c: timing 2 candidates in turns"
    records = storage.trials("small")
    assert [one.key.candidate for one in records] == ["wide-0001", "wide-0002"]
    assert [one.outcome.status for one in records] == ["finished"] * 2
    for candidate in storage.candidates("small"):
        assert candidate.costs[0].ns_per_sample > 0.0
        assert candidate.config["config"]["channels"] == candidate.config["search"]["width"]
