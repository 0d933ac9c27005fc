"""Every rule of a WaveNet in a file, each broken once."""

from collections.abc import Callable

import pytest

from triode import nam
from triode.errors import NamFileError
from triode.nam import limits
from unit.nam.documents import Document, ids, layer, put, refuses


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
