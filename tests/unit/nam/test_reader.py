"""Every rule of the format, each broken once, and everything that is tolerated."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from triode import nam
from triode.errors import NamFileError
from triode.nam import limits

Document = dict[str, Any]


def layer(document: Document, index: int = 0) -> Document:
    return document["config"]["layers"][index]


def put(document: Document, path: str, value: object) -> None:
    """Set the value at `path`, written as errors write it."""
    steps = [
        int(s) if s.isdigit() else s for s in path.replace("[", ".").replace("]", "").split(".")
    ]
    target: Any = document
    for step in steps[:-1]:
        target = target[step]
    target[steps[-1]] = value


def refuses(document: Document, where: str, message: str) -> None:
    with pytest.raises(NamFileError, match=message) as caught:
        nam.parse(document)
    assert caught.value.where == where


def ids(document: Document) -> set[str]:
    return {finding.id for finding in nam.lint(document)}


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("version", "0.8.0", "not known"),
        ("version", "1.5.0", "not known"),
        ("version", "0.4.9", "not known"),
        ("version", "0.5", "not known"),
        ("version", "0.5.4-beta", "not known"),
        ("version", "0.5.4\n", "not known"),
        ("version", "0.\u0665.4", "not known"),
        ("version", 5, "not a string"),
        ("architecture", "Wavenet", "Did you mean WaveNet"),
        ("architecture", "Sequential", "export each part"),
        ("architecture", None, "not a string"),
        ("sample_rate", None, "not a number"),
        ("sample_rate", "48000", "not a number"),
        ("sample_rate", True, "not a number"),
        ("sample_rate", 0, "out of range"),
        ("sample_rate", 1e12, "out of range"),
        ("metadata", [], "not an object"),
        ("config", None, "not an object"),
        ("config.layers", {}, "not a list"),
        ("config.layers", [], "1 to 32 entries"),
        ("config.head_scale", "0.02", "not a number"),
        ("config.head_scale", None, "not a number"),
        ("config.head_scale", 1e30, "out of range"),
        ("config.head", 3, "not an object"),
        ("config.in_channels", 0, "out of range"),
        ("config.layers[0]", "x", "not an object"),
        ("config.layers[0].channels", 10**9, "from 1 to 1,024"),
        ("config.layers[0].channels", 10**60, "a number of 61 digits"),
        ("config.layers[0].channels", 0, "out of range"),
        ("config.layers[0].channels", -3, "out of range"),
        ("config.layers[0].channels", 4.5, "whole number"),
        ("config.layers[0].channels", True, "whole number"),
        ("config.layers[0].channels", "4", "whole number"),
        ("config.layers[0].channels", [4], "a list of 1"),
        ("config.layers[0].bottleneck", None, "whole number"),
        ("config.layers[0].kernel_size", 0, "out of range"),
        ("config.layers[0].kernel_size", 10**6, "out of range"),
        ("config.layers[0].kernel_size", [3, 3, 3], "2 entries"),
        ("config.layers[0].dilations", "12", "not a list"),
        ("config.layers[0].dilations", [], "entries"),
        ("config.layers[0].dilations", [1] * 513, "1 to 512"),
        ("config.layers[0].dilations[1]", 0, "out of range"),
        ("config.layers[0].dilations[1]", 2**21, "out of range"),
        ("config.layers[0].activation", "tanh", "Did you mean Tanh"),
        ("config.layers[0].activation", 3, "not an activation"),
        ("config.layers[0].activation", ["Tanh"], "2 entries"),
        ("config.layers[0].gated", 0, "not a boolean"),
        ("config.layers[0].gating_mode", "gate", "Did you mean gated"),
        ("config.layers[0].secondary_activation", 3, "not an activation"),
        ("config.layers[0].head_size", 0, "out of range"),
        ("config.layers[0].head_bias", "no", "not a boolean"),
        ("config.layers[0].head_dilation", 0, "out of range"),
        ("config.layers[0].layer1x1", False, "not an object"),
        ("config.layers[0].head1x1", "x", "not an object"),
        ("config.layers[0].conv_pre_film", True, "false or an object"),
        ("config.layers[0].slimmable", True, "not an object"),
        ("config.layers[1].input_size", 3, "the one before"),
        ("config.layers[1].channels", 3, "head of the one before"),
        ("config.layers[0].input_size", 2, "does not fit the input"),
        ("config.layers[0].condition_size", 2, "1, the width of the condition"),
        ("weights", "x", "not a list"),
        ("weights", None, "not a list"),
        ("weights[3]", "0.5", "not a number"),
        ("weights[3]", True, "not a number"),
        ("weights[3]", None, "not a number"),
        ("weights[3]", [1.0], "not a number"),
        ("weights[3]", 1e39, "float32"),
    ],
)
def test_wrong_values_are_refused_by_name(
    a1: Document, path: str, value: object, message: str
) -> None:
    put(a1, path, value)
    refuses(a1, path, message)


@pytest.mark.parametrize(
    "path",
    [
        "version",
        "architecture",
        "config",
        "weights",
        "config.layers",
        "config.head_scale",
        "config.layers[0].channels",
        "config.layers[0].input_size",
        "config.layers[0].condition_size",
        "config.layers[0].dilations",
        "config.layers[0].activation",
        "config.layers[0].head_size",
    ],
)
def test_missing_fields_are_refused_by_name(a1: Document, path: str) -> None:
    parent, _, key = path.rpartition(".")
    target = a1
    for step in parent.replace("[0]", ".0").split(".") if parent else []:
        target = target[int(step)] if step.isdigit() else target[step]  # type: ignore[index]
    del target[key]
    refuses(a1, path, "missing")


@pytest.mark.parametrize("change", [-1, 1])
def test_weight_count_is_exact(a1: Document, change: int) -> None:
    a1["weights"] = a1["weights"][:-1] if change < 0 else [*a1["weights"], 0.0]
    refuses(a1, "weights", "number of weights")


def test_misspelled_required_field_is_suggested(a1: Document) -> None:
    layer(a1)["chanels"] = layer(a1).pop("channels")
    refuses(a1, "config.layers[0].channels", "'chanels' misspelled")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("config.layers[0].groups_input", 3, "divisor of both 4 .* and 12"),
        ("config.layers[0].groups_input", 5, "divisor"),
        ("config.layers[0].groups_input_mixin", 2, "divisor of both 1"),
        ("config.layers[0].layer1x1.groups", 3, "divisor of both 6 .* and 4"),
        ("config.layers[0].head1x1.groups", 2, "divisor of both 6 .* and 3"),
        ("config.layers[0].conv_pre_film.groups", 2, "divisor of both 1"),
        ("config.layers[0].head1x1_post_film.groups", 7, "divisor"),
    ],
)
def test_groups_divide_both_sides(rich: Document, path: str, value: int, message: str) -> None:
    put(rich, path, value)
    refuses(rich, path, message)


def test_film_groups_divide_the_modulated_side(
    make: Callable[..., Document], make_array: Callable[..., Document]
) -> None:
    film = {"active": True, "shift": False, "groups": 2}
    array = make_array(input_size=2, condition_size=2, channels=3, head_size=1, conv_pre_film=film)
    config = {"in_channels": 2, "layers": [array], "head_scale": 1.0}
    with pytest.raises(NamFileError, match=r"both 2 .* and 3"):
        nam.parse_config("WaveNet", config)
    film["shift"] = True
    assert nam.parse(make(config)).config is not None


def test_film_needs_what_it_modulates(rich: Document) -> None:
    layer(rich)["head1x1"]["active"] = False
    refuses(rich, "config.layers[0].head1x1_post_film", "nothing to modulate")


def test_layer1x1_film_needs_layer1x1(rich: Document) -> None:
    layer(rich).update(bottleneck=4, groups_input=2)
    layer(rich)["head1x1"]["groups"] = 1
    layer(rich)["layer1x1"]["active"] = False
    refuses(rich, "config.layers[0].layer1x1_post_film", "nothing to modulate")


def test_without_layer1x1_the_bottleneck_is_the_channels(rich: Document) -> None:
    layer(rich)["layer1x1"]["active"] = False
    refuses(rich, "config.layers[0].bottleneck", "4, since layer1x1 is off")


def test_widths_to_the_head_agree_between_arrays(a1: Document) -> None:
    layer(a1, 1)["bottleneck"] = 3
    refuses(a1, "config.layers[1].bottleneck", "sends? to the head")
    del layer(a1, 1)["bottleneck"]
    layer(a1, 1)["head1x1"] = {"active": True, "out_channels": 3, "groups": 1}
    refuses(a1, "config.layers[1].head1x1", "sends? to the head")


def test_condition_network_fits_its_model(conditioned: Document) -> None:
    inner = conditioned["config"]["condition_dsp"]
    assert nam.parse(conditioned).config.condition_dsp.rate_hz == 44100  # type: ignore[union-attr]
    inner["sample_rate"] = 48000
    refuses(conditioned, "config.condition_dsp.sample_rate", "another sample rate")
    inner["sample_rate"] = 44100
    layer(conditioned)["condition_size"] = 1
    refuses(conditioned, "config.layers[0].condition_size", "2, the width")
    inner["weights"].pop()
    refuses(conditioned, "config.condition_dsp.weights", "number of weights")
    conditioned["config"]["condition_dsp"] = {
        "version": "0.5.4",
        "architecture": "Linear",
        "config": {"receptive_field": 1, "bias": False},
        "weights": [1.0],
    }
    refuses(conditioned, "config.condition_dsp.architecture", "wrong kind")


def test_condition_network_alone_with_a_rate(conditioned: Document) -> None:
    del conditioned["sample_rate"]
    refuses(conditioned, "config.condition_dsp.sample_rate", "48000, the rate of a model")


def test_missing_rate_of_a_condition_network_is_its_parents(conditioned: Document) -> None:
    del conditioned["config"]["condition_dsp"]["sample_rate"]
    config = nam.parse(conditioned).config
    assert isinstance(config, nam.WaveNetConfig)
    assert config.condition_dsp is not None
    assert config.condition_dsp.sample_rate_hz == 44100
    assert ids(conditioned) == {"sample-rate-missing"}


def test_models_are_not_nested_without_end(a1: Document) -> None:
    model = a1
    for _ in range(limits.MODEL_DEPTH):
        outer = {"layers": model["config"]["layers"], "condition_dsp": model, "head_scale": 0.02}
        model = {**a1, "config": outer}
    with pytest.raises(NamFileError, match="nested too deeply"):
        nam.parse(model)


@pytest.mark.parametrize(
    ("slimmable", "where", "message"),
    [
        ({"method": "slice"}, "method", "unknown name"),
        ({"kwargs": {}}, "method", "missing"),
        ({"method": "slice_channels_uniform", "kwargs": 3}, "kwargs", "not an object"),
    ],
)
def test_slimmable_is_checked(a1: Document, slimmable: object, where: str, message: str) -> None:
    layer(a1)["slimmable"] = slimmable
    refuses(a1, f"config.layers[0].slimmable.{where}", message)


@pytest.mark.parametrize(
    ("allowed", "where", "message"),
    [
        ([2, 1, 4], "[1]", "not ascending"),
        ([2, 2, 4], "[1]", "not ascending"),
        ([1, 3], "[1]", "4, its channels"),
        ([0, 4], "[0]", "out of range"),
        ([], "", "entries"),
    ],
)
def test_allowed_channels_ascend_to_the_channels(
    a1: Document, allowed: list[int], where: str, message: str
) -> None:
    kwargs = {"allowed_channels": allowed}
    layer(a1)["slimmable"] = {"method": "slice_channels_uniform", "kwargs": kwargs}
    refuses(a1, f"config.layers[0].slimmable.kwargs.allowed_channels{where}", message)


@pytest.mark.parametrize("kwargs", [{}, {"kwargs": None}, {"kwargs": {}}])
def test_slimmable_without_kwargs_allows_every_width(a1: Document, kwargs: Document) -> None:
    layer(a1)["slimmable"] = {"method": "slice_channels_uniform", **kwargs}
    config = nam.parse(a1).config
    assert isinstance(config, nam.WaveNetConfig)
    assert config.layer_arrays[0].slimmable_channels == (1, 2, 3, 4)
    assert config.layer_arrays[1].slimmable_channels is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"groups_input": 2}, "groups_input is 2"),
        ({"layer1x1": {"active": True, "groups": 2}}, "layer1x1.groups is 2"),
        ({"head1x1": {"active": True, "out_channels": 2, "groups": 2}}, "head1x1.groups is 2"),
        ({"head": {"out_channels": 1, "kernel_size": 2, "bias": True}}, "kernel size 1"),
    ],
)
def test_what_cannot_be_sliced_is_refused(
    make_array: Callable[..., Document], changes: Document, message: str
) -> None:
    array = make_array(head_size=1, slimmable={"method": "slice_channels_uniform"}, **changes)
    with pytest.raises(NamFileError, match=message):
        nam.parse_config("WaveNet", {"layers": [array], "head_scale": 1.0})


def test_slicing_and_a_head_exclude_each_other(make_array: Callable[..., Document]) -> None:
    array = make_array(slimmable={"method": "slice_channels_uniform"})
    head = {"channels": 2, "out_channels": 1, "kernel_sizes": [1], "activation": "ReLU"}
    with pytest.raises(NamFileError, match=r"config\.head is there"):
        nam.parse_config("WaveNet", {"layers": [array], "head": head, "head_scale": 1.0})


def test_head_after_the_arrays(
    make: Callable[..., Document], make_array: Callable[..., Document]
) -> None:
    head = {"channels": 3, "out_channels": 1, "kernel_sizes": [5, 1], "activation": "ReLU"}
    config = {"layers": [make_array()], "head": head, "head_scale": 1.0}
    model = nam.parse(make(config))
    assert isinstance(model.config, nam.WaveNetConfig)
    assert model.config.head == nam.PostStackHead(
        in_channels=2,
        channels=3,
        out_channels=1,
        kernel_sizes=(5, 1),
        activation=nam.Activation(kind="ReLU"),
    )
    head["in_channels"] = 3
    with pytest.raises(NamFileError, match="width of its head"):
        nam.parse_config("WaveNet", config)


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
