"""Recipes whose capture could not be written are refused before anything is trained."""

from typing import Any

import pytest

from triode.errors import RecipeError
from triode.nam import parse_config
from triode.training.trainable import check_trainable

ARRAY: dict[str, Any] = {
    "input_size": 1,
    "condition_size": 1,
    "channels": 2,
    "kernel_size": 3,
    "dilations": [1, 2],
    "activation": "Tanh",
    "head_size": 1,
    "head_bias": False,
}
HEAD = {"channels": 1, "out_channels": 1, "activation": "PReLU"}
CONVNET = {"channels": 2, "dilations": [1, 2], "batchnorm": False}


def wavenet(**changes: Any) -> dict[str, Any]:
    return {"layers": [ARRAY], "head_scale": 0.1, **changes}


@pytest.mark.parametrize(
    ("architecture", "config", "text"),
    [
        ("ConvNet", {**CONVNET, "activation": "PReLU"}, "room for one block's"),
        ("WaveNet", wavenet(head={**HEAD, "kernel_sizes": [2, 2]}), "room for one block's"),
        ("ConvNet", {**CONVNET, "activation": "Softsigmoid"}, "no player would load"),
        ("LSTM", {"input_size": 2, "hidden_size": 2, "num_layers": 1}, "captures are mono"),
        ("WaveNet", wavenet(layers=[{**ARRAY, "head_size": 2}]), "Got 1 and 2"),
        ("WaveNet", wavenet(head_scale=0), "silent"),
    ],
)
def test_what_could_not_be_written_is_refused(
    architecture: str, config: dict[str, Any], text: str
) -> None:
    with pytest.raises(RecipeError) as caught:
        check_trainable(parse_config(architecture, config), "mine.toml, sizes[0].config")
    assert text in str(caught.value)
    assert str(caught.value).startswith("mine.toml, sizes[0].config: ")


def test_a_container_is_refused() -> None:
    model = {
        "version": "0.5.4",
        "architecture": "Linear",
        "config": {"receptive_field": 1, "bias": False},
        "weights": [1.0],
    }
    config = {"submodels": [{"max_value": 1.0, "model": model}]}
    with pytest.raises(RecipeError, match=r"Several \[\[sizes\]\]"):
        check_trainable(parse_config("SlimmableContainer", config), "mine.toml")


@pytest.mark.parametrize(
    ("architecture", "config"),
    [
        ("ConvNet", {**CONVNET, "dilations": [1], "activation": "PReLU"}),
        ("WaveNet", wavenet(head={**HEAD, "kernel_sizes": [2]})),
        ("WaveNet", wavenet(layers=[{**ARRAY, "activation": "PReLU"}])),
        ("LSTM", {"input_size": 1, "hidden_size": 2, "num_layers": 1}),
        ("Linear", {"receptive_field": 4, "bias": True}),
    ],
)
def test_what_can_be_written_is_not(architecture: str, config: dict[str, Any]) -> None:
    check_trainable(parse_config(architecture, config), "mine.toml")
