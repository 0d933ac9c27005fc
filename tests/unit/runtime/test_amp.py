"""Playing through an amp: blocks, sizes changed while it plays, threads, wrong use."""

import ctypes
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import triode
from triode.architectures import networks
from triode.errors import CompileError, NamFileError, TriodeError
from triode.graph import interpret
from triode.nam import Model, read, write
from triode.nam.activation import Activation
from triode.nam.convolutional import ConvNetConfig
from triode.nam.model import Config, ContainerConfig, Submodel
from triode.nam.recurrent import LstmConfig
from triode.runtime import Amp, Engine, load
from unit.architectures.known import model, random_wavenet

pytestmark = pytest.mark.usefixtures("compiler")

RATE_HZ = 4000.0
FADE_FRAMES = 40  # 10 ms
Float32Array = npt.NDArray[np.float32]


def convnet(channels: int) -> ConvNetConfig:
    return ConvNetConfig(
        channels=channels,
        dilations=(1, 4, 16, 64),
        batchnorm=False,
        activation=Activation(kind="Tanh"),
    )


def container(*configs: Config) -> Model:
    parts = [model(config, seed=seed, rate_hz=RATE_HZ) for seed, config in enumerate(configs)]
    limits = (np.arange(len(parts)) + 1) / len(parts)
    submodels = tuple(
        Submodel(max_value=float(limit), model=part)
        for limit, part in zip(limits, parts, strict=True)
    )
    return model(ContainerConfig(submodels=submodels), rate_hz=RATE_HZ)


THREE = (convnet(2), convnet(3), convnet(4))


def noise(frames: int, seed: int = 3) -> Float32Array:
    return (0.5 * np.random.default_rng(seed).standard_normal(frames)).astype(np.float32)


def played(amp: Amp, signal: Float32Array, length: int) -> Float32Array:
    blocks = (signal[start : start + length] for start in range(0, len(signal), length))
    return np.concatenate([amp.process(block) for block in blocks])


def pure(whole: Model, signal: Float32Array) -> dict[str, Float32Array]:
    return {one.name: Engine(one).process(signal) for one in networks(whole)}


@pytest.fixture(scope="module")
def three() -> Model:
    return container(*THREE)


def test_the_package_root_offers_load(tmp_path: Path) -> None:
    path = tmp_path / "ein Verstärker.nam"
    write(model(convnet(2), rate_hz=RATE_HZ), path)
    amp = triode.load(path)
    assert isinstance(amp, triode.Amp)
    assert amp.sizes == ("full",)
    assert amp.rate_hz == RATE_HZ
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = triode.nothing  # type: ignore[attr-defined]


@pytest.mark.parametrize("length", [1, 7, 64, 1000])
def test_blocks_of_any_length_are_the_definition(length: int) -> None:
    one = model(convnet(3), rate_hz=RATE_HZ)
    signal = noise(500)
    out = played(Amp(one), signal, length)
    network = networks(one)[0]
    wanted = interpret(network.graph, network.parameters, signal[None], rate_hz=RATE_HZ)[0]
    # Some float32 roundings of sums of a few dozen terms, relative to the peak.
    np.testing.assert_allclose(out, wanted, rtol=0, atol=2e-6 * np.abs(wanted).max())


def test_several_channels() -> None:
    config = next(config for config in map(random_wavenet, range(200)) if config.in_channels == 2)
    amp = Amp(model(config, rate_hz=RATE_HZ))
    signal = noise(200).reshape(2, 100)
    whole = amp.process(signal)
    assert whole.shape == (amp.output_channels, 100)
    amp.reset()
    halves = [amp.process(np.ascontiguousarray(half)) for half in np.hsplit(signal, 2)]
    np.testing.assert_array_equal(np.concatenate(halves, axis=1), whole)


def test_reset_returns_to_the_beginning(three: Model) -> None:
    amp = Amp(three)
    first = amp.process(noise(300))
    assert not np.array_equal(amp.process(noise(300)), first)
    amp.reset()
    np.testing.assert_array_equal(amp.process(noise(300)), first)


def test_a_strided_block_is_played_as_it_reads(three: Model) -> None:
    amp = Amp(three)
    both = noise(600)
    strided = amp.process(both[::2])
    amp.reset()
    np.testing.assert_array_equal(strided, amp.process(both[::2].copy()))


@pytest.mark.parametrize("length", [1, 5, 64, 999])
def test_the_size_changes_in_a_running_stream(length: int, three: Model) -> None:
    signal, change = noise(4000), 1998
    wanted = pure(three, signal)
    amp = Amp(three)
    before = played(amp, signal[:change], length)
    amp.size = 0.1
    assert amp.size == "size1"
    after = played(amp, signal[change:], length)
    np.testing.assert_array_equal(before, wanted["full"][:change])
    # The memory is 86 frames, primed seven blocks at a time; then the blend.
    settled = change + 86 // 7 + length + FADE_FRAMES
    np.testing.assert_array_equal(after[settled - change :], wanted["size1"][settled:])
    assert not np.array_equal(after[: settled - change], wanted["size1"][change:settled])


def test_the_blend_has_equal_gain_and_lies_between_the_two(three: Model) -> None:
    signal = noise(600)
    wanted = pure(three, signal)
    amp = Amp(three)
    amp.process(signal[:300])
    amp.size = "size1"
    out = amp.process(signal[300:])
    old, new = wanted["full"][300:340], wanted["size1"][300:340]
    weights = (out[:FADE_FRAMES] - old) / (new - old)
    expected = 0.5 - 0.5 * np.cos(np.pi * (np.arange(FADE_FRAMES) + 0.5) / FADE_FRAMES)
    # A quotient of differences of float32 samples, some of them small.
    np.testing.assert_allclose(weights, expected, atol=1e-3)


@pytest.mark.parametrize("change_at_once", [True, False])
def test_a_change_of_mind(change_at_once: bool, three: Model) -> None:
    signal = noise(3000)
    wanted = pure(three, signal)
    amp = Amp(three)
    out = [amp.process(signal[:1000])]
    amp.size = "size1"
    if not change_at_once:  # while the first is being primed, then while it is blended
        out += [amp.process(signal[1000:1002])]
        amp.size = "size2"
        out += [amp.process(signal[1002:1022])]
    amp.size = "full"
    rest = signal[len(np.concatenate(out)) :]
    out += [played(amp, rest, 30)]
    joined = np.concatenate(out)
    if change_at_once:
        np.testing.assert_array_equal(joined, wanted["full"])
    np.testing.assert_array_equal(joined[2000:], wanted["full"][2000:])
    highest = max(np.abs(one).max() for one in wanted.values())
    assert np.abs(joined).max() <= highest


@pytest.mark.parametrize("after_reset", [False, True])
def test_before_the_first_block_the_size_changes_at_once(after_reset: bool, three: Model) -> None:
    signal = noise(400)
    amp = Amp(three)
    if after_reset:
        amp.process(signal)
        amp.size = "size2"
        amp.process(signal[:3])
        amp.reset()
    amp.size = "size1"
    np.testing.assert_array_equal(amp.process(signal), pure(three, signal)["size1"])


def test_setting_the_size_runs_no_engine(three: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    amp = Amp(three)
    amp.process(noise(100))
    for method in ("process", "reset", "__init__"):
        monkeypatch.setattr(Engine, method, lambda *_: pytest.fail("an engine ran"))
    for size in (0.0, 0.5, 1.0, "size2", "full"):
        amp.size = size


def test_no_call_does_much_more_than_the_others(
    three: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    amp = Amp(three)
    amp.process(noise(1000))
    fed: list[int] = []
    process = Engine.process

    def counted(engine: Engine, block: Float32Array) -> Float32Array:
        fed.append(block.shape[-1])
        return process(engine, block)

    monkeypatch.setattr(Engine, "process", counted)
    amp.size = "size1"
    totals = []
    for _ in range(40):
        fed.clear()
        amp.process(noise(3))
        totals.append(sum(fed))
    assert max(totals) <= 9 * 3  # eight blocks by the new size, one by the old
    assert totals[-1] == 3


def test_an_lstm_is_primed_with_what_it_needs_to_settle() -> None:
    config = LstmConfig(input_size=1, hidden_size=4, num_layers=1)
    whole = container(config, config)
    signal = noise(8000)
    wanted = pure(whole, signal)
    amp = Amp(whole)
    amp.process(signal[:6000])
    amp.size = 0.0
    out = amp.process(signal[6000:])
    # An LSTM's memory has no end: what it has not heard has faded to this.
    np.testing.assert_allclose(out[FADE_FRAMES:], wanted["lite"][6000 + FADE_FRAMES :], atol=1e-5)


def test_a_real_capture_changes_its_size_without_a_click(shared_data: Path) -> None:
    path = shared_data / "nam" / "core-A2.nam"
    time = np.arange(24_000) / 48_000
    sine = (0.3 * np.sin(2 * np.pi * 220 * time)).astype(np.float32)
    wanted = pure(read(path), sine)
    for first, second in (("full", "lite"), ("lite", "full")):
        amp = load(path)
        amp.size = first
        before = played(amp, sine[:16_000], 64)
        amp.size = second
        out = np.concatenate([before, played(amp, sine[16_000:], 64)])
        # A click is a jump: it shows in the second difference, and would be ten times higher.
        bend = np.abs(np.diff(out, 2)).max()
        assert bend <= 1.1 * max(np.abs(np.diff(one, 2)).max() for one in wanted.values())
        # The memory of 6,346 frames takes 15 blocks, the blend 480 frames.
        settled = 16_000 + 16 * 64 + 480
        np.testing.assert_array_equal(out[settled:], wanted[second][settled:])


def test_a_size_that_starts_from_silence_would_click(shared_data: Path) -> None:
    """The check above can fail."""
    time = np.arange(24_000) / 48_000
    sine = (0.3 * np.sin(2 * np.pi * 220 * time)).astype(np.float32)
    lite, full = networks(read(shared_data / "nam" / "core-A2.nam"))
    pieces = [Engine(full).process(sine[:16_050]), Engine(lite).process(sine[16_050:])]
    bend = np.abs(np.diff(np.concatenate(pieces), 2)).max()
    assert bend > 1.5 * np.abs(np.diff(Engine(full).process(sine), 2)).max()


def test_amps_in_several_threads_do_not_disturb_each_other(three: Model) -> None:
    signals = [noise(20_000, seed) for seed in range(6)]
    sizes = [amp_size for amp_size in ("size1", "size2", "full") for _ in range(2)]
    alone = [pure(three, signal)[size] for signal, size in zip(signals, sizes, strict=True)]

    def one(number: int) -> Float32Array:
        amp = Amp(three)
        amp.size = sizes[number]
        return played(amp, signals[number], 50 + number)

    with ThreadPoolExecutor(6) as pool:
        for got, wanted in zip(pool.map(one, range(6)), alone, strict=True):
            np.testing.assert_array_equal(got, wanted)


def test_the_interpreters_lock_is_released(three: Model) -> None:
    engine = Engine(networks(three)[-1])
    assert isinstance(engine._library, ctypes.CDLL)
    assert not isinstance(engine._library, ctypes.PyDLL)
    amp, long = Amp(three), noise(20_000_000)
    order: list[str] = []
    started = threading.Event()

    def play() -> None:
        started.set()
        amp.process(long)
        order.append("played")

    thread = threading.Thread(target=play)
    thread.start()
    started.wait()
    order.append("meanwhile")
    thread.join()
    # With the lock held, the interpreter could not have run before the block was done.
    assert order == ["meanwhile", "played"]


def test_what_is_not_finite_is_counted_and_harmless(three: Model) -> None:
    signal = noise(1000)
    silent = signal.copy()
    bad = [5, 6, 300, 999]
    silent[bad] = 0.0
    signal[bad] = [np.nan, np.inf, -np.inf, np.nan]
    wanted = pure(three, silent)["full"]
    amp = Amp(three)
    np.testing.assert_array_equal(played(amp, signal, 64), wanted)
    assert amp.nonfinite_samples == 4
    amp.reset()
    assert amp.nonfinite_samples == 0


def test_counting_survives_a_change_of_size(three: Model) -> None:
    signal = noise(2000)
    bad = np.arange(10, 2000, 97)
    signal[bad] = np.nan
    amp = Amp(three)
    played(amp, signal[:990], 9)
    amp.size = "size1"
    played(amp, signal[990:], 9)
    assert amp.nonfinite_samples == len(bad)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros(8),
        np.zeros((2, 8), np.float32),
        np.zeros((1, 1, 8), np.float32),
        np.zeros((8, 1), np.float32),
        np.float32(0.0),
        [0.0, 0.0],
    ],
    ids=repr,
)
def test_a_block_of_another_type_or_shape_is_refused(wrong: Any, three: Model) -> None:
    amp = Amp(three)
    with pytest.raises(TriodeError, match=r"does not fit.*float32 array of shape \(frames,\)"):
        amp.process(wrong)
    np.testing.assert_array_equal(amp.process(noise(50)), pure(three, noise(50))["full"])


def test_an_empty_block_is_played(three: Model) -> None:
    amp = Amp(three)
    empty = np.zeros(0, np.float32)
    assert amp.process(empty).shape == (0,)
    amp.size = "size1"  # still before the first frame
    np.testing.assert_array_equal(amp.process(noise(50)), pure(three, noise(50))["size1"])
    amp.size = "full"
    assert amp.process(empty).shape == (0,)


@pytest.mark.parametrize("wrong", ["huge", -0.1, 1.1, float("nan")])
def test_a_size_that_is_not_there(wrong: str | float, three: Model) -> None:
    amp = Amp(three)
    with pytest.raises(TriodeError, match="no such size"):
        amp.size = wrong
    assert amp.size == "full"


def test_a_closed_amp_cannot_be_used(three: Model) -> None:
    with Amp(three) as amp:
        amp.process(noise(8))
    for use in (lambda: amp.process(noise(8)), amp.reset, lambda: amp.nonfinite_samples):
        with pytest.raises(TriodeError, match="closed"):
            use()
    with pytest.raises(TriodeError, match="closed"):
        amp.size = 0.3
    amp.close()


def test_loading_what_cannot_be_played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NamFileError):
        load(tmp_path / "missing.nam")
    monkeypatch.setattr("triode.compiler.artifact.find_compiler", lambda: None)
    with pytest.raises(CompileError, match=r"pip install 'triode\[toolchain\]'"):
        Amp(model(convnet(2)))
