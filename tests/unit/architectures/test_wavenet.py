"""WaveNets: against plain NumPy on random configs, and the known ones by their figures."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from triode import nam
from triode.architectures import lower, parameters
from triode.errors import GraphError
from triode.graph import Parameters, counts, interpret, receptive_field
from triode.nam.model import Model
from triode.nam.recurrent import LstmConfig
from triode.nam.wavenet import WaveNetConfig
from unit.architectures.known import A1_WIDTHS, a1, a2, model, noise, random_wavenet
from unit.architectures.plain_wavenet import PlainWaveNet

RANDOM_CONFIGS = range(60)
# Both are float64; sums in another order differ by 1e-15 of the terms, which FiLM products of a few
# layers enlarge.
TOLERANCE = 1e-10


def distance(one: Model, frames: int = 40) -> float:
    """Largest difference between the graph and the plain WaveNet, relative to the peak."""
    assert isinstance(one.config, WaveNetConfig)
    graph = lower(one.config)
    run_in = receptive_field(graph) - 1
    signal = noise(frames, channels=one.config.in_channels)
    padded = np.pad(signal, ((0, 0), (run_in, 0)))
    wanted = PlainWaveNet(one.config, one.weights).play(padded)[:, run_in:]
    got = interpret(graph, parameters(one), signal)
    assert got.shape == wanted.shape
    return float(np.max(np.abs(got - wanted)) / np.max(np.abs(wanted)))


@pytest.mark.parametrize("seed", RANDOM_CONFIGS)
def test_a_random_wavenet_is_what_the_format_says(seed: int) -> None:
    assert distance(model(random_wavenet(seed), seed)) < TOLERANCE


def test_the_random_configs_reach_every_option() -> None:
    configs = [random_wavenet(seed) for seed in RANDOM_CONFIGS]
    configs += [
        one.condition_dsp.config
        for one in configs
        if one.condition_dsp is not None and isinstance(one.condition_dsp.config, WaveNetConfig)
    ]
    arrays = [array for config in configs for array in config.layer_arrays]
    layers = [layer for array in arrays for layer in array.layers]
    assert any(config.condition_dsp for config in configs)
    assert any(config.head for config in configs)
    assert any(config.in_channels > 1 for config in configs)
    assert {len(config.layer_arrays) for config in configs} == {1, 2, 3}
    assert {layer.gating for layer in layers} == {"none", "gated", "blended"}
    assert {layer.activation.kind for layer in layers} == set(nam.ACTIVATION_KINDS)
    assert any(array.head.kernel_size > 1 and array.head.dilation > 1 for array in arrays)
    assert any(array.bottleneck < array.channels for array in arrays)
    assert any(array.bottleneck > array.channels for array in arrays)
    assert any(array.groups_input > 1 for array in arrays)
    assert any(array.groups_input_mixin > 1 for array in arrays)
    assert any(array.layer1x1.groups > 1 for array in arrays)
    assert any(array.head1x1.groups > 1 for array in arrays)
    assert any(not array.layer1x1.active for array in arrays)
    used = [slot for array in arrays for slot in array.films.active()]
    assert {name for name, _ in used} == set(nam.Films.__dataclass_fields__)
    assert {film.shift for _, film in used} == {True, False}
    assert any(film.groups > 1 for _, film in used)


def test_the_comparison_would_notice_swapped_weights() -> None:
    one = model(random_wavenet(0), 0)
    assert distance(one) < TOLERANCE
    assert isinstance(one.config, WaveNetConfig)
    graph = lower(one.config)
    signal = noise(40, channels=one.config.in_channels)
    right = interpret(graph, parameters(one), signal)
    swapped = parameters(Model(version="0.7.0", config=one.config, weights=one.weights[::-1]))
    assert np.max(np.abs(interpret(graph, swapped, signal) - right)) > 0.01


@pytest.mark.parametrize(
    "name", ["core-wavenet", "core-wavenet_a2_max", "core-wavenet_condition_dsp"]
)
def test_a_real_file_is_what_the_format_says(shared_data: Path, name: str) -> None:
    one = nam.read(shared_data / "nam" / f"{name}.nam")
    assert distance(one, frames=10) < TOLERANCE


@pytest.mark.parametrize(
    ("config", "macs", "weights", "frames"),
    [
        (a1("standard"), 13_320, 13_802, 4093),
        (a1("feather"), None, 3_026, None),
        (a1("nano"), None, 842, None),
        (a2(8), 11_776, 12_146, 6347),
        (a2(3), 1_731, 1_871, 6347),
    ],
    ids=["a1-standard", "a1-feather", "a1-nano", "a2-full", "a2-lite"],
)
def test_known_architectures_have_the_published_figures(
    config: WaveNetConfig, macs: int | None, weights: int, frames: int | None
) -> None:
    graph = lower(config)
    counted = counts(graph)
    assert counted.parameters == weights
    assert nam.weight_count(config) == weights
    if macs is not None:
        assert counted.macs == macs
    if frames is not None:
        assert counted.receptive_field == frames


def test_a1_lite_by_hand() -> None:
    first, second = A1_WIDTHS["lite"]

    def array(channels: int, inputs: int, layers: int, out: int, bias: int) -> int:
        layer = channels * channels * 3 + channels + channels + channels * channels + channels
        return inputs * channels + layers * layer + out * channels + bias

    wanted = array(first, 1, 7, second, 0) + array(second, first, 13, 1, 1) + 1
    counted = counts(lower(a1("lite")))
    assert counted.parameters == wanted
    assert counted.elementwise["Tanh"] == 7 * first + 13 * second


def oldest_taps(config: WaveNetConfig) -> Parameters:
    """No biases and strong oldest taps, so that silence is exactly 0 and no click dies away."""
    values = {}
    for parameter in lower(config).parameters:
        value = np.zeros(parameter.shape)
        if not parameter.name.endswith("bias"):
            value[...] = 1e-3
            value[..., 0] = 1.0 / value.shape[min(1, value.ndim - 1)]
        values[parameter.name] = value
    return values


@pytest.mark.parametrize("config", [a1("nano"), a2(3)], ids=["a1-nano", "a2-lite"])
def test_the_receptive_field_is_what_a_click_reaches(config: WaveNetConfig) -> None:
    graph = lower(config)
    frames = receptive_field(graph)
    silence = np.zeros((1, frames + 20))
    click = silence.copy()
    click[0, 5] = 1e-6
    values = oldest_taps(config)
    assert not interpret(graph, values, silence).any()
    heard = np.flatnonzero(interpret(graph, values, click)[0])
    assert heard[0] == 5, "the newest frame counts"
    assert heard[-1] == 5 + frames - 1, "and so does the oldest of the receptive field, no older"


def test_a_condition_network_must_be_a_wavenet() -> None:
    lstm = model(LstmConfig(input_size=1, hidden_size=1, num_layers=1))
    config = WaveNetConfig(layer_arrays=a1("nano").layer_arrays, head_scale=1.0, condition_dsp=lstm)
    with pytest.raises(GraphError, match="condition_dsp is not a WaveNet"):
        lower(config)


def test_arrays_that_do_not_fit_are_refused_by_the_node_where_they_meet() -> None:
    first, second = a1("nano").layer_arrays
    wider = a1("feather").layer_arrays[1]
    with pytest.raises(GraphError, match=r"^array1\.rechannel: conv got inputs"):
        lower(WaveNetConfig(layer_arrays=(first, wider), head_scale=1.0))
    narrow = replace(first, head=replace(first.head, out_channels=1))
    with pytest.raises(GraphError, match=r"^array1\.layer0\.head_sum: add needs 2 inputs"):
        lower(WaveNetConfig(layer_arrays=(narrow, second), head_scale=1.0))
