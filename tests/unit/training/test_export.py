"""The exported file plays at the recording's level, whatever level was trained at."""

import numpy as np
import pytest

from triode.architectures import lower, networks
from triode.errors import TrainingError
from triode.graph import Activation, Graph, Input, Node, interpret
from triode.nam import Config, a2_config, parse_config
from triode.training.export import TrainedSize, build_model, with_output_gain
from triode.training.initialise import initial_parameters

CONFIGS = {
    "wavenet": a2_config(3),
    "lstm": parse_config("LSTM", {"input_size": 1, "hidden_size": 3, "num_layers": 2}, 2000),
    "convnet": parse_config(
        "ConvNet",
        {"channels": 2, "dilations": [1, 2], "batchnorm": True, "activation": "ReLU"},
        2000,
    ),
    "linear": parse_config("Linear", {"receptive_field": 8, "bias": True}, 2000),
}


def drawn(config: Config, seed: int = 0) -> dict[str, np.ndarray]:
    return initial_parameters(config, np.random.default_rng(seed))


@pytest.mark.parametrize("name", CONFIGS)
def test_the_gain_scales_the_output_and_nothing_else(name: str) -> None:
    config = CONFIGS[name]
    graph, values = lower(config), drawn(config)
    signal = np.random.default_rng(1).standard_normal((1, 200))
    before = interpret(graph, values, signal, rate_hz=2000)
    after = interpret(graph, with_output_gain(graph, values, 0.0371), signal, rate_hz=2000)
    # The scaled numbers are rounded to float32, each by at most 6e-8.
    np.testing.assert_allclose(after, 0.0371 * before, atol=3e-7 * np.abs(0.0371 * before).max())


def test_a_graph_that_ends_otherwise_is_refused() -> None:
    nodes = (
        Node("input", Input(channels=1)),
        Node("end", Activation(kind="Tanh"), ("input",)),
    )
    with pytest.raises(TrainingError, match="end: the output level"):
        with_output_gain(Graph(nodes=nodes, output="end"), {}, 2.0)


def size(max_value: float, seed: int) -> TrainedSize:
    config = CONFIGS["convnet"]
    return TrainedSize(
        max_value=max_value,
        config=config,
        parameters=drawn(config, seed),
        validation_esr=0.25 * max_value,
        epoch=seed + 1,
    )


def test_several_sizes_become_a_container_each_with_its_own_figures() -> None:
    sizes = size(0.5, 3), size(1.0, 4)
    model = build_model(
        sizes,
        rate_hz=2000.0,
        output_gain=1.0,
        metadata={"name": "amp"},
        settings={"seed": 0},
        data={"frames": 9},
    )
    lite, full = networks(model)
    assert (lite.max_value, full.max_value) == (0.5, 1.0)
    for network, trained in zip((lite, full), sizes, strict=True):
        np.testing.assert_array_equal(
            network.parameters["head.weight"], trained.parameters["head.weight"]
        )
        metadata = network.model.metadata
        assert metadata["name"] == "amp"
        assert metadata["training"] == {
            "settings": {"seed": 0, "best_epoch": trained.epoch},
            "data": {"frames": 9},
            "validation_esr": trained.validation_esr,
        }
    assert lite.model.metadata["loudness"] != full.model.metadata["loudness"]
    assert model.metadata == full.model.metadata
    assert model.sample_rate_hz == lite.model.sample_rate_hz == 2000.0


def test_one_size_is_a_plain_network() -> None:
    model = build_model(
        (size(1.0, 0),), rate_hz=2000.0, output_gain=1.0, metadata={}, settings={}, data={}
    )
    assert model.architecture == "ConvNet"
    assert model.metadata["training"]["validation_esr"] == 0.25
