"""The benchmark's figures fit together; how high they are is nobody's business here."""

import json

import pytest

from triode.architectures import networks
from triode.compiler import host_isas
from triode.errors import TriodeError
from triode.graph import counts
from triode.nam.convolutional import LinearConfig
from triode.runtime import Engine, benchmark
from triode.runtime.benchmark import Benchmark, benchmark_models, isa_named, this_machine
from unit.architectures.known import model

pytestmark = pytest.mark.usefixtures("compiler")

RATE_HZ = 48_000.0
LINEAR = model(LinearConfig(receptive_field=30, bias=True), rate_hz=RATE_HZ)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "_PEAK_REPEATS", 3)
    monkeypatch.setattr(benchmark, "_PEAK_ROUNDS", 1000)
    monkeypatch.setattr(benchmark, "_FEWEST_BLOCKS", 50)


def test_a_row_for_every_block_length() -> None:
    rows = list(benchmark_models([("amp", LINEAR)], blocks=(16, 64), seconds=0.0))
    assert [(row.model, row.size, row.block) for row in rows] == [
        ("amp", "full", 16),
        ("amp", "full", 64),
    ]


@pytest.mark.parametrize("isa", host_isas(), ids=lambda isa: isa.name)
def test_the_figures_of_a_row_fit_together(isa: object) -> None:
    network = networks(LINEAR)[0]
    row = next(benchmark_models([("amp", LINEAR)], seconds=0.0, isa=isa))  # type: ignore[arg-type]
    engine = Engine(network)
    first, third = row.ns_per_sample_quartiles
    assert 0.0 < first <= row.ns_per_sample <= third
    assert row.worst_block_ns >= third * row.block * 0.999
    assert row.realtime_factor == pytest.approx(1e9 / RATE_HZ / row.ns_per_sample)
    assert row.macs_per_sample == counts(network.graph).macs
    assert row.peak_macs_per_ns > 0.1
    rate = row.macs_per_sample / row.ns_per_sample
    assert row.peak_share == pytest.approx(rate / row.peak_macs_per_ns)
    assert row.isa == isa.name  # type: ignore[attr-defined]
    if isa == host_isas()[0]:
        assert (row.state_bytes, row.weight_bytes) == (engine.state_bytes, engine.weight_bytes)
    assert row.blocks == 50
    assert json.loads(json.dumps(row.to_json()))["isa"] == row.isa


def test_the_worst_block_is_looked_for_among_a_million(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "_MOST_BLOCKS", 777)
    row = next(benchmark_models([("amp", LINEAR)], seconds=0.0, worst=True))
    assert row.blocks == 777


def test_every_block_of_the_input_is_played_in_turn() -> None:
    """The C loop plays what it says: the engine ends where playing the same input ends."""
    timed, played = Engine(networks(LINEAR)[0]), Engine(networks(LINEAR)[0])
    block, blocks = 64, 10
    Benchmark().block_times(timed, RATE_HZ, block, blocks)
    signal = benchmark._signal(2 * 48_000, RATE_HZ)
    played.process(signal[: block * blocks])
    after = signal[: 2 * block]
    assert timed.process(after).tobytes() == played.process(after).tobytes()


def test_a_block_without_frames_is_refused() -> None:
    with pytest.raises(TriodeError, match="at least one frame"):
        next(benchmark_models([("amp", LINEAR)], blocks=(0,)))


def test_an_instruction_set_that_is_not_here() -> None:
    assert isa_named("scalar").lanes == 1
    with pytest.raises(TriodeError, match=r"Expected one of .*scalar.* Got quantum"):
        isa_named("quantum")


def test_the_machine_is_named() -> None:
    machine = this_machine()
    assert machine.processor
    assert machine.cores >= 1
