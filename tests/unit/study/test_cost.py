import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from triode.architectures import lower
from triode.compiler import compile_graph
from triode.errors import StudyError
from triode.graph import counts, interpret
from triode.nam import parse_config
from triode.runtime import Engine, benchmark
from triode.study import cost as cost_module
from triode.study.cost import Measured, measure_costs, scale_of
from triode.study.cost_firmware import measure_firmware_costs
from triode.study.cost_player import measure_player_costs
from triode.study.costing import exceeded, look_at_brackets, unbracketed
from triode.study.opened import OpenedStudy
from triode.study.questions import Constraints
from triode.study.record import CandidateRecord, Cost
from triode.study.removal import measure_removals, removable, without
from triode.study.variants import added_without_layer1x1
from unit.study.test_expansion import WAVENET

TANH = lower(parse_config("WaveNet", WAVENET))


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch, compiler: None) -> None:
    monkeypatch.setattr(benchmark, "_PEAK_REPEATS", 3)
    monkeypatch.setattr(benchmark, "_PEAK_ROUNDS", 1000)
    monkeypatch.setattr(cost_module, "_ROUNDS", 3)


@pytest.mark.usefixtures("short")
def test_every_graph_has_a_cost_on_each_engine_of_this_machine() -> None:
    told: list[str] = []
    for engine in ("host-c", "host-c-libm"):
        found = measure_costs({"a": TANH, "b": TANH}, engine, seconds=0.001, told=told.append)
        assert list(found) == ["a", "b"]
        for one in found.values():
            low, high = one.quartiles
            assert 0.0 < low <= one.ns_per_sample <= high
            assert (one.engine, one.unit, one.block) == (engine, "ns", 64)
            assert one.peak_share is not None
            assert one.peak_share > 0.0
    assert "host-c: compiling a" in told


@pytest.mark.usefixtures("compiler")
@pytest.mark.parametrize(
    "kind", ["Tanh", *(pytest.param(kind, marks=pytest.mark.heavy) for kind in ("Sigmoid", "SiLU"))]
)
def test_the_c_librarys_activations_play_the_same(kind: str) -> None:
    layers = [{**WAVENET["layers"][0], "activation": kind}]
    graph = lower(parse_config("WaveNet", {**WAVENET, "layers": layers}))
    network = Measured.of(graph)
    signal = np.random.default_rng(0).standard_normal(500).astype(np.float32)
    ours, libm = (
        Engine(network, compile_graph(graph, libm=libm)).process(signal) for libm in (False, True)
    )
    expected = interpret(graph, network.parameters, signal[None], rate_hz=48000.0)[0]
    assert not np.array_equal(ours, libm)
    # Each function is exact to a few units in the last place of float32.
    for played in (ours, libm):
        assert np.abs(played - expected).max() < 2e-6 * np.abs(expected).max()


def test_what_is_taken_out_is_gone_and_the_rest_is_as_it_was() -> None:
    kinds = removable(TANH)
    assert set(kinds) == {"activation", "layer1x1"}
    plain = without(TANH, kinds["activation"])
    assert "Tanh" not in counts(plain).elementwise
    assert counts(plain).macs == counts(TANH).macs
    lean = without(TANH, kinds["layer1x1"])
    assert counts(TANH).macs - counts(lean).macs == 2 * 2 * 2
    # Without its activations the network is linear.
    parameters = Measured.of(plain).parameters
    signal = np.random.default_rng(0).standard_normal((1, 50))

    def play(x: np.ndarray) -> np.ndarray:
        return interpret(plain, parameters, x, rate_hz=48000.0)

    at_rest = play(0.0 * signal)
    assert np.allclose(play(2.0 * signal) - at_rest, 2.0 * (play(signal) - at_rest))


@pytest.mark.usefixtures("short")
def test_removals_are_timed_beside_the_whole() -> None:
    whole, found = measure_removals(TANH, seconds=0.001)
    assert {one.kind for one in found} == {"activation", "layer1x1"}
    for one in found:
        assert one.ns_per_sample == pytest.approx(one.share * whole.ns_per_sample)
        assert one.operations == 2


def test_the_scale_of_a_container_is_its_largest_with_all_weights() -> None:
    once, twice = scale_of([TANH]), scale_of([TANH, TANH])
    assert (once.macs, once.receptive_field) == (counts(TANH).macs, 4)
    assert once.elementwise == sum(counts(TANH).elementwise.values())
    assert twice == replace(once, weight_bytes=2 * once.weight_bytes)


def record(name: str, ns: float, engine: str = "host-c") -> CandidateRecord:
    one = Cost(engine=engine, ns_per_sample=ns, quartiles=(ns, ns), peak_share=None, block=64)
    scale = scale_of([TANH])
    return CandidateRecord(study="small", candidate=name, config={}, scale=scale, costs=(one,))


def test_limits_name_what_exceeds_them() -> None:
    one = record("tanh", 50.0)
    assert exceeded(one, Constraints()) == ()
    assert exceeded(one, Constraints(ns_per_sample=50.0)) == ()
    assert exceeded(one, Constraints(ns_per_sample=40.0, macs=1)) == (
        f"macs of {one.scale.macs} where 1 is allowed",
        "ns_per_sample of 50 where 40 is allowed",
    )
    # What was not measured on the engine in question cannot exceed its limit.
    assert exceeded(one, Constraints(ns_per_sample=40.0, engine="host-c-libm")) == ()


def test_arms_on_one_side_of_a_target_are_told(opened: Callable[..., OpenedStudy]) -> None:
    entry = opened().study.candidates[0].model_dump(exclude={"name"}, exclude_none=True)
    names = ["a1", "a2", "a3", "b1", "b2", "b3"]
    question = {"text": "?", "a": names[:3], "simpler": "a", "target": "goal"}
    study = opened(
        candidates=[{**entry, "name": name} for name in names],
        targets=[{"name": "goal", "candidate": "a2"}],
        questions=[{**question, "name": "q", "b": names[3:]}],
    ).study
    told: list[str] = []
    fair = [record(name, ns) for name, ns in zip(names, (10, 20, 30, 15, 25, 35), strict=True)]
    assert unbracketed(study, fair, "host-c") == {}
    look_at_brackets(study, fair, told.append)
    assert told == []
    unfair = [*fair[:3], *(record(name, 21.0 + place) for place, name in enumerate(names[3:]))]
    problem = "question q: arm b costs 21 to 23 per sample, which does not bracket 20"
    assert unbracketed(study, unfair, "host-c") == {"q": problem}
    with pytest.raises(StudyError, match="do not bracket their target"):
        look_at_brackets(study, unfair, told.append)
    # Where another question can be answered, the study goes on.
    both = study.model_copy(
        update={
            "questions": (
                *study.questions,
                study.questions[0].model_copy(update={"name": "r", "b": study.questions[0].a}),
            )
        }
    )
    look_at_brackets(both, unfair, told.append)
    assert told == [f"{problem} on host-c, nor on any other engine: it stays undecided"]


@pytest.mark.heavy
def test_the_player_has_a_cost_for_what_it_loads(
    opened: Callable[..., OpenedStudy], repository: Path
) -> None:
    npm = repository / "tests" / "conformance"
    if shutil.which("node") is None or not (npm / "node_modules").is_dir():
        pytest.skip("the WebAssembly player is not installed: npm ci --prefix tests/conformance")
    own = {"name": "own", "graph": "triode.study.variants:added_without_layer1x1"}
    lean = {**WAVENET, "layers": [{**WAVENET["layers"][0], "layer1x1": {"active": False}}]}
    study = opened(
        candidates=[
            {"name": "wave", "architecture": "WaveNet", "config": WAVENET},
            {**own, "arguments": {"config": lean}},
        ]
    )
    costs = measure_player_costs(study.candidates, seconds=0.01, npm=npm)
    assert set(costs) == {"wave"}
    low, high = costs["wave"].quartiles
    assert 0.0 < low <= costs["wave"].ns_per_sample <= high
    assert (costs["wave"].engine, costs["wave"].peak_share) == ("wasm-player", None)


def test_layers_without_their_own_1x1_add_their_activation() -> None:
    lean = {**WAVENET, "layers": [{**WAVENET["layers"][0], "layer1x1": {"active": False}}]}
    plain = lower(parse_config("WaveNet", lean))
    added = added_without_layer1x1(lean)
    names = {node.name for node in added.nodes} - {node.name for node in plain.nodes}
    assert names == {"array0.layer0.residual", "array0.layer1.residual"}
    by_name = {node.name: node for node in added.nodes}
    assert by_name["array0.layer1.conv"].inputs == ("array0.layer0.residual",)
    assert by_name["array0.layer0.conv"].inputs == ("array0.rechannel",)
    first = by_name["array0.layer0.residual"]
    assert first.inputs == ("array0.rechannel", "array0.layer0.activation")
    with pytest.raises(StudyError, match="nothing to add"):
        added_without_layer1x1(WAVENET)


@pytest.mark.heavy
def test_a_cortex_m7_counts_the_same_every_time(opened: Callable[..., OpenedStudy]) -> None:
    tools = ("make", "qemu-system-arm", "arm-none-eabi-gcc")
    if any(shutil.which(name) is None for name in tools):
        pytest.skip(f"needs {', '.join(tools)}: tools/debian-packages")
    study = opened(
        candidates=[
            {"name": "tanh", "architecture": "WaveNet", "config": WAVENET},
            {
                "name": "relu",
                "architecture": "WaveNet",
                "config": WAVENET,
                "set": {"layers.*.activation": "ReLU"},
            },
        ]
    )
    told: list[str] = []
    costs = measure_firmware_costs(study.candidates, told=told.append)
    assert told == ["cortex-m7-instructions: tanh", "cortex-m7-instructions: relu"]
    assert {one.unit for one in costs.values()} == {"instructions"}
    macs = scale_of([TANH]).macs
    assert costs["tanh"].ns_per_sample > costs["relu"].ns_per_sample > macs
    assert measure_firmware_costs(study.candidates[1:]) == {"relu": costs["relu"]}
