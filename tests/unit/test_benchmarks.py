"""The benchmarks work and their figures fit together; how high they are is not tested."""

import dataclasses
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from triode.architectures import lower
from triode.compiler.toolchain import find_compiler
from triode.graph import counts, interpret


@pytest.fixture(scope="module")
def benchmarks(repository: Path) -> Iterator[Path]:
    """The folder on the import path; what comes from it is forgotten again."""
    folder = repository / "benchmarks"
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name, module in list(sys.modules.items()):
        if name not in before and str(folder) in (getattr(module, "__file__", None) or ""):
            del sys.modules[name]


def module(name: str) -> ModuleType:
    return importlib.import_module(name)


def test_a_figure_says_which_limit_it_keeps(benchmarks: Path) -> None:
    figure = module("figures").Figure.of("speed", "x", [5.0, 1.0, 3.0], must=3.0, aim=4.0)
    assert (figure.median, figure.quartiles, figure.verdict) == (3.0, (2.0, 4.0), "must")
    better = dataclasses.replace(figure, median=4.0)
    assert better.verdict == "aim"
    assert dataclasses.replace(figure, median=2.9).verdict == "MISSED"
    less = dataclasses.replace(figure, more_is_better=False)
    assert (less.verdict, dataclasses.replace(less, median=3.1, aim=None).verdict) == (
        "aim",
        "MISSED",
    )
    assert dataclasses.replace(figure, must=None, aim=None).verdict == ""
    assert figure.line().split()[-1] == "must"
    assert json.loads(json.dumps(figure.to_json()))["verdict"] == "must"


def test_the_captures_are_those_of_the_table(benchmarks: Path) -> None:
    models = module("captures").standard_captures()
    macs = {name: counts(lower(model.config)).macs for name, model in models.items()}
    assert macs == {"A2-Full": 11_776, "A2-Lite": 1_731, "A1 standard": 13_320, "LSTM 1x16": 1_104}
    assert models["A2-Full"].rate_hz == 48_000.0


def test_mixes_are_large_valid_and_always_the_same(benchmarks: Path) -> None:
    mixes = module("mixes")
    chosen = list(mixes.mixes(20))
    graphs = [lower(config) for _, config in chosen]
    assert [seed for seed, _ in chosen] == [seed for seed, _ in mixes.mixes(20)]
    assert graphs == [lower(config) for _, config in mixes.mixes(20)]
    assert all(mixes.work_left(graph).macs > mixes.FEWEST_MACS for graph in graphs)
    text = " ".join(mixes.describe(config) for _, config in chosen)
    for option in ("condition_dsp", "FiLM", "head1x1", "gated", "blended", "2 in", "Tanh"):
        assert option in text
    assert {len(config.layer_arrays) for _, config in chosen} == {1, 2}


def test_every_operation_of_a_mix_has_a_price(benchmarks: Path) -> None:
    prices = {*module("elementwise").KINDS, *module("elementwise").ARITHMETIC}
    for _, config in module("mixes").mixes(20):
        assert counts(lower(config)).elementwise.keys() <= prices


def test_onnx_is_the_same_network(benchmarks: Path) -> None:
    """Float32 against float64: 1e-5 of the peak is a few hundred rounding errors."""
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    network = module("captures").network(
        module("captures").standard_captures()["A2-Lite"].config, seed=1
    )
    reach = counts(network.graph).receptive_field
    signal = np.random.default_rng(0).standard_normal(reach + 500).astype(np.float32)
    play = module("peers").PLAYERS["onnxruntime"](network)
    expected = interpret(network.graph, network.parameters, signal[None])[0]
    error = np.abs(play(signal) - expected)[reach:].max()
    assert error < 1e-5 * np.abs(expected).max()


def test_onnx_refuses_what_it_does_not_know(benchmarks: Path) -> None:
    pytest.importorskip("onnx")
    tanh = module("captures").network(module("captures").standard_captures()["A1 standard"].config)
    with pytest.raises(TypeError, match="no ONNX"):
        module("onnx_writer").onnx_bytes(tanh.graph, tanh.parameters)


def test_a_quick_run_prints_the_table(
    benchmarks: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if find_compiler() is None:
        pytest.skip("there is no C compiler here")
    engine = module("engine")
    monkeypatch.setattr(engine, "write_result", None)  # a quick run writes nothing
    assert engine.main(["--quick", "render"]) == 0
    header, row, *_ = capsys.readouterr().out.splitlines()
    assert header.split()[:4] == ["what", "must", "aim", "median"]
    assert row.startswith("whole-file render, A2-Full")
    assert row.split()[-1] in {"aim", "must", "MISSED"}


def test_an_unknown_section_is_refused(
    benchmarks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        module("engine").main(["--quick", "pace"])
    assert "no such section: pace" in capsys.readouterr().err


def test_a_disturbance_is_what_it_says(benchmarks: Path) -> None:
    capture = module("capture_alignment")
    wet = np.random.default_rng(0).standard_normal(20_000).astype(np.float32)
    moved = capture.Disturbance(kind="delay", delay=100).applied(wet, 0)
    assert np.array_equal(moved[100:], wet)
    lost = capture.Disturbance(kind="dropout", jump=-64, jump_at=5000).applied(wet, 0)
    assert np.array_equal(lost, np.delete(wet, slice(5000, 5064)))
    again = capture.Disturbance(kind="dropout", jump=64, jump_at=5000).applied(wet, 0)
    assert np.array_equal(again[5000:], wet[4936:])
    assert len(list(capture.disturbances(20_000, 0))) * module("capture_gear").PIECES == 555


def test_a_wrong_alignment_is_not_called_right(benchmarks: Path) -> None:
    capture = module("capture_alignment")
    case = capture.Disturbance(kind="delay", delay=10.5)
    known = {"advance_samples": 0, "polarity": 1, "polarity_clarity": 1.0, "confidence": 0.9}
    base = capture.Alignment(delay_samples=3.0, **known)
    for delay, right in ((13.5, True), (13.59, True), (13.61, False), (-13.5, False)):
        found = capture.Alignment(delay_samples=delay, **known)
        assert capture.judged(case, base, found, 1000)["right"] is right
    turned = dataclasses.replace(base, delay_samples=13.5, polarity=-1)
    assert not capture.judged(case, base, turned, 1000)["right"]
    assert not capture.judged(case, base, None, 1000)["right"]


def test_a_few_cases_of_the_benchmark_of_alignment(benchmarks: Path, shared_data: Path) -> None:
    capture, gear = module("capture_alignment"), module("capture_gear")
    name, dry, wet = gear.piece(0, 20.0)
    assert name == "jcm800-crunch"
    base = capture.align(dry, wet, gear.RATE_HZ)
    for case in (
        capture.Disturbance(kind="delay", delay=-33.25, inverted=True),
        capture.Disturbance(kind="dropout", jump=-128, jump_at=400_000),
    ):
        found = capture.attempt(dry, case.applied(wet, 0), gear.RATE_HZ)
        row = capture.judged(case, base, found, len(dry))
        assert row["right"], row
        assert row["sure"], row
    # Another recording is not believed.
    assert capture.attempt(gear.playing(60.0, 20.0), wet, gear.RATE_HZ) is None


@pytest.mark.parametrize(
    ("number", "wanted", "places"),
    [
        pytest.param(8, {"jump": -480}, 0, marks=pytest.mark.heavy),
        pytest.param(11, {"drift_ppm": 200}, 0, marks=pytest.mark.heavy),
        (2, {"jump": 128}, 200),
        pytest.param(2, {"jump": -480}, 0, marks=pytest.mark.heavy),
        pytest.param(10, {"drift_ppm": 200}, 0, marks=pytest.mark.heavy),
        pytest.param(2, {"jump": -64}, 200, marks=pytest.mark.heavy),
        pytest.param(8, {"jump": -128}, 200, marks=pytest.mark.heavy),
    ],
)
def test_cases_that_once_came_out_wrong(
    benchmarks: Path, shared_data: Path, number: int, wanted: dict[str, float], places: int
) -> None:
    """Gaps wrong by a sample, or by a fraction for want of what was left out; drifts at one end.

    At the places drawn with 200: a gap not found, and two put into the wrong passage.
    """
    row = one_case(number, wanted, places)
    assert row["right"], row
    assert row["sure"], row


@pytest.mark.parametrize(
    ("number", "jump", "places"),
    [
        (1, 480, 600),
        pytest.param(13, 1024, 200, marks=pytest.mark.heavy),
        pytest.param(13, -480, 400, marks=pytest.mark.heavy),
    ],
)
def test_a_gap_put_into_the_wrong_place_is_not_sure(
    benchmarks: Path, shared_data: Path, number: int, jump: int, places: int
) -> None:
    """In sweeps: at one end of the doubt, or without what is beside it, the delay is another.

    The last is put beyond passages that are clearly after it, so that all is in doubt.
    """
    row = one_case(number, {"jump": jump}, places)
    assert not row["right"], row
    assert not row["sure"], row


def one_case(number: int, wanted: dict[str, float], places: int = 0) -> dict[str, Any]:
    """The one case of a piece of gear that has these values."""
    capture, gear = module("capture_alignment"), module("capture_gear")
    _, dry, wet = gear.piece(number, capture.SECONDS)
    (case,) = (
        one
        for one in capture.disturbances(len(dry), places + number)
        if all(getattr(one, key) == value for key, value in wanted.items())
    )
    base = capture.align(dry, wet, gear.RATE_HZ)
    found = capture.attempt(dry, case.applied(wet, number), gear.RATE_HZ)
    return dict(capture.judged(case, base, found, len(dry)))


@pytest.mark.heavy
@pytest.mark.parametrize("places", [500, 600])
def test_a_gap_counted_wrong_is_not_sure(benchmarks: Path, shared_data: Path, places: int) -> None:
    """Near and far material contradict each other, and views that are nearly whole are wrong."""
    row = one_case(1, {"jump": -128}, places)
    assert not row["right"], row
    assert not row["sure"], row


def test_simulated_listeners_fill_the_tables_of_the_docs(benchmarks: Path) -> None:
    listening = module("listening")
    rows = {
        "coverage": listening.coverage("both", 5, 2, 3),
        "false_findings": listening.false_findings(5, 3, 3, 2),
        "power": listening.power("gear", 5, 3, 2),
        "mixed": listening.mixed_errors(4, 3, 1),
        "screening": listening.screening("guesses", 4, None, 3),
        "fixed_abx": listening.fixed_abx(16, 3.0, 200),
        "sequential_abx": listening.sequential_abx(16, 0.75, 20),
    }
    assert set(rows) == set(listening.TABLES)
    for name, row in rows.items():
        assert {one.split("/")[0] for one in listening.TABLES[name]["columns"]} <= set(row), name
    assert rows["screening"]["left_out"] == 1.0
    assert rows["fixed_abx"]["heard"] > 0.9


def test_two_arms_on_one_curve_are_read_at_equal_cost(benchmarks: Path) -> None:
    lines, bend = module("equal_cost").equal_cost("the bend of A2 around Lite", 14, 60)
    assert abs(bend["bias"]) < 0.05 < abs(lines["bias"])
    assert bend["width"] < lines["width"]


def test_pruning_is_replayed_on_committed_records(benchmarks: Path) -> None:
    median, quarter = module("pruning").pruning("beyond-a2-search")
    assert (median["trials"], median["pieces"]) == (102, 6)
    assert 0.0 < quarter["epochs_saved"] < median["epochs_saved"] < 3 / 8
    assert quarter["kept"] == 6


def test_a_big_batch_is_driven(benchmarks: Path, tmp_path: Path) -> None:
    found = module("batch_scale").measure(20, tmp_path)
    assert found["rows"] == 20
    assert len(found["cpu_seconds"]) == 3
    lines = (tmp_path / "captures" / "batch.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 21
