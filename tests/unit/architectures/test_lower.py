"""Every architecture has one graph, whose parameters are the file's weights by name and shape."""

import numpy as np
import pytest

from triode.architectures import lower, parameters
from triode.errors import GraphError
from triode.graph import interpret
from triode.nam.activation import Activation
from triode.nam.convolutional import ConvNetConfig, LinearConfig
from triode.nam.layout import weight_layout
from triode.nam.model import Config
from triode.nam.recurrent import LstmConfig
from triode.nam.wavenet import WaveNetConfig
from unit.architectures.known import a1, a2, container, model, noise, random_wavenet

PRELU = Activation(kind="PReLU", negative_slopes=(0.5, 0.25, -0.125))
CONFIGS: dict[str, Config] = {
    "a1": a1("standard"),
    "a2": a2(8),
    "lstm": LstmConfig(input_size=1, hidden_size=3, num_layers=2),
    "convnet": ConvNetConfig(channels=3, dilations=(1, 4), batchnorm=False, activation=PRELU),
    "convnet-batchnorm": ConvNetConfig(
        channels=3, dilations=(1, 4, 2), batchnorm=True, activation=Activation(kind="Tanh")
    ),
    "linear": LinearConfig(receptive_field=7, bias=False),
    "linear-bias": LinearConfig(receptive_field=7, bias=True),
    **{f"wavenet-{seed}": random_wavenet(seed) for seed in range(40)},
}


def layout_names(config: Config) -> dict[str, tuple[int, ...]]:
    """Names and shapes in the weight list, in the nested lists, and of the slopes in the config."""
    names = {slot.name: slot.shape for slot in weight_layout(config)}
    assert len(names) == len(weight_layout(config)), "a name stands twice"
    if isinstance(config, ConvNetConfig):
        for index in range(len(config.dilations)):
            names |= _slopes(f"block{index}.activation", config.activation)
    if isinstance(config, WaveNetConfig):
        for index, array in enumerate(config.layer_arrays):
            for number, layer in enumerate(array.layers):
                name = f"array{index}.layer{number}"
                names |= _slopes(f"{name}.activation", layer.activation)
                if layer.secondary_activation is not None:
                    secondary = layer.secondary_activation
                    names |= _slopes(f"{name}.secondary_activation", secondary)
        for index in range(len(config.head.kernel_sizes) if config.head else 0):
            assert config.head is not None
            names |= _slopes(f"head.block{index}.activation", config.head.activation)
        if config.condition_dsp is not None:
            nested = layout_names(config.condition_dsp.config)
            names |= {f"condition_dsp.{name}": shape for name, shape in nested.items()}
    return names


def _slopes(name: str, activation: Activation) -> dict[str, tuple[int, ...]]:
    if activation.kind != "PReLU":
        return {}
    return {f"{name}.slopes": (len(activation.negative_slopes),)}


@pytest.mark.parametrize("name", CONFIGS)
def test_the_graph_and_the_file_have_the_same_tensors(name: str) -> None:
    config = CONFIGS[name]
    graph = {parameter.name: parameter.shape for parameter in lower(config).parameters}
    assert graph == layout_names(config)
    assert {key: value.shape for key, value in parameters(model(config)).items()} == graph


@pytest.mark.parametrize("name", CONFIGS)
def test_silence_is_constant_from_the_first_frame(name: str) -> None:
    config = CONFIGS[name]
    graph = lower(config)
    values = {
        key: np.abs(value) if key.endswith(("running_var", "eps")) else value
        for key, value in parameters(model(config, 3)).items()
    }
    quiet = interpret(graph, values, np.zeros((graph.input_channels, 30)))
    # Matrix products of different widths round differently; an LSTM is settled to its time constant
    # after half a second, which is thousands of frames for these weights.
    scale = 1.0 + np.max(np.abs(quiet))
    np.testing.assert_allclose(quiet - quiet[:, :1], 0.0, atol=1e-12 * scale)


def test_a_linear_model_is_its_impulse_response_newest_first() -> None:
    one = model(LinearConfig(receptive_field=5, bias=False))
    click = np.zeros((1, 8))
    click[0, 1] = 1.0
    got = interpret(lower(one.config), parameters(one), click)[0]
    # Float64 FFT against exact numbers.
    np.testing.assert_allclose(got, [0.0, *one.weights, 0.0, 0.0], atol=1e-15)


def test_a_convnet_is_its_blocks() -> None:
    config = ConvNetConfig(
        channels=2, dilations=(3,), batchnorm=True, activation=Activation(kind="ReLU")
    )
    one = model(config)
    weights = np.abs(one.weights)
    conv, mean, variance, weight, bias, eps, head, head_bias = np.split(
        weights.astype(np.float64), np.cumsum([4, 2, 2, 2, 2, 1, 2])
    )
    x = noise(10)
    late = np.concatenate([np.zeros((1, 3)), x[:, :-3]], axis=1)
    conv = conv.reshape(2, 2)
    z = conv[:, :1] * late + conv[:, 1:] * x
    z = (z - mean[:, None]) / np.sqrt(variance + eps)[:, None] * weight[:, None] + bias[:, None]
    wanted = head @ np.maximum(z, 0.0) + head_bias
    values = {key: np.abs(value) for key, value in parameters(one).items()}
    got = interpret(lower(config), values, x)[0]
    # The same float64 arithmetic in nearly the same order.
    np.testing.assert_allclose(got, wanted, rtol=1e-13, atol=1e-14)


def test_an_lstm_settles_for_half_a_second() -> None:
    graph = lower(LstmConfig(input_size=1, hidden_size=2, num_layers=2))
    assert graph.settle_seconds == 0.5
    assert [node.name for node in graph.nodes] == ["input", "layer0", "layer1", "head"]


@pytest.mark.parametrize("name", [name for name in CONFIGS if name != "lstm"])
def test_everything_else_settles_in_its_receptive_field(name: str) -> None:
    assert lower(CONFIGS[name]).settle_seconds == 0.0


def test_a_container_has_no_single_graph() -> None:
    with pytest.raises(GraphError, match=r"one graph per size.*networks\(model\)"):
        lower(container(a2(3), a2(8)).config)
