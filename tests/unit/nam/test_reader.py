"""Containers, other architectures, and everything that is read or tolerated."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from triode import nam
from triode.errors import NamFileError
from triode.nam import limits
from unit.nam.documents import Document, ids, layer, put, refuses


@pytest.mark.parametrize(
    ("path", "value", "where", "message"),
    [
        ("config.submodels", [], "config.submodels", "entries"),
        ("config.submodels", {}, "config.submodels", "not a list"),
        ("config.submodels[0].max_value", 1.0, "config.submodels[1].max_value", "ascending"),
        ("config.submodels[1].max_value", 0.9, "config.submodels[1].max_value", "1 or more"),
        ("config.submodels[0].max_value", -1, "config.submodels[0].max_value", "range"),
        ("config.submodels[0].model", None, "config.submodels[0].model", "not an object"),
        (
            "config.submodels[0].model.sample_rate",
            44100,
            "config.submodels[0].model.sample_rate",
            "another sample rate",
        ),
        ("weights", None, "weights", "not a list"),
        ("config.submodels[0].model.weights", [], "config.submodels[0].model.weights", "number"),
    ],
)
def test_container_rules(
    container: Document, path: str, value: object, where: str, message: str
) -> None:
    put(container, path, value)
    refuses(container, where, message)


def test_container_sizes_agree_on_the_rate(container: Document) -> None:
    del container["sample_rate"]
    assert nam.parse(container).sample_rate_hz == 48000
    assert ids(container) == {"sample-rate-missing"}
    container["config"]["submodels"][1]["model"]["sample_rate"] = 44100
    refuses(container, "config.submodels[1].model.sample_rate", "different sample rates")


def test_container_inside_a_container_is_refused(container: Document) -> None:
    entry = {"max_value": 1.0, "model": dict(container)}
    outer = {**container, "config": {"submodels": [entry]}}
    refuses(outer, "config.submodels[0].model.architecture", "inside a model")


@pytest.mark.parametrize(
    ("architecture", "config", "message"),
    [
        ("LSTM", {"input_size": 1, "hidden_size": 0, "num_layers": 1}, "hidden_size"),
        ("LSTM", {"input_size": 1, "hidden_size": 4, "num_layers": 65}, "num_layers"),
        ("LSTM", {"input_size": 1, "hidden_size": 1024, "num_layers": 64}, "number of weights"),
        ("LSTM", {"input_size": 1, "hidden_size": 4, "num_layers": 1, "out_channels": 2}, "out_ch"),
        ("Linear", {"receptive_field": 0, "bias": False}, "receptive_field"),
        ("Linear", {"receptive_field": 4, "bias": 0}, "boolean"),
        (
            "ConvNet",
            {
                "channels": 4,
                "dilations": [1],
                "batchnorm": False,
                "activation": "ReLU",
                "groups": 2,
            },
            "mono",
        ),
        ("ConvNet", {"channels": 4, "dilations": [1], "activation": "ReLU"}, "batchnorm"),
    ],
)
def test_other_architectures_are_checked(architecture: str, config: Document, message: str) -> None:
    with pytest.raises(NamFileError, match=message):
        nam.parse_config(architecture, config)


def test_other_architectures_are_read(make: Callable[..., Document]) -> None:
    lstm = nam.parse(make({"input_size": 1, "hidden_size": 3, "num_layers": 2}, "LSTM"))
    assert lstm.config == nam.LstmConfig(input_size=1, hidden_size=3, num_layers=2)
    linear = nam.parse(make({"receptive_field": 5, "bias": True}, "Linear"))
    assert linear.config == nam.LinearConfig(receptive_field=5, bias=True)
    assert linear.weights.shape == (6,)
    activation = {"type": "PReLU", "negative_slopes": [0.1, 0.2]}
    config = {"channels": 2, "dilations": [1, 2], "batchnorm": True, "activation": activation}
    convnet = nam.parse(make(config, "ConvNet")).config
    assert isinstance(convnet, nam.ConvNetConfig)
    assert convnet.activation.negative_slopes == (0.1, 0.2)


@pytest.mark.parametrize(
    ("dilations", "kernel_size", "channels", "message"),
    [
        ([2**20, 2**20], 3, 1, "receptive field of 4,194,305"),
        ([2**18], 4, 64, "history of 50,331,648"),
        ([1], 65_536, 64, "number of weights"),
    ],
)
def test_products_of_sizes_are_bounded(
    make_array: Callable[..., Document],
    dilations: list[int],
    kernel_size: int,
    channels: int,
    message: str,
) -> None:
    array = make_array(dilations=dilations, kernel_size=kernel_size, channels=channels, head_size=1)
    with pytest.raises(NamFileError, match=message):
        nam.parse_config("WaveNet", {"layers": [array], "head_scale": 1.0})


def test_a1_is_read_with_every_default(a1: Document) -> None:
    model = nam.parse(a1)
    tanh = nam.Activation(kind="Tanh")
    layers = tuple(nam.Layer(kernel_size=3, dilation=d, activation=tanh) for d in (1, 2))
    assert isinstance(model.config, nam.WaveNetConfig)
    assert model.config.layer_arrays[0] == nam.LayerArray(
        input_size=1,
        condition_size=1,
        channels=4,
        bottleneck=4,
        layers=layers,
        head=nam.ArrayHead(out_channels=2),
    )
    assert (model.version, model.sample_rate_hz, model.warnings) == ("0.5.4", 48000.0, ())
    np.testing.assert_array_equal(model.weights, np.array(a1["weights"], np.float32))


def test_real_files_are_read(real_file: Path) -> None:
    model = nam.read(real_file)
    assert model.weights.shape == (nam.weight_count(model.config),)
    assert not [f for f in nam.lint(real_file) if f.severity == "error"]


def test_error_names_the_file_and_the_field(tmp_path: Path) -> None:
    path = tmp_path / "an amp \u00fc.nam"
    path.write_text('{"version": 5}', encoding="utf-8")
    with pytest.raises(NamFileError, match="version: not a string"):
        nam.read(path)
    path.write_bytes(b"RIFF\xff")
    with pytest.raises(NamFileError, match="an amp \u00fc\\.nam: byte 4"):
        nam.read(path)


def test_unreadable_paths_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.nam", tmp_path, "a\0b"):
        with pytest.raises(NamFileError, match="cannot be read"):
            nam.read(path)


def test_tolerated_oddities(
    make: Callable[..., Document], make_array: Callable[..., Document]
) -> None:
    array = make_array(
        head_size=1,
        channels=4.0,
        activation=["LeakyHardTanh", {"type": "PReLU", "negative_slopes": [0.1, 0.2, 0.3, 0.4]}],
        secondary_activation="",
        slimmable=None,
        conv_pre_film=False,
        conv_post_film=None,
        input_mixin_pre_film={"shift": False},
        gating_mode=["none", "none"],
        kernel_size=[3, 5],
    )
    document = make({"layers": [array], "head": None, "head_scale": 0.1, "condition_dsp": None})
    document |= {"metadata": None, "notes": ["kept"], "wieghts": 3}
    layer(document)["dilation"] = 7
    model = nam.parse(document)
    config = model.config
    assert isinstance(config, nam.WaveNetConfig)
    read = config.layer_arrays[0]
    assert read.channels == 4
    assert [item.kernel_size for item in read.layers] == [3, 5]
    assert read.layers[0].activation.kind == "LeakyHardtanh"
    assert read.layers[1].activation.negative_slopes == (0.1, 0.2, 0.3, 0.4)
    assert read.films.active() == (("input_mixin_pre_film", nam.Film(active=True, shift=False)),)
    assert ids(document) == {
        "integer-as-decimal",
        "empty-secondary-activation",
        "film-null",
        "film-without-active",
        "kernel-size-spelling",
        "unknown-key",
    }
    warnings = "\n".join(model.warnings)
    assert "wieghts: unknown key, kept as it is. Did you mean weights?" in warnings
    assert "config.layers[0].dilation: unknown key, kept as it is. Did you mean" in warnings
    assert "notes: unknown key, kept as it is.\n" in warnings + "\n"


def test_old_gated_is_a_sigmoid_gate(
    make: Callable[..., Document], make_array: Callable[..., Document]
) -> None:
    config = {"layers": [make_array(gated=True, head_size=1)], "head_scale": 0.1}
    old = nam.parse(make(config)).config
    del config["layers"][0]["gated"]  # type: ignore[index]
    config["layers"][0] |= {"gating_mode": "gated", "secondary_activation": "Sigmoid"}  # type: ignore[index]
    assert nam.parse(make(config)).config == old
    assert isinstance(old, nam.WaveNetConfig)
    assert old.layer_arrays[0].layers[1].secondary_activation == nam.Activation(kind="Sigmoid")


def test_newer_spelling_wins_and_is_noticed(a1: Document) -> None:
    layer(a1).update(
        {
            "gating_mode": "none",
            "gated": True,
            "kernel_sizes": [3, 3],
            "kernel_size": 9,
            "head": {"out_channels": 2, "kernel_size": 1, "bias": False},
            "head_size": 5,
        }
    )
    config = nam.parse(a1).config
    assert isinstance(config, nam.WaveNetConfig)
    assert config.layer_arrays[0].layers[0].kernel_size == 3
    assert config.layer_arrays[0].head.out_channels == 2
    places = {f.where for f in nam.lint(a1) if f.id == "both-spellings"}
    assert places == {
        f"config.layers[0].{key}" for key in ("gated", "kernel_size", "head_size", "head_bias")
    }


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("LeakyReLU", nam.Activation(kind="LeakyReLU", negative_slopes=(0.01,))),
        (
            {"type": "LeakyReLU", "negative_slope": 0.3},
            nam.Activation(kind="LeakyReLU", negative_slopes=(0.3,)),
        ),
        (
            {"type": "PReLU", "negative_slope": 0.3},
            nam.Activation(kind="PReLU", negative_slopes=(0.3,)),
        ),
        ({"type": "PReLU"}, nam.Activation(kind="PReLU", negative_slopes=(0.01,))),
        (
            {"type": "LeakyHardTanh", "min_val": 0, "max_slope": 0.5},
            nam.Activation(kind="LeakyHardtanh", min_val=0.0, max_slope=0.5),
        ),
        ({"type": "Hardtanh", "max_val": 2}, nam.Activation(kind="Hardtanh", max_val=2.0)),
        ({"type": "Softsign"}, nam.Activation(kind="Softsign")),
    ],
)
def test_activations_are_read(a1: Document, activation: object, expected: nam.Activation) -> None:
    layer(a1)["activation"] = activation
    config = nam.parse(a1).config
    assert isinstance(config, nam.WaveNetConfig)
    assert config.layer_arrays[0].layers[0].activation == expected


@pytest.mark.parametrize(
    ("activation", "where", "message"),
    [
        ({"type": "PReLU", "negative_slopes": [0.1, 0.2]}, ".negative_slopes", "or 4, one per"),
        ({"type": "PReLU", "negative_slopes": ["a"]}, ".negative_slopes[0]", "not a number"),
        ({"type": "LeakyReLU", "negative_slope": None}, ".negative_slope", "not a number"),
        ({"type": "Hardtanh", "min_val": 2}, ".min_val", "limits are swapped"),
        ({"negative_slope": 0.1}, ".type", "missing"),
        ({"type": {}}, ".type", "not a string"),
    ],
)
def test_activation_constants_are_checked(
    a1: Document, activation: object, where: str, message: str
) -> None:
    layer(a1)["activation"] = activation
    refuses(a1, f"config.layers[0].activation{where}", message)


def test_unknown_keys_are_bounded(a1: Document) -> None:
    a1 |= {f"key{index}": index for index in range(limits.UNKNOWN_KEYS)}
    assert len(nam.parse(a1).warnings) == limits.UNKNOWN_KEYS
    a1["one more"] = 0
    with pytest.raises(NamFileError, match="too many unknown keys"):
        nam.parse(a1)


def test_huge_unknown_keys_are_shown_short(a1: Document) -> None:
    a1["\u2028" + "x" * 100_000] = 1
    (warning,) = nam.parse(a1).warnings
    assert len(warning) < 200
    assert warning.isascii()


def test_recipes_fail_on_unknown_keys(make_array: Callable[..., Document]) -> None:
    config = {"layers": [make_array(head_size=1, chanels=3)], "head_scale": 1.0}
    with pytest.raises(NamFileError, match=r"chanels: unknown key\. Did you mean channels"):
        nam.parse_config("WaveNet", config)


def test_the_given_mapping_is_not_kept(a1: Document) -> None:
    model = nam.parse(a1)
    a1["config"]["layers"].clear()
    assert model.document is not None
    assert len(model.document["config"]["layers"]) == 2  # type: ignore[index]


def test_warnings_of_a_nested_model_are_counted_from_it(container: Document) -> None:
    container["config"]["submodels"][0]["model"]["config"]["odd"] = 1
    model = nam.parse(container)
    assert isinstance(model.config, nam.ContainerConfig)
    inner = model.config.submodels[0].model
    assert inner.warnings == ("config.odd: unknown key, kept as it is.",)
    assert model.warnings == (f"config.submodels[0].model.{inner.warnings[0]}",)
