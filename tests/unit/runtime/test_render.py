"""Rendering in blocks is rendering at once, in float32, by whatever there is to render with."""

import importlib.util
import sys
import warnings
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from triode.architectures import Network, networks
from triode.compiler import find_compiler
from triode.errors import CompileError, TriodeError
from triode.graph import interpret, receptive_field
from triode.nam.activation import Activation
from triode.nam.convolutional import ConvNetConfig, LinearConfig
from triode.nam.model import Config
from triode.nam.recurrent import LstmConfig
from triode.runtime import (
    SlowPathWarning,
    executor,
    interpreter_executor,
    render,
    render_blocks,
    torch_executor,
)
from triode.runtime.player import played_by_executor
from unit.architectures.known import a1, model, random_wavenet

FRAMES = 300
CONFIGS: dict[str, Config] = {
    # Mono, with two arrays and a condition network, and an output that is not close to cancelled.
    "wavenet": random_wavenet(56),
    "convnet": ConvNetConfig(
        channels=3, dilations=(1, 9), batchnorm=False, activation=Activation(kind="Tanh")
    ),
    "linear": LinearConfig(receptive_field=40, bias=True),
    "one-tap": LinearConfig(receptive_field=1, bias=False),
    "lstm": LstmConfig(input_size=1, hidden_size=3, num_layers=1),
}
# Float32 has a step of 6e-8 of the value; sums of hundreds of terms of either sign lose one digit
# or two of it, relative to the peak.
TOLERANCE = 2e-6

Float32Array = npt.NDArray[np.float32]


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """These signals are too short to share out, and waiting for a busy core takes seconds."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def network(name: str) -> Network:
    return networks(model(CONFIGS[name], seed=1, rate_hz=400.0))[0]


def signal(frames: int = FRAMES) -> Float32Array:
    return (0.5 * np.random.default_rng(2).standard_normal(frames)).astype(np.float32)


def definition(one: Network, x: Float32Array) -> npt.NDArray[np.float64]:
    result = interpret(one.graph, one.parameters, x[None], rate_hz=one.model.rate_hz)
    return result.reshape(-1)


def assert_close(got: Float32Array, wanted: npt.NDArray[np.float64]) -> None:
    assert got.dtype == np.float32
    assert got.shape == wanted.shape
    np.testing.assert_allclose(got, wanted, rtol=0, atol=TOLERANCE * np.max(np.abs(wanted)))


def hide_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "torch" else find_spec(name)
    )


def hide_compilers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triode.compiler.artifact.find_compiler", lambda: None)


@pytest.fixture(params=["compiled", "torch", "interpreter"])
def means(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Rendering with machine code, as on a machine without compilers, and without torch either."""
    if request.param == "compiled":
        if find_compiler() is None:
            pytest.skip("there is no compiler here")
        yield request.param
        return
    hide_compilers(monkeypatch)
    if request.param == "interpreter":
        hide_torch(monkeypatch)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SlowPathWarning)
        yield request.param


@pytest.mark.parametrize("name", CONFIGS)
def test_rendering_is_the_definition(name: str, means: str) -> None:
    one = network(name)
    assert_close(render(one, signal()), definition(one, signal()))


@pytest.mark.parametrize("name", CONFIGS)
def test_both_executors_are_the_definition(name: str) -> None:
    one = network(name)
    for make in (torch_executor, interpreter_executor):
        got = make(one)(signal()[None])
        assert got.shape == (1, FRAMES)
        assert_close(got[0], definition(one, signal()))


def cut(x: Float32Array, lengths: list[int]) -> Iterator[Float32Array]:
    start = 0
    for length in lengths:
        yield x[start : start + length]
        start += length
    yield x[start:]


@settings(max_examples=15)
@given(
    name=st.sampled_from(sorted(CONFIGS)),
    lengths=st.lists(st.integers(0, 120), min_size=1, max_size=6).filter(
        lambda lengths: sum(lengths) < FRAMES
    ),
)
def test_any_cut_into_blocks_gives_the_same_samples(name: str, lengths: list[int]) -> None:
    one = network(name)
    x = signal()
    torch_play = partial(played_by_executor, one, torch_executor(one))
    for play in (partial(render_blocks, one), torch_play):
        blocks = list(play(cut(x, lengths)))
        assert_close(np.concatenate(blocks), definition(one, x))
        if name == "lstm" and play is torch_play:
            continue
        assert [len(block) for block in blocks] == [*lengths, FRAMES - sum(lengths)]


@pytest.mark.parametrize("length", [1, 7])
def test_blocks_far_shorter_than_the_receptive_field(length: int, means: str) -> None:
    one = network("linear")
    assert receptive_field(one.graph) > length
    x = signal(60)
    blocks = render_blocks(one, (x[start : start + length] for start in range(0, 60, length)))
    assert_close(np.concatenate(list(blocks)), definition(one, x))


def test_a_long_signal_is_played_in_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    # The package's function of that name hides the module from ordinary imports.
    module = sys.modules["triode.runtime.render"]
    monkeypatch.setattr(module, "_SEGMENT_FRAMES", 64)
    one = network("wavenet")
    assert_close(render(one, signal()), definition(one, signal()))


@pytest.mark.parametrize("name", CONFIGS)
def test_no_frames_in_no_frames_out(name: str, means: str) -> None:
    empty = np.zeros(0, np.float32)
    assert render(network(name), empty).shape == (0,)
    blocks = [empty, signal(20), empty, signal(30)[20:], empty]
    played = np.concatenate(list(render_blocks(network(name), blocks)))
    assert_close(played, definition(network(name), signal(30)))


@pytest.mark.parametrize(
    ("wrong", "got"),
    [
        (np.zeros((2, 50), np.float32), r"float32 of shape \(2, 50\)"),
        (np.zeros((1, 50), np.float32), r"float32 of shape \(1, 50\)"),
        (np.zeros(50), r"float64 of shape \(50,\)"),
        (np.zeros(50, np.int16), r"int16 of shape \(50,\)"),
        (np.float32(1), "float32"),
        ([0.0, 1.0], "list"),
    ],
)
def test_another_type_or_shape_is_refused(wrong: Any, got: str, means: str) -> None:
    one = network("convnet")
    with pytest.raises(TriodeError, match=f"Expected a float32 array .* Got {got}"):
        render(one, wrong)
    with pytest.raises(TriodeError, match=f"Expected a float32 array .* Got {got}"):
        list(render_blocks(one, [signal(10), wrong]))


def test_a_slow_way_is_never_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_compilers(monkeypatch)
    with pytest.warns(SlowPathWarning, match=r"slowly.*pip install 'triode\[toolchain\]'"):
        render(network("convnet"), signal(10))


def test_a_compiler_that_fails_is_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise CompileError("the C compiler failed", got="nonsense")

    monkeypatch.setattr("triode.runtime.engine.compile_graph", fail)
    one = network("convnet")
    with pytest.warns(SlowPathWarning, match="slowly.*nonsense"):
        played = render(one, signal(50))
    assert_close(played, definition(one, signal(50)))


def test_silence_is_constant_from_the_first_sample() -> None:
    for name in CONFIGS:
        quiet = render(network(name), np.zeros(50, np.float32))
        np.testing.assert_allclose(quiet, quiet[0], rtol=0, atol=1e-6)


@pytest.mark.parametrize(("inputs", "outputs"), [(2, 1), (1, 2)])
def test_more_than_one_channel_is_refused(inputs: int, outputs: int) -> None:
    config = next(
        config
        for config in (random_wavenet(seed) for seed in range(200))
        if (config.in_channels, config.out_channels) == (inputs, outputs)
    )
    one = networks(model(config))[0]
    with pytest.raises(TriodeError, match=f"only mono.*Got {inputs} and {outputs}"):
        render(one, signal())


def test_the_best_executor_is_torch_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = networks(model(a1("nano")))[0]
    made: list[str] = []
    monkeypatch.setattr(executor, "torch_executor", lambda network: made.append("torch"))
    monkeypatch.setattr(executor, "interpreter_executor", lambda network: made.append("numpy"))
    executor.best_executor(one)
    hide_torch(monkeypatch)
    executor.best_executor(one)
    assert made == ["torch", "numpy"]
