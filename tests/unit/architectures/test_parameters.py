"""Weights of the file and parameters of the graph are the same numbers, there and back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from triode import nam
from triode.architectures import lower, networks, parameters, with_parameters
from triode.errors import GraphError
from triode.nam.activation import Activation
from triode.nam.convolutional import ConvNetConfig
from triode.nam.model import Config
from triode.nam.wavenet import WaveNetConfig
from unit.architectures.known import a1, a2, container, model
from unit.architectures.test_lower import CONFIGS


def changed(config: Config, seed: int) -> dict[str, np.ndarray]:
    """Other parameters for the graph of `config`; PReLU slopes that a file shares stay equal."""
    rng = np.random.default_rng(seed)
    slopes: dict[tuple[int, ...], np.ndarray] = {}
    values = {}
    for parameter in lower(config).parameters:
        value = rng.standard_normal(parameter.shape).astype(np.float32)
        if parameter.name.endswith(".slopes"):
            value = slopes.setdefault(parameter.shape, value)
        values[parameter.name] = value
    return values


@pytest.mark.parametrize("name", CONFIGS)
def test_parameters_come_back_as_they_were(name: str) -> None:
    config = CONFIGS[name]
    values = changed(config, seed=1)
    before = model(config, seed=2)
    weights = before.weights.copy()
    after = with_parameters(before, values)
    back = parameters(after)
    assert back.keys() == values.keys()
    for key, value in values.items():
        assert back[key].dtype == np.float32
        np.testing.assert_array_equal(back[key], value, err_msg=key)
    np.testing.assert_array_equal(before.weights, weights, err_msg="the model was changed")
    assert nam.weight_layout(after.config) == nam.weight_layout(before.config)


@pytest.mark.parametrize("name", CONFIGS)
def test_unchanged_parameters_give_the_same_model(name: str) -> None:
    before = model(CONFIGS[name], seed=3)
    after = with_parameters(before, parameters(before))
    np.testing.assert_array_equal(after.weights, before.weights)
    assert after.weights.dtype == np.float32
    again = with_parameters(after, parameters(after))
    assert parameters(again).keys() == parameters(before).keys()
    if isinstance(after.config, WaveNetConfig) and after.config.condition_dsp is None:
        scale = float(before.weights[-1])
        assert isinstance(before.config, WaveNetConfig)
        assert after.config == replace(before.config, head_scale=scale)


def test_the_head_scale_in_the_weights_wins() -> None:
    one = model(a1("nano"), seed=4)
    values = parameters(one) | {"head_scale.value": np.array([0.125], np.float32)}
    after = with_parameters(one, values)
    assert isinstance(after.config, WaveNetConfig)
    assert after.config.head_scale == 0.125
    assert after.weights[-1] == 0.125


def test_parameters_are_copies() -> None:
    one = model(a1("nano"), seed=5)
    before = one.weights.copy()
    for value in parameters(one).values():
        value[...] = 0.0
    np.testing.assert_array_equal(one.weights, before)


def test_blocks_that_share_one_prelu_cannot_differ() -> None:
    prelu = Activation(kind="PReLU", negative_slopes=(0.5,))
    config = ConvNetConfig(channels=2, dilations=(1, 2), batchnorm=False, activation=prelu)
    one = model(config)
    values = parameters(one)
    values["block1.activation.slopes"] = np.array([0.25], np.float32)
    with pytest.raises(GraphError, match="share one PReLU"):
        with_parameters(one, values)


def test_a_container_has_no_parameters_of_its_own() -> None:
    both = container(a2(3), a2(8))
    assert parameters(both) == {}
    assert with_parameters(both, {}).config == both.config


@pytest.mark.parametrize("name", ["core-wavenet_a2_max", "core-wavenet_condition_dsp", "core-lstm"])
def test_a_file_written_after_training_holds_the_new_parameters(
    shared_data: Path, name: str
) -> None:
    one = nam.read(shared_data / "nam" / f"{name}.nam")
    values = {key: 0.5 * value for key, value in parameters(one).items()}
    after = nam.parse(nam.to_bytes(with_parameters(one, values)))
    back = networks(after)[-1].parameters
    assert back.keys() == values.keys()
    for key, value in values.items():
        np.testing.assert_array_equal(back[key], value, err_msg=key)
