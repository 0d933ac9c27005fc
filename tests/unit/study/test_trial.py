import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from triode.architectures import networks
from triode.errors import NamFileError
from triode.graph import interpret
from triode.metrics import esr
from triode.nam import read
from triode.runtime import render
from triode.study.custom import CUSTOM_ARCHITECTURE, read_custom
from triode.study.material import load_prepared, prepare_gear
from triode.study.opened import OpenedStudy
from triode.study.plan import planned_trials
from triode.study.task import TrialFiles, TrialTask
from triode.study.trial import run_trial
from unit.study.made import StopAfter
from unit.study.test_expansion import BASE, NESTED

pytestmark = pytest.mark.usefixtures("compiler")

MODULE = """
from triode.graph import Activation, Conv, GraphBuilder

def clipper(taps):
    builder = GraphBuilder()
    x = builder.input(1)
    x = builder.add("before", Conv(in_channels=1, out_channels=3, kernel_size=taps), x)
    x = builder.add("bend", Activation(kind="PReLU", slope_count=3), x)
    x = builder.add("after", Conv(in_channels=3, out_channels=1), x)
    return builder.build(x)
"""
GRAPH = {"name": "own", "graph": "my_clipper:clipper", "arguments": {"taps": 4}}


@pytest.fixture
def task(opened: Callable[..., OpenedStudy], tmp_path: Path) -> Callable[..., TrialTask]:
    def make(epochs: int = 2, where: str = "work", **changes: Any) -> TrialTask:
        study = opened(**changes)
        first = planned_trials(study.study, study.candidates, epochs)[0]
        work = tmp_path / where
        prepare_gear(first.gear, study.folder, 64, work / "gear" / first.gear.name)
        return TrialTask(
            study="small",
            key=first.key,
            source="real",
            candidate=first.candidate,
            recipe=study.recipe,
            study_folder=str(study.folder),
            work_folder=str(work),
        )

    return make


def plain(record: Any) -> dict[str, Any]:
    """A record without its times."""
    return replace(
        record, provenance=replace(record.provenance, seconds=0.0, started="", code_version="")
    ).to_json()


def test_a_trial_tells_what_the_file_it_leaves_plays(task: Callable[..., TrialTask]) -> None:
    one = task()
    record = run_trial(TrialTask.from_json(json.loads(json.dumps(one.to_json()))))
    assert record is not None
    outcome = record.outcome
    assert outcome.status == "finished"
    assert [epoch for epoch, _ in outcome.curve] == [1, 2]
    assert outcome.best_epoch == min(outcome.curve, key=lambda point: point[1])[0]
    assert {"esr", "spectral", "asr_db"} <= set(outcome.metrics)
    files = TrialFiles.of(one)
    prepared = load_prepared(files.gear)
    start, stop = prepared.parts.test
    played = render(networks(read(files.model))[0], np.array(prepared.dry[:stop]))[start:]
    # The file's gain is rounded to float32 once more.
    assert esr(prepared.wet[start:stop], played) == pytest.approx(outcome.metrics["esr"], rel=1e-4)
    assert not files.checkpoint.exists()
    assert record.provenance.recipe["epochs"] == 2
    assert record.provenance.data_hashes == prepared.digests


def test_a_stopped_trial_goes_on_to_the_same_record(task: Callable[..., TrialTask]) -> None:
    whole = run_trial(task(epochs=3))
    other = task(epochs=3, where="elsewhere")
    assert run_trial(other, StopAfter(1)) is None
    assert TrialFiles.of(other).checkpoint.exists()
    resumed = run_trial(other)
    assert whole is not None
    assert resumed is not None
    assert plain(resumed) == plain(whole)


def test_a_trial_from_another_seed_is_another(task: Callable[..., TrialTask]) -> None:
    one, other = (run_trial(task(where=str(seed), seeds=[seed])) for seed in (0, 1))
    assert one is not None
    assert other is not None
    assert one.outcome.metrics["esr"] != other.outcome.metrics["esr"]


def test_a_pruned_trial_has_its_curve_and_no_metrics(task: Callable[..., TrialTask]) -> None:
    one = task(epochs=5)
    record = run_trial(one, StopAfter(2, prune=True))
    assert record is not None
    assert (record.outcome.status, record.outcome.metrics) == ("pruned", {})
    assert len(record.outcome.curve) == 2
    assert not TrialFiles.of(one).checkpoint.exists()


def test_an_order_to_prune_that_comes_too_late_costs_nothing(
    task: Callable[..., TrialTask],
) -> None:
    record = run_trial(task(epochs=2), StopAfter(2, prune=True))
    assert record is not None
    assert record.outcome.status == "finished"
    assert "esr" in record.outcome.metrics


def test_a_diverged_trial_is_a_result(task: Callable[..., TrialTask]) -> None:
    entry = {
        "name": "wild",
        "recipe": "tiny.toml",
        "set": {"optimizer.learning_rate": 1e30, "activation": "ReLU"},
    }
    record = run_trial(task(candidates=[entry]))
    assert record is not None
    assert record.outcome.status == "diverged"
    assert "not a number" in record.outcome.message or "no validation" in record.outcome.message


def test_a_record_that_was_not_stored_is_found_again(task: Callable[..., TrialTask]) -> None:
    one = task()
    record = run_trial(one)
    assert run_trial(one, StopAfter(0)) == record


def test_a_graph_of_its_own_trains_and_no_player_takes_it(
    task: Callable[..., TrialTask], folder: Path
) -> None:
    (folder / "my_clipper.py").write_text(MODULE, encoding="utf-8")
    one = task(candidates=[GRAPH])
    record = run_trial(one)
    assert record is not None
    assert record.outcome.status == "finished", record.outcome.message
    assert record.provenance.config["architecture"] == CUSTOM_ARCHITECTURE
    files = TrialFiles.of(one)
    with pytest.raises(NamFileError, match="no player knows it"):
        read(files.model)
    graph, parameters, rate_hz = read_custom(files.model)
    assert [node.name for node in graph.nodes] == ["input", "before", "bend", "after"]
    prepared = load_prepared(files.gear)
    start, stop = prepared.parts.test
    gain = json.loads(files.model.read_text("utf-8"))["metadata"]["output_gain"]
    dry = np.array(prepared.dry[start - 64 : stop])[None]
    played = gain * interpret(graph, parameters, dry, rate_hz=rate_hz)[0, 64:]
    # Compiled float32 against the interpreter's float64.
    measured = record.outcome.metrics["esr"]
    assert esr(prepared.wet[start:stop], played) == pytest.approx(measured, rel=1e-3)


def test_a_container_is_measured_size_by_size(task: Callable[..., TrialTask]) -> None:
    size = {"architecture": "ConvNet", "max_value": 0.5}
    text = (
        'description = "two"\nepochs = 1\n'
        "windows = { output_samples = 2048, batch_size = 4 }\n"
        "optimizer = { learning_rate = 0.01 }\n"
    )
    for max_value, channels in ((0.5, 1), (1.0, 3)):
        text += (
            f'[[sizes]]\narchitecture = "{size["architecture"]}"\nmax_value = {max_value}\n'
            f"config = {{ channels = {channels}, dilations = [1], batchnorm = false, "
            'activation = "Tanh" }\n'
        )
    one = task(epochs=1)
    Path(one.study_folder, "two.toml").write_text(text, encoding="utf-8")
    record = run_trial(task(epochs=1, candidates=[{"name": "both", "recipe": "two.toml"}]))
    assert record is not None
    metrics = record.outcome.metrics
    assert {"esr", "esr@lite"} <= set(metrics)
    assert metrics["esr"] != metrics["esr@lite"]
    assert all(math.isfinite(value) for value in metrics.values())


def test_widths_nested_in_a_network_are_measured_one_by_one(
    task: Callable[..., TrialTask], folder: Path
) -> None:
    one = task(bases=BASE, candidates=[NESTED])
    record = run_trial(one)
    assert record is not None
    metrics = record.outcome.metrics
    assert {"esr", "esr@size1", "esr@size2"} <= set(metrics)
    assert "esr@full" not in metrics
    # The file has the same widths.
    prepared = load_prepared(TrialFiles.of(one).gear)
    start, stop = prepared.parts.test
    for size in networks(read(TrialFiles.of(one).model)):
        played = render(size, np.array(prepared.dry[start - 64 : stop]))[64:]
        key = "esr" if size.name == "full" else f"esr@{size.name}"
        measured = esr(np.array(prepared.wet[start:stop]), played)
        assert measured == pytest.approx(metrics[key], rel=1e-3)
