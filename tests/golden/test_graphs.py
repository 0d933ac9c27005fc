"""The graphs of known architectures as text: a change of lowering shows as a difference to read."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from triode.architectures import chain, lower
from triode.graph import Graph, parse_graph, print_graph
from triode.nam.activation import Activation
from triode.nam.convolutional import ConvNetConfig, LinearConfig
from triode.nam.recurrent import LstmConfig
from triode.nam.wavenet import (
    ArrayHead,
    Film,
    Films,
    Head1x1,
    Layer,
    Layer1x1,
    LayerArray,
    PostStackHead,
    WaveNetConfig,
)
from unit.architectures.known import a1, a2, model

TANH = Activation(kind="Tanh")
SIGMOID = Activation(kind="Sigmoid")


def everything() -> WaveNetConfig:
    """Every option of a WaveNet in two arrays of few layers."""
    on = Film(active=True)
    films = Films(
        conv_pre_film=on,
        conv_post_film=Film(active=True, shift=False),
        input_mixin_pre_film=on,
        input_mixin_post_film=Film(active=True, shift=False, groups=2),
        activation_pre_film=on,
        activation_post_film=Film(active=True, groups=2),
        layer1x1_post_film=on,
        head1x1_post_film=Film(active=True, shift=False),
    )
    first = LayerArray(
        input_size=1,
        condition_size=2,
        channels=4,
        bottleneck=2,
        layers=(
            Layer(
                kernel_size=3,
                dilation=2,
                activation=Activation(kind="PReLU", negative_slopes=(0.5, 0.25)),
                gating="gated",
                secondary_activation=SIGMOID,
            ),
            Layer(
                kernel_size=2,
                dilation=5,
                activation=Activation(kind="LeakyHardtanh", min_val=-0.5, max_slope=0.2),
                gating="blended",
                secondary_activation=Activation(kind="Softsign"),
            ),
            Layer(
                kernel_size=1,
                dilation=1,
                activation=Activation(kind="LeakyReLU", negative_slopes=(0.1,)),
            ),
        ),
        head=ArrayHead(out_channels=2, kernel_size=4, bias=True, dilation=3),
        groups_input=2,
        groups_input_mixin=2,
        layer1x1=Layer1x1(groups=2),
        head1x1=Head1x1(active=True, out_channels=2, groups=2),
        films=films,
    )
    second = LayerArray(
        input_size=4,
        condition_size=2,
        channels=2,
        bottleneck=2,
        layers=(Layer(kernel_size=2, dilation=7, activation=TANH),),
        head=ArrayHead(out_channels=3),
        layer1x1=Layer1x1(active=False),
    )
    inner = LayerArray(
        input_size=1,
        condition_size=1,
        channels=2,
        bottleneck=2,
        layers=(Layer(kernel_size=2, dilation=1, activation=TANH),),
        head=ArrayHead(out_channels=2, bias=True),
    )
    return WaveNetConfig(
        layer_arrays=(first, second),
        head_scale=0.5,
        head=PostStackHead(
            in_channels=3, channels=2, out_channels=1, kernel_sizes=(2, 3), activation=TANH
        ),
        condition_dsp=model(WaveNetConfig(layer_arrays=(inner,), head_scale=1.0)),
    )


CONVNET = ConvNetConfig(channels=4, dilations=(1, 2, 4), batchnorm=True, activation=TANH)
LSTM = LstmConfig(input_size=1, hidden_size=3, num_layers=2)
GRAPHS: dict[str, Graph] = {
    "a1-nano": lower(a1("nano")),
    "a2-lite": lower(a2(3)),
    "wavenet-everything": lower(everything()),
    "convnet-batchnorm": lower(CONVNET),
    "convnet": lower(replace(CONVNET, batchnorm=False, dilations=(3,))),
    "lstm": lower(LSTM),
    "linear": lower(LinearConfig(receptive_field=64, bias=True)),
    "chain": chain([lower(LSTM), lower(LinearConfig(receptive_field=8, bias=False))]),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_the_graph_is_the_golden_one(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"graphs/{name}.txt", print_graph(GRAPHS[name]))


@pytest.mark.parametrize("name", GRAPHS)
def test_a_golden_file_is_a_graph(name: str) -> None:
    path = Path(__file__).parent / "graphs" / f"{name}.txt"
    assert parse_graph(path.read_text(encoding="utf-8")) == GRAPHS[name]


def test_no_golden_file_is_left_over() -> None:
    files = {path.stem for path in (Path(__file__).parent / "graphs").iterdir()}
    assert files == set(GRAPHS)
