"""Compiled forward and backward passes against torch in float64."""

import ctypes
import functools
from collections.abc import Callable, Mapping

import numpy as np
import pytest
import torch

from triode.architectures import Network, lower, networks
from triode.compiler import ISAS, Isa, host_isas
from triode.compiler.emit.segment import Segment, emit_segment
from triode.compiler.passes.remove_dead import remove_dead
from triode.compiler.segment_plan import make_segment_plan
from triode.errors import GraphError
from triode.graph import Graph, GraphBuilder, Lstm, parse_graph
from triode.nam import read
from unit.architectures.known import a1, a2, model, random_wavenet
from unit.compiler.differentiated import by_torch, random_graph, window
from unit.compiler.segments import CompiledSegment, load_library, needs_compiler
from unit.graph.single import random_parameters

pytestmark = needs_compiler

# Of torch's own error in float32, in the norm over all parameters; where torch is lucky, of the
# rounding of a float32 sum.
MULTIPLE, FLOOR = 4.0, 2e-6
WIDEST = host_isas()[0]
CHUNK = 1024
Gradients = Mapping[str, np.ndarray]


def relative(got: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.linalg.norm(got - wanted) / (np.linalg.norm(wanted) or 1.0))


def flat(gradients: Gradients) -> np.ndarray:
    return np.concatenate([np.ravel(gradients[name]) for name in sorted(gradients)])


@functools.lru_cache(maxsize=64)
def compiled(graph: Graph, isa: Isa) -> CompiledSegment:
    return CompiledSegment.of(graph, isa)


def agree(
    graph: Graph,
    parameters: Mapping[str, np.ndarray],
    frames: int,
    isa: Isa = WIDEST,
    change: Callable[[Gradients], Gradients] = lambda same: same,
) -> None:
    """One window through the compiled code and through torch in both precisions."""
    graph = remove_dead(graph).graph
    # What the code computes with is float32; so is what it is compared with.
    rounded = {one.name: parameters[one.name].astype(np.float32) for one in graph.parameters}
    signal, gradient = (one.astype(np.float32) for one in window(graph, frames))
    output, gradients = compiled(graph, isa).train(rounded, signal, gradient)
    true_output, true = by_torch(graph, rounded, signal, gradient)
    torch_output, torchs = by_torch(graph, rounded, signal, gradient, torch.float32)
    assert gradients.keys() == true.keys()
    limit = MULTIPLE * relative(torch_output, true_output) + FLOOR
    assert relative(output, true_output) <= limit
    limit = MULTIPLE * relative(flat(torchs), flat(true)) + FLOOR
    assert relative(flat(change(gradients)), flat(true)) <= limit


def network_of(config: object) -> Network:
    return networks(model(config))[-1]  # type: ignore[arg-type]


# Not a multiple of 64, below, at and beyond a chunk, several chunks.
FRAMES = (1, 63, 64, 65, 200, 447, CHUNK, CHUNK + 1, 2000, 3 * CHUNK)
TELLING_FRAMES = (1, 65, CHUNK + 1)


def heavy(case: object) -> object:
    """The case runs in `make test-all` only."""
    return pytest.param(case, marks=pytest.mark.heavy)


@pytest.mark.parametrize("seed", [0, 1, *(heavy(one) for one in (2, 3, 4))])
def test_random_wavenets_train_as_in_torch(seed: int) -> None:
    network = network_of(random_wavenet(seed))
    agree(network.graph, network.parameters, FRAMES[-1 - seed])


@pytest.mark.parametrize("seed", range(4))
def test_random_graphs_train_as_in_torch(seed: int) -> None:
    graph = random_graph(seed + 100)
    agree(graph, random_parameters(graph, 1), FRAMES[seed])


@pytest.mark.parametrize("frames", [one if one in TELLING_FRAMES else heavy(one) for one in FRAMES])
def test_every_length_of_a_window_trains(frames: int) -> None:
    network = network_of(a1("nano"))
    agree(network.graph, network.parameters, frames)


@pytest.mark.parametrize("isa", host_isas(), ids=lambda isa: isa.name)
def test_every_instruction_set_trains(isa: Isa) -> None:
    for config in (a1("nano"), random_wavenet(1)):
        network = network_of(config)
        agree(network.graph, network.parameters, 600, isa)


@pytest.mark.parametrize("name", ["core-wavenet", "core-A2", "core-wavenet_condition_dsp"])
def test_real_captures_train_as_in_torch(shared_data, name: str) -> None:  # type: ignore[no-untyped-def]
    network = networks(read(shared_data / "nam" / f"{name}.nam"))[0]
    agree(network.graph, network.parameters, 300)


SHAPES = {
    # One stage begins long before the longest past of a convolution in it has begun.
    "branches of different reach": """
        input = input() channels=1
        far = conv(input) in_channels=1 out_channels=4 kernel_size=3 dilation=3000
        near = conv(input) in_channels=1 out_channels=4 kernel_size=2
        low = activation(far) kind='Tanh'
        high = activation(near) kind='Tanh'
        later = conv(high) in_channels=4 out_channels=4 kernel_size=3 dilation=4000
        sum = add(low, later)
        out = conv(sum) in_channels=4 out_channels=1
        return out
    """,
    # Nothing is carried back at all.
    "nothing but a convolution": """
        input = input() channels=2
        conv = conv(input) in_channels=2 out_channels=3 kernel_size=3 dilation=7
        return conv
    """,
    "learned slopes of the input itself": """
        input = input() channels=3
        bent = activation(input) kind='PReLU' slope_count=3
        return bent
    """,
    "the output is looked back into": """
        input = input() channels=1
        first = conv(input) in_channels=1 out_channels=2 kernel_size=3
        second = conv(first) in_channels=2 out_channels=2 kernel_size=3
        sum = add(first, second)
        return sum
    """,
    "values that are read twice": """
        input = input() channels=2
        first = conv(input) in_channels=2 out_channels=4 kernel_size=3
        square = mul(first, first)
        mixed = blend(square, first, first)
        both = concat(mixed, mixed)
        falling = activation(both) kind='LeakyReLU' constants=(-0.5,)
        out = conv(falling) in_channels=8 out_channels=2 kernel_size=2 dilation=77
        return out
    """,
    # 33 x 33 multiply-adds are too many to be written out: the 1x1 loops over memory.
    "wide": """
        input = input() channels=1
        first = conv(input) in_channels=1 out_channels=33 kernel_size=2
        bent = activation(first) kind='SiLU'
        wide = conv(bent) in_channels=33 out_channels=33
        more = activation(wide) kind='Fasttanh'
        odd = conv(more) in_channels=33 out_channels=11 kernel_size=2 dilation=3
        out = conv(odd) in_channels=11 out_channels=1
        return out
    """,
}


@pytest.mark.parametrize("name", SHAPES)
def test_unusual_shapes_train_as_in_torch(name: str) -> None:
    graph = parse_graph(SHAPES[name])
    agree(graph, random_parameters(graph, 3), 700)


def test_the_comparison_notices_small_errors() -> None:
    network = network_of(random_wavenet(4))

    def shifted(gradients: Gradients) -> Gradients:
        name = max(gradients, key=lambda name: gradients[name].size)
        return {**gradients, name: np.roll(gradients[name], 1)}

    def grown(gradients: Gradients) -> Gradients:
        return {name: 1.0001 * value for name, value in gradients.items()}

    for change in (shifted, grown):
        with pytest.raises(AssertionError):
            agree(network.graph, network.parameters, 600, change=change)


@pytest.mark.parametrize("seed", [0, 3, 7])
def test_what_a_work_area_held_before_changes_no_bit(seed: int) -> None:
    network = network_of(random_wavenet(seed))
    code = compiled(network.graph, WIDEST)
    rng = np.random.default_rng(seed)
    signal, gradient = window(network.graph, 700, seed)
    area = code.area(700)
    fresh = code.train(network.parameters, signal, gradient, area)
    code.train(
        network.parameters,
        5.0 * rng.standard_normal(signal.shape),
        30.0 * rng.standard_normal(gradient.shape),
        area,
    )
    again = code.train(network.parameters, signal, gradient, area)
    np.testing.assert_array_equal(again[0], fresh[0])
    np.testing.assert_array_equal(flat(again[1]), flat(fresh[1]))
    assert np.any(flat(fresh[1]))


def test_a_backward_pass_leaves_no_trace_in_the_next() -> None:
    """Twice the gradient of the output is twice every gradient: exactly, in binary."""
    network = network_of(a1("nano"))
    code = compiled(network.graph, WIDEST)
    signal, gradient = window(network.graph, 300)
    once = code.train(network.parameters, signal, gradient)[1]
    twice = code.train(network.parameters, signal, 2.0 * gradient)[1]
    np.testing.assert_array_equal(flat(twice), 2.0 * flat(once))


def test_gradients_take_over_planes_and_are_right_all_the_same() -> None:
    network = network_of(a1("nano"))
    assert make_segment_plan(network.graph).backward.late
    agree(network.graph, network.parameters, 2 * CHUNK)


@pytest.mark.parametrize("config", [a2(8), a1("standard")], ids=["A2-Full", "A1 standard"])
def test_a_work_area_stays_within_32_megabytes(config: object) -> None:
    segment = emit_segment(lower(config), WIDEST)  # type: ignore[arg-type]
    # Only what tells the size, for the passes themselves take seconds to compile.
    size = segment.source[segment.source.index("#if defined(_WIN32)") :]
    size = size[: size.index("/*\n * Evaluate a window")]
    library = load_library(f"#include <stddef.h>\n{size}", ISAS["scalar"])
    library.segment_work_floats.restype = ctypes.c_size_t
    frames = ctypes.c_size_t(8192 + segment.run_in)
    megabytes = 4 * library.segment_work_floats(frames) / 1e6
    assert 20.0 < megabytes <= 32.0


def test_the_same_graph_gives_the_same_code() -> None:
    sources = {emit_segment(lower(random_wavenet(5)), WIDEST).source for _ in range(2)}
    assert len(sources) == 1


def test_every_packed_weight_is_a_parameter_padding_or_minus_one() -> None:
    graph = parse_graph(SHAPES["values that are read twice"])
    segment = emit_segment(graph, WIDEST)
    count = sum(one.size for one in graph.parameters)
    forward = segment.forward_index
    used = forward[forward >= 0]
    assert sorted(used) == list(range(count))
    assert set(forward[forward < 0]) <= {Segment.PADDING}
    backward = segment.backward_index
    assert np.count_nonzero(backward == Segment.MINUS_ONE) == 2  # two minus signs of a blend
    assert set(backward) <= {*range(count), Segment.PADDING, Segment.MINUS_ONE}


def test_what_has_no_gradient_has_no_code() -> None:
    builder = GraphBuilder()
    lstm = builder.add("cell", Lstm(input_size=1, hidden_size=2), builder.input(1))
    with pytest.raises(GraphError, match=r"^cell: there is no gradient rule for Lstm"):
        emit_segment(builder.build(lstm), WIDEST)
