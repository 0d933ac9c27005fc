"""Where things lie: nothing overlaps, rings are long enough, and the whole is not too large."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triode.architectures import lower, networks
from triode.compiler import ISAS, emit_module
from triode.compiler.emit.memory import Memory, align, place
from triode.compiler.passes import optimise
from triode.compiler.plan import Plan, make_plan
from triode.graph import Conv, Fir, Graph, GraphBuilder, Lstm, counts
from triode.nam import read
from triode.nam.convolutional import LinearConfig
from unit.architectures.known import a1, a2, random_wavenet
from unit.graph.strategies import graphs

SPARE_BYTES = 256 * 1024
"""What a host's state may take beside twice the receptive field."""


def check(plan: Plan, memory: Memory) -> None:
    """Every promise of the layout."""
    taken = [(0, plan.scratch_rows * memory.scratch_plane)]
    rests = []
    assert memory.scratch_plane >= memory.chunk + memory.tile
    for ring, planned in zip(memory.rings, plan.rings.values(), strict=True):
        assert (ring.value, ring.channels) == (planned.value, planned.channels)
        # One tile is written past the chunk, and must not reach what is still looked back on.
        assert ring.size >= planned.lookback + memory.chunk + memory.tile
        assert ring.plane >= ring.size + memory.tile, "a tile at the end reads past its mirror"
        taken.append((ring.offset, ring.offset + ring.channels * ring.plane))
        rests.append((ring.rest, ring.rest + ring.channels))
    for cell in memory.cells.values():
        taken.append((cell.offset, cell.offset + cell.floats))
        rests.append((cell.rest, cell.rest + cell.floats))
    taken.append((memory.state_floats, memory.state_floats))
    rests = [(0, memory.rest_offset), *rests, (memory.weight_floats, memory.weight_floats)]
    for places in (taken, rests):
        for (_, end), (start, _) in pairwise(places):
            assert end <= start


@settings(max_examples=150)
@given(
    graph=graphs(),
    chunk=st.sampled_from([1, 48, 128, 1000]),
    tile=st.sampled_from([1, 4, 16, 64]),
    compact=st.booleans(),
)
def test_any_plan(graph: Graph, chunk: int, tile: int, compact: bool) -> None:
    plan = make_plan(optimise(graph).graph)
    kinds = {node.name: node.operation for node in plan.graph.nodes}
    cells = {name: 7 for name, kind in kinds.items() if isinstance(kind, Lstm | Fir)}
    options = {"chunk": chunk, "tile": tile, "weight_floats": 32, "cells": cells}
    memory = place(plan, **options, compact=compact)  # type: ignore[arg-type]
    check(plan, memory)
    if compact:
        roomy = place(plan, **options, compact=False)  # type: ignore[arg-type]
        assert memory.state_floats <= roomy.state_floats


def test_planes_do_not_share_cache_sets() -> None:
    plan = make_plan(optimise(lower(a2(8))).graph)
    memory = place(plan, chunk=128, tile=32, weight_floats=0, cells={})
    assert all(ring.plane % 1024 for ring in memory.rings)
    assert all(ring.offset % 16 == 0 for ring in memory.rings)


def test_sizes_are_whole_cache_lines() -> None:
    assert [align(count) for count in (0, 1, 16, 17)] == [0, 16, 16, 32]


def check_bytes(graph: Graph, isa: str) -> None:
    memory = emit_module(graph, ISAS[isa]).memory
    receptive_bytes = 4 * counts(graph).state_samples
    assert 4 * memory.state_floats <= 2 * receptive_bytes + SPARE_BYTES


@pytest.mark.parametrize("isa", ["avx512", "sse2", "scalar"])
def test_known_networks_take_twice_their_receptive_field_at_most(isa: str) -> None:
    response = lower(LinearConfig(receptive_field=48_000, bias=True))
    for graph in (lower(a1("standard")), lower(a1("nano")), lower(a2(3)), lower(a2(8)), response):
        check_bytes(graph, isa)


@pytest.mark.parametrize("seed", range(20))
def test_random_wavenets_do_too(seed: int) -> None:
    check_bytes(lower(random_wavenet(seed)), "avx512")


def test_real_captures_do_too(shared_data: Path) -> None:
    for path in sorted((shared_data / "nam").glob("*.nam")):
        for network in networks(read(path)):
            check_bytes(network.graph, "avx512")


def test_the_state_is_one_size_whatever_the_block() -> None:
    module = emit_module(lower(a2(3)), ISAS["avx2"])
    # `process` takes blocks of any length; the state is a constant of the code.
    assert f"float memory[{module.memory.state_floats}] __attribute__" in module.source


def test_a_wide_network_with_little_past_passes_through_in_shorter_chunks() -> None:
    builder = GraphBuilder()
    signal = builder.input(1)
    width = 1
    for layer in range(20):
        conv = Conv(in_channels=width, out_channels=32, kernel_size=3)
        signal, width = builder.add(f"layer{layer}", conv, signal), 32
    graph = builder.build(signal)
    check_bytes(graph, "avx512")
    assert emit_module(graph, ISAS["avx512"]).memory.chunk < 128
