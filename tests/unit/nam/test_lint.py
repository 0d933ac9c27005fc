"""What the linter finds, what repair mends, and that mending changes no sound."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from triode import nam
from triode.errors import NamFileError
from triode.nam.a2 import fast_path_obstacles
from triode.nam.notices import RULES, path_text

Document = dict[str, Any]


def found(document: Document) -> dict[str, nam.Finding]:
    return {finding.id: finding for finding in nam.lint(document)}


def mended(document: Document) -> Document:
    """The repaired document; repairing again finds nothing more to do."""
    model, done = nam.repair(document)
    assert done
    assert nam.repair(model) == (model, ())
    return nam.to_document(model)


def array(document: Document) -> Document:
    return document["config"]["layers"][0]


def test_clean_files_have_no_findings(a1: Document, a2: Document, container: Document) -> None:
    for document in (a1, a2, container):
        assert nam.lint(document) == []
        assert nam.repair(document)[1] == ()


def test_real_files_have_only_known_findings(real_file: Path) -> None:
    for finding in nam.lint(real_file):
        assert finding.severity == RULES[finding.id].severity
        assert finding.where
    model, _ = nam.repair(real_file)
    np.testing.assert_array_equal(model.weights, nam.read(real_file).weights)
    assert not [finding for finding in nam.lint(model) if finding.fixable]


def test_null_sample_rate(a1: Document) -> None:
    a1["sample_rate"] = None
    finding = found(a1)["sample-rate-type"]
    assert (finding.where, finding.severity, finding.fixable) == ("sample_rate", "error", True)
    assert "sample_rate" not in mended(a1)


def test_null_sample_rate_deep_inside(container: Document) -> None:
    container["config"]["submodels"][1]["model"]["sample_rate"] = None
    finding = found(container)["sample-rate-type"]
    assert finding.where == "config.submodels[1].model.sample_rate"
    model = mended(container)["config"]["submodels"][1]["model"]
    assert model["sample_rate"] == 48000


def test_text_sample_rate(a1: Document) -> None:
    a1["sample_rate"] = "44100"
    assert mended(a1)["sample_rate"] == 44100


@pytest.mark.parametrize("remove", [True, False])
def test_missing_weights_of_a_container(container: Document, remove: bool) -> None:
    container["weights"] = None
    if remove:
        del container["weights"]
    assert found(container)["weights-missing"].fixable
    assert mended(container)["weights"] == []


def test_idle_weights_of_a_container(container: Document) -> None:
    container["weights"] = [1.0]
    assert found(container)["weights-in-container"].where == "weights"
    assert mended(container)["weights"] == []


def test_missing_version(a1: Document) -> None:
    del a1["version"]
    assert set(found(a1)) == {"version-missing"}
    assert mended(a1)["version"] == "0.5.4"


def test_version_too_low(a2: Document) -> None:
    a2["version"] = "0.5.4"
    assert found(a2)["version-too-low"].severity == "warning"
    assert mended(a2)["version"] == "0.7.0"


def test_version_too_high(a1: Document) -> None:
    a1["version"] = "0.7.0"
    assert found(a1)["version-too-high"].severity == "info"
    assert mended(a1)["version"] == "0.5.4"


def test_other_patch_versions_are_left_alone(a1: Document) -> None:
    a1["version"] = "0.5.0"
    assert nam.lint(a1) == []


def test_film_without_active(rich: Document) -> None:
    del array(rich)["conv_pre_film"]["active"]
    assert found(rich)["film-without-active"].where == "config.layers[0].conv_pre_film"
    assert array(mended(rich))["conv_pre_film"]["active"] is True


def test_container_metadata(container: Document) -> None:
    del container["metadata"]
    places = {f.where for f in nam.lint(container) if f.id == "container-metadata"}
    assert places == {"metadata.loudness", "metadata.gain"}
    assert mended(container)["metadata"] == {"loudness": -20.5, "gain": 0.25}
    container["metadata"] = {"loudness": -3.0, "gain": 0.25}
    finding = found(container)["container-metadata"]
    assert (finding.where, finding.fixable) == ("metadata.loudness", False)


@pytest.mark.parametrize(
    ("change", "obstacle"),
    [
        (lambda a: a.pop("bottleneck"), "bottleneck"),
        (lambda a: a.update(activation=a["activation"][0]), "activation"),
        (lambda a: a.update(activation="LeakyReLU"), "activation"),
        (lambda a: a.update(activation=["LeakyReLU"] * 23), "activation"),
        (lambda a: a.update(activation=[{"type": "LeakyReLU"}] * 23), "activation"),
        (lambda a: a.update(gating_mode="none"), "gating_mode"),
        (lambda a: a.update(secondary_activation=""), "secondary_activation"),
        (lambda a: a.pop("layer1x1"), "layer1x1"),
    ],
)
def test_a2_off_the_fast_path(
    a2: Document, change: Callable[[Document], object], obstacle: str
) -> None:
    array(a2)["comment"] = "kept"
    change(array(a2))
    finding = found(a2)["a2-off-fast-path"]
    assert obstacle in finding.message
    result = mended(a2)
    assert fast_path_obstacles(result["config"]) == ()
    assert array(result)["comment"] == "kept"
    assert nam.parse(result).config == nam.parse(a2).config


@pytest.mark.parametrize("key", ["conv_pre_film", "slimmable", "gating_mode", "head1x1"])
def test_players_do_not_mind_these_missing(a2: Document, key: str) -> None:
    del array(a2)[key]
    assert fast_path_obstacles(a2["config"]) == ()


def test_head_scale_of_the_last_weight(a1: Document) -> None:
    a1["weights"][-1] = 0.7
    assert found(a1)["head-scale-differs"].where == "config.head_scale"
    assert mended(a1)["config"]["head_scale"] == 0.7


@pytest.mark.parametrize(
    ("field", "value", "after"),
    [
        ("loudness", "-18.5", -18.5),
        ("loudness", [1], None),
        ("loudness", True, None),
        ("input_level_dbu", "x", None),
        ("name", 5150, "5150"),
        ("name", {}, None),
    ],
)
def test_metadata_of_the_wrong_type(a1: Document, field: str, value: object, after: object) -> None:
    a1["metadata"] = {field: value, "gear_make": "kept"}
    finding = found(a1)["metadata-type"]
    assert (finding.where, finding.severity) == (f"metadata.{field}", "error")
    metadata = mended(a1)["metadata"]
    assert metadata == {"gear_make": "kept"} | ({} if after is None else {field: after})


@pytest.mark.parametrize(
    ("metadata", "where"),
    [
        ({"gain": 1.5}, "metadata.gain"),
        ({"gear_type": "pedl"}, "metadata.gear_type"),
        ({"tone_type": "metal"}, "metadata.tone_type"),
        ({"date": {"month": 13}}, "metadata.date.month"),
        ({"date": "today"}, "metadata.date"),
    ],
)
def test_metadata_out_of_range_is_reported_only(
    a1: Document, metadata: Document, where: str
) -> None:
    a1["metadata"] = metadata
    finding = found(a1)["metadata-value"]
    assert (finding.where, finding.fixable) == (where, False)
    assert nam.to_document(nam.repair(a1)[0]) == a1


def test_null_metadata_fields_are_common(a1: Document) -> None:
    a1["metadata"] = {"name": None, "gear_type": None, "date": None, "training": {"any": [1]}}
    assert nam.lint(a1) == []


def test_unknown_keys_are_never_renamed(a1: Document) -> None:
    a1["metadata"] = {"gear_maker": "X"}
    finding = found(a1)["unknown-key"]
    assert "Did you mean gear_make?" in finding.message
    assert not finding.fixable
    assert nam.repair(a1)[1] == ()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"activation": {"type": "Hardtanh", "min_val": -2}}, "hardtanh-limits"),
        ({"activation": "Softsigmoid"}, "softsigmoid"),
        ({"head_dilation": 2}, "head-dilation"),
    ],
)
def test_disagreements_are_reported(a1: Document, change: Document, rule: str) -> None:
    array(a1).update(change)
    assert not found(a1)[rule].fixable


def test_disagreements_about_layer1x1(
    make: Callable[..., Document], make_array: Callable[..., Document]
) -> None:
    off = make_array(head_size=1, layer1x1={"active": False, "groups": 1})
    document = make({"layers": [off], "head_scale": 1.0}, version="0.6.0")
    assert set(found(document)) == {"layer1x1-inactive"}
    for gating, expected in (("gated", True), ("none", True), ("blended", False)):
        film = {"active": True, "shift": True, "groups": 1}
        on = make_array(head_size=1, gating_mode=gating, layer1x1_post_film=film)
        del on["gated"]
        document = make({"layers": [on], "head_scale": 1.0}, version="0.6.0")
        assert ("layer1x1-post-film" in found(document)) is expected


def test_linear_order_and_width_are_reported(make: Callable[..., Document]) -> None:
    linear = make({"receptive_field": 3, "bias": False}, "Linear", "0.5.4")
    assert set(found(linear)) == {"linear-order"}
    config = {"input_size": 2, "hidden_size": 3, "num_layers": 1}
    assert set(found(make(config, "LSTM", "0.5.4"))) == {"not-mono"}


def test_spelling_is_mended(
    make: Callable[..., Document], make_array: Callable[..., Document]
) -> None:
    first = make_array(head_size=1, kernel_size=[3, 5.0], gating_mode="none", channels=4.0)
    del first["head_bias"]
    document = make({"layers": [first], "head_scale": 1.0})
    before = nam.parse(document).config
    result = mended(document)
    assert array(result)["kernel_sizes"] == [3, 5]
    assert "kernel_size" not in array(result)
    assert "gated" in array(result)
    assert array(result)["head_bias"] is False
    assert type(array(result)["channels"]) is int
    assert nam.parse(result).config == before


def test_broken_file_has_one_error_that_says_why(a1: Document, tmp_path: Path) -> None:
    a1["weights"].pop()
    a1["sample_rate"] = None
    findings = nam.lint(a1)
    assert [finding.id for finding in findings] == ["sample-rate-type", "broken-file"]
    assert findings[1].where == "weights"
    path = tmp_path / "broken.nam"
    path.write_text("{")
    (finding,) = nam.lint(path)
    assert (finding.id, finding.severity, finding.fixable) == ("broken-file", "error", False)
    with pytest.raises(NamFileError, match=r"broken\.nam"):
        nam.repair(path)
    with pytest.raises(NamFileError, match="cannot be read"):
        nam.lint(tmp_path / "absent.nam")


def test_models_in_memory_are_linted(a1: Document) -> None:
    model = nam.parse(a1)
    assert nam.lint(model) == []
    assert nam.repair(model) == (model, ())


def test_places_are_written_as_people_do() -> None:
    assert path_text(()) == "top level"
    assert path_text(("config", "layers", 0, "dilations", 3)) == "config.layers[0].dilations[3]"
    assert path_text(("a b", 1)) == "'a b'[1]"


def gated(
    make: Callable[..., Document], make_array: Callable[..., Document], **changes: Any
) -> Document:
    """One array of two layers, gated unless `changes` say otherwise."""
    one = make_array(head_size=1, **changes)
    if "gated" not in changes:
        del one["gated"]
    return make({"layers": [one], "head_scale": 1.0}, version="0.6.0")


@pytest.mark.parametrize(
    ("changes", "rule", "severity", "after"),
    [
        (
            {"gating_mode": "gated", "secondary_activation": ["Sigmoid", "Tanh"]},
            "gating-spelling",
            "error",
            {"gating_mode": ["gated", "gated"], "secondary_activation": ["Sigmoid", "Tanh"]},
        ),
        ({"gated": [True, False]}, "gating-spelling", "error", {"gating_mode": ["gated", "none"]}),
        (
            {"gating_mode": "blended", "secondary_activation": None},
            "secondary-activation-missing",
            "error",
            {"secondary_activation": "Sigmoid"},
        ),
        (
            {"gating_mode": ["none", "gated"], "secondary_activation": [None, ""]},
            "secondary-activation-missing",
            "error",
            {"secondary_activation": [None, "Sigmoid"]},
        ),
        (
            {"gated": True, "secondary_activation": "Tanh"},
            "gated-means-sigmoid",
            "warning",
            {"gated": True},
        ),
        (
            {
                "gating_mode": ["none", "blended"],
                "secondary_activation": [None, {"type": "PReLU", "negative_slope": 0.25}],
            },
            "prelu-one-slope",
            "warning",
            {
                "secondary_activation": [
                    None,
                    {"type": "PReLU", "negative_slopes": [0.25] * 4},
                ]
            },
        ),
        (
            {"gating_mode": "gated", "activation": "PReLU"},
            "prelu-one-slope",
            "warning",
            {"activation": {"type": "PReLU", "negative_slopes": [0.01] * 4}},
        ),
    ],
)
def test_gating_that_players_refuse_or_mistake(
    make: Callable[..., Document],
    make_array: Callable[..., Document],
    changes: Document,
    rule: str,
    severity: str,
    after: Document,
) -> None:
    document = gated(make, make_array, **changes)
    finding = found(document)[rule]
    assert (finding.severity, finding.fixable) == (severity, True)
    loads = nam.player_support(nam.parse(document))[-1].loads
    assert loads == (severity != "error")
    result = mended(document)
    assert not {"gating-spelling", "secondary-activation-missing", "prelu-one-slope"} & set(
        found(result)
    )
    assert nam.player_support(nam.parse(result))[-1].loads
    for key, value in after.items():
        assert array(result)[key] == value
    if "gating_mode" in array(result):
        assert "gated" not in array(result)
    before, now = nam.parse(document).config, nam.parse(result).config
    if rule != "prelu-one-slope":
        assert now == before


@pytest.mark.parametrize(
    "changes",
    [
        {"gating_mode": "none", "secondary_activation": [None, "Sigmoid"]},
        {"gating_mode": ["none", "gated"], "secondary_activation": "Sigmoid"},
        {"gated": True, "secondary_activation": None},
        {"gated": True, "secondary_activation": "Sigmoid"},
        {"gating_mode": "none", "activation": "PReLU"},
        {"gating_mode": "gated", "bottleneck": 1, "activation": "PReLU"},
    ],
)
def test_gating_that_players_understand(
    make: Callable[..., Document], make_array: Callable[..., Document], changes: Document
) -> None:
    document = gated(make, make_array, **changes)
    assert set(found(document)) - {"version-too-high"} == set()
    assert nam.player_support(nam.parse(document))[-1].loads


def test_only_a_sigmoid_gates_beside_gated(
    make: Callable[..., Document], make_array: Callable[..., Document]
) -> None:
    document = gated(make, make_array, gated=True, secondary_activation="Tanh")
    (one,) = nam.parse(document).config.layer_arrays
    assert {layer.secondary_activation.kind for layer in one.layers} == {"Sigmoid"}
