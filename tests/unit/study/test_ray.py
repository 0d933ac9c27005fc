"""Trials on a real Ray cluster of two nodes on this machine, some of which die."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from triode.study.opened import OpenedStudy
from triode.study.storage import Storage, default_url

pytestmark = [pytest.mark.heavy, pytest.mark.usefixtures("compiler")]

# In a process of its own: Ray changes handlers and keeps threads, and warns as it likes.
DRIVER = """
import os, signal, sys
from pathlib import Path
from triode.batch.executor import open_executor
from triode.study.driver import StudyListener
from triode.study.opened import OpenedStudy
from triode.study.running import run_study
from triode.study.storage import open_storage
from ray.cluster_utils import Cluster

root, url, victim = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
second = cluster.add_node(num_cpus=1)

class Killing(StudyListener):
    done = False
    def on_trial(self, key, *, resumed):
        print("begun", resumed, flush=True)
    def on_event(self, key, event):
        if event["event"] == "epoch" and not self.done:
            self.done = True
            if victim == "worker":
                os.kill(event["process"], signal.SIGKILL)
            elif victim == "node":
                cluster.remove_node(second, allow_graceful=False)
    def on_loss(self, key, reason):
        print("lost", reason, flush=True)

storage = open_storage(url)
opened = OpenedStudy.of_stored(storage.study("small"))
executor = open_executor("triode.study.worker", f"ray://{cluster.address}?cpus=1")
print("slots", executor.slots, flush=True)
ending = run_study(opened, storage, executor, root, measure=False, listener=Killing())
print("ending", ending.reason, ending.ended, ending.left, flush=True)
cluster.shutdown()
"""


@pytest.mark.parametrize("victim", ["worker", "node"])
def test_a_cluster_loses_a_piece_and_no_result(
    opened: Callable[..., OpenedStudy], storage: Storage, tmp_path: Path, victim: str
) -> None:
    study = opened(training={"recipe": "tiny.toml", "context_samples": 64, "epochs": [4]})
    storage.register("small", study.digest, study.document, str(study.folder))
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(tmp_path), default_url(tmp_path), victim],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        env={
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
        },
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr[-3000:]
    assert "slots 2" in lines
    assert any(line.startswith("lost") for line in lines)
    if victim == "worker":
        # A node may die before what ran on it had its first epoch.
        assert "begun True" in lines
    assert "ending finished 4 0" in lines
    assert [one.outcome.status for one in storage.trials("small")] == ["finished"] * 4
