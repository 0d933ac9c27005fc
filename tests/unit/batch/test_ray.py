"""A batch on a real Ray cluster of two nodes on this machine, one of which dies."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.heavy]

# In a process of its own: Ray changes handlers and keeps threads, and warns as it likes.
DRIVER = """
import os, signal, sys, time
from triode.batch import *
from triode.batch.location import location
from ray.cluster_utils import Cluster

manifest, target, recipe, victim = sys.argv[1:]
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
second = cluster.add_node(num_cpus=1)

class Killing(Listener):
    done = False
    def on_row(self, row, outcome):
        print(row.stem, outcome.status.value, outcome.error or "", flush=True)
    def on_event(self, row, event):
        if event["event"] == "start":
            print("start", row.stem, event["epoch"], flush=True)
        if event["event"] == "epoch" and not self.done:
            self.done = True
            if victim == "worker":
                os.kill(event["process"], signal.SIGKILL)
            else:
                cluster.remove_node(second, allow_graceful=False)
    def on_loss(self, row, reason):
        print("lost", row.stem, reason, flush=True)

executor = open_executor(WORKER_MODULE, f"ray://{cluster.address}?cpus=1")
print("slots", executor.slots, executor.threads(1), flush=True)
rows = read_manifest(location(manifest))
settings = BatchSettings(recipe=recipe)
outcomes = run_batch(rows, target, settings, executor=executor, again=2, listener=Killing())
print("ended", *(one.status.value for one in outcomes.values()), flush=True)
cluster.shutdown()
"""


@pytest.mark.parametrize("victim", ["worker", "node"])
def test_a_cluster_loses_a_piece_and_no_row(
    recordings: Path, recipe: Callable[[int], str], tmp_path: Path, victim: str
) -> None:
    pytest.importorskip("ray")
    rows = "dry,wet\n" + "".join(f"dry.wav,{name}.wav\n" for name in ("one", "two", "none"))
    (recordings / "manifest.csv").write_text(rows, encoding="utf-8")
    folder = tmp_path / "out"
    urls = f"file://{recordings}/manifest.csv", f"file://{folder}"
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, *urls, recipe(40), victim],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        env={**os.environ, "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"},
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr[-3000:]
    assert "slots 2 1" in lines
    assert any(line.startswith("lost") for line in lines), lines
    if victim == "worker":
        # A node may die before what ran on it had its first epoch.
        assert any(line.startswith("start") and line.split()[-1] != "0" for line in lines), lines
    assert "ended done done failed" in lines, lines
    for name in ("one", "two"):
        capture = json.loads((folder / f"{name}.nam").read_text(encoding="utf-8"))
        assert capture["metadata"]["training"]["settings"]["epochs"] == 40
    assert not list(folder.glob("*.checkpoint"))
