"""The interpreter against loops that are independent of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triode.errors import GraphError
from triode.graph import (
    Conv,
    Fir,
    Graph,
    GraphBuilder,
    Lstm,
    Operation,
    derivative_from_output,
    interpret,
    operations,
    receptive_field,
    settle_samples,
)
from unit.graph.naive import naive_operation
from unit.graph.single import (
    CONSTANTS,
    GRADIENT_OPERATIONS,
    SINGLE_OPERATIONS,
    random_parameters,
    single_graph,
)
from unit.graph.strategies import graphs

# Sums of fewer than 100 products of numbers near 1 differ by less than 1e-14 in another order; the
# FIR's FFT adds another digit.
TOLERANCE = 1e-12


@pytest.mark.parametrize("name", SINGLE_OPERATIONS)
def test_an_operation_computes_what_its_loops_compute(name: str) -> None:
    operation, widths = SINGLE_OPERATIONS[name]
    graph = single_graph(operation, widths)
    parameters = random_parameters(graph, seed=1)
    signal = np.random.default_rng(2).standard_normal((sum(widths), 20))
    own = {key.removeprefix("operation."): value for key, value in parameters.items()}
    parts = np.split(signal, np.cumsum(widths)[:-1])
    wanted = naive_operation(operation, own, parts)
    got = interpret(graph, parameters, signal)
    np.testing.assert_allclose(got, wanted, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", GRADIENT_OPERATIONS)
def test_a_gradient_passes_an_activation_as_the_formula_says(name: str) -> None:
    operation, widths = GRADIENT_OPERATIONS[name]
    graph = single_graph(operation, widths)
    parameters = random_parameters(graph, seed=1)
    own = {key.removeprefix("operation."): value for key, value in parameters.items()}
    rng = np.random.default_rng(2)
    # Within (0, 1), the values may be an output of any activation as well as an input.
    signal = np.concatenate([rng.standard_normal((3, 40)), rng.uniform(0.02, 0.98, (3, 40))])
    if not derivative_from_output(name, CONSTANTS.get(name, ())):
        signal[3:] = 4.0 * rng.standard_normal((3, 40))
    wanted = naive_operation(operation, own, [signal[:3], signal[3:]])
    got = interpret(graph, parameters, signal)
    # The naive slope of Fasttanh is a difference, 1e-16 / 1e-3 by rounding.
    tolerance = 1e-9 if name == "Fasttanh" else TOLERANCE
    np.testing.assert_allclose(got, wanted, rtol=0, atol=tolerance)


def test_every_operation_is_compared() -> None:
    operations_here = [*SINGLE_OPERATIONS.values(), *GRADIENT_OPERATIONS.values()]
    compared = {type(operation).__name__ for operation, _ in operations_here}
    assert compared == set(operations.__all__) - {"Input", "Operation", "ParameterSpec"}


def test_the_comparison_would_notice_a_shifted_tap() -> None:
    operation, widths = SINGLE_OPERATIONS["conv"]
    graph = single_graph(operation, widths)
    parameters = random_parameters(graph, seed=1)
    signal = np.random.default_rng(2).standard_normal((2, 20))
    right = interpret(graph, parameters, signal)
    parameters["operation.weight"] = np.roll(parameters["operation.weight"], 1, axis=2)
    assert np.max(np.abs(interpret(graph, parameters, signal) - right)) > 0.1


@settings(max_examples=40)
@given(graph=graphs(lstm=False), seed=st.integers(0, 1000))
def test_a_graph_starts_from_the_steady_state_of_silence(graph: Graph, seed: int) -> None:
    parameters = random_parameters(graph, seed)
    rng = np.random.default_rng(seed)
    signal = rng.standard_normal((graph.input_channels, 12))
    silence = np.zeros((graph.input_channels, 50))
    # Products of random numbers may grow, and longer signals are summed in another order.
    quiet = interpret(graph, parameters, silence)
    scale = 1.0 + np.max(np.abs(quiet))
    np.testing.assert_allclose(quiet, np.repeat(quiet[:, :1], 50, axis=1), atol=1e-12 * scale)
    later = interpret(graph, parameters, np.concatenate([silence, signal], axis=1))[:, 50:]
    at_once = interpret(graph, parameters, signal)
    scale = 1.0 + np.max(np.abs(at_once))
    np.testing.assert_allclose(at_once, later, rtol=1e-9, atol=1e-11 * scale)


@settings(max_examples=40)
@given(graph=graphs(lstm=False), seed=st.integers(0, 1000))
def test_no_frame_reaches_further_than_the_receptive_field(graph: Graph, seed: int) -> None:
    parameters = random_parameters(graph, seed)
    reach = receptive_field(graph)
    signal = np.random.default_rng(seed).standard_normal((graph.input_channels, reach + 5))
    touched = signal.copy()
    touched[:, 0] += 1.0
    before = interpret(graph, parameters, signal)
    after = interpret(graph, parameters, touched)
    # An FFT spreads rounding over all frames; everything else would be exact.
    scale = 1.0 + np.max(np.abs([before, after]))
    np.testing.assert_allclose(before[:, reach:], after[:, reach:], rtol=0, atol=1e-11 * scale)


def test_an_lstm_settles_for_half_a_second_at_the_rate() -> None:
    builder = GraphBuilder()
    lstm = Lstm(input_size=1, hidden_size=2)
    graph = builder.build(builder.add("lstm", lstm, builder.input(1)), settle_seconds=0.5)
    parameters = random_parameters(graph, seed=3)
    own = {name.removeprefix("lstm."): value for name, value in parameters.items()}
    signal = np.random.default_rng(4).standard_normal((1, 10))
    for rate_hz, silence in ((8.0, 4), (24.0, 12)):
        assert settle_samples(graph, rate_hz) == silence
        padded = np.concatenate([np.zeros((1, silence)), signal], axis=1)
        wanted = np.array(naive_operation(lstm, own, [padded]))[:, silence:]
        got = interpret(graph, parameters, signal, rate_hz=rate_hz)
        np.testing.assert_allclose(got, wanted, rtol=0, atol=TOLERANCE)
    assert settle_samples(graph, 48000.0) == 24000
    short = interpret(graph, parameters, signal, rate_hz=2.0)
    assert np.max(np.abs(short - got)) > 1e-3, "the rate decides how long it settles"


@pytest.mark.parametrize(
    "operation",
    [
        Conv(in_channels=1, out_channels=2, kernel_size=3),
        Fir(taps=4),
        Conv(in_channels=1, out_channels=1),
    ],
)
def test_no_frames_in_no_frames_out(operation: Operation) -> None:
    graph = single_graph(operation, (1,))
    result = interpret(graph, random_parameters(graph, seed=5), np.zeros((1, 0)))
    assert result.shape == (graph.output_channels, 0)


def test_the_result_is_float64_whatever_comes_in() -> None:
    graph = single_graph(*SINGLE_OPERATIONS["conv"])
    values = random_parameters(graph, seed=6)
    narrow = {name: value.astype(np.float32) for name, value in values.items()}
    signal = np.random.default_rng(7).standard_normal((2, 9)).astype(np.float32)
    widened = {name: value.astype(np.float64) for name, value in narrow.items()}
    got = interpret(graph, narrow, signal)
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got, interpret(graph, widened, signal.astype(np.float64)))


@pytest.mark.parametrize("shape", [(9,), (1, 9), (3, 9), (1, 2, 9)])
def test_a_signal_that_does_not_fit_is_refused(shape: tuple[int, ...]) -> None:
    graph = single_graph(*SINGLE_OPERATIONS["conv"])
    with pytest.raises(GraphError, match=r"signal does not fit.*shape \(2, frames\)"):
        interpret(graph, random_parameters(graph, seed=8), np.zeros(shape))


def test_parameters_that_do_not_fit_are_refused() -> None:
    graph = single_graph(*SINGLE_OPERATIONS["conv"])
    parameters = random_parameters(graph, seed=9)
    del parameters["operation.bias"]
    with pytest.raises(GraphError, match=r"operation\.bias: the parameter is missing"):
        interpret(graph, parameters, np.zeros((2, 3)))
