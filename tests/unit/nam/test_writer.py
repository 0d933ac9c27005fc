"""Round trips, the canonical form, and what is never written."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from triode import nam
from triode.errors import NamFileError, OutputError
from triode.nam.a2 import fast_path_obstacles

Document = dict[str, Any]


def without_documents(model: nam.Model) -> nam.Model:
    """The model as if it had been made in memory."""
    config = model.config
    if isinstance(config, nam.ContainerConfig):
        submodels = tuple(
            replace(size, model=without_documents(size.model)) for size in config.submodels
        )
        config = replace(config, submodels=submodels)
    elif isinstance(config, nam.WaveNetConfig) and config.condition_dsp is not None:
        config = replace(config, condition_dsp=without_documents(config.condition_dsp))
    return replace(model, config=config, document=None)


def test_unmodified_real_files_come_back_as_they_were(
    real_file: Path, real_document: Document
) -> None:
    written = nam.to_document(nam.read(real_file))
    assert written == real_document
    assert list(written) == list(real_document)
    assert json.loads(nam.to_bytes(nam.read(real_file))) == real_document


def test_real_files_survive_canonical_rewriting(real_file: Path) -> None:
    model = without_documents(nam.read(real_file))
    again = nam.parse(nam.to_bytes(model))
    assert nam.to_document(without_documents(again)) == nam.to_document(model)
    np.testing.assert_array_equal(again.weights, model.weights)
    assert again.metadata == model.metadata
    assert again.rate_hz == model.rate_hz
    assert not [f for f in nam.lint(again) if f.id in {"a2-off-fast-path", "version-too-low"}]


def test_canonical_a1_is_the_shape_of_old_files(a1: Document) -> None:
    document = nam.to_document(without_documents(nam.parse(a1)))
    assert document == a1
    assert document["config"]["layers"][0]["gated"] is False  # type: ignore[index]


def test_canonical_a2_takes_the_fast_path(a2: Document) -> None:
    assert fast_path_obstacles(a2["config"]) == ()
    array = a2["config"]["layers"][0]
    assert array["activation"] == [{"type": "LeakyReLU", "negative_slope": 0.01}] * 23
    assert array["gating_mode"] == ["none"] * 23
    assert array["secondary_activation"] == [None] * 23
    assert array["layer1x1"] == {"active": True, "groups": 1}
    assert array["head"] == {"out_channels": 1, "kernel_size": 16, "bias": True}
    assert array["slimmable"] is None
    assert array["conv_pre_film"] == {"active": False, "shift": True, "groups": 1}
    assert (array["bottleneck"], array["channels"]) == (3, 3)
    assert a2["version"] == "0.7.0"
    assert len(a2["weights"]) == 1871


def test_rich_options_survive_canonical_rewriting(rich: Document, conditioned: Document) -> None:
    for document in (rich, conditioned):
        model = nam.parse(document)
        again = nam.parse(nam.to_document(without_documents(model)))
        assert again.version == "0.6.0"
        if document is rich:
            assert again.config == model.config
        np.testing.assert_array_equal(again.weights, model.weights)


@pytest.mark.parametrize(("gating", "copies"), [("none", 1), ("gated", 4), ("blended", 4)])
def test_one_slope_is_written_for_every_channel_that_players_read(
    make: Callable[..., Document], make_array: Callable[..., Document], gating: str, copies: int
) -> None:
    one = make_array(head_size=1, activation={"type": "PReLU", "negative_slope": 0.25})
    del one["gated"]
    one["gating_mode"] = gating
    model = nam.parse(make({"layers": [one], "head_scale": 0.5}, version="0.6.0"))
    written = nam.to_document(without_documents(model))["config"]["layers"][0]
    slopes = {"negative_slope": 0.25} if copies == 1 else {"negative_slopes": [0.25] * copies}
    assert written["activation"] == [{"type": "PReLU", **slopes}] * 2
    assert written["gating_mode"] == [gating] * 2


def test_sample_rate_is_never_null(a1: Document) -> None:
    model = replace(nam.parse(a1), sample_rate_hz=None)
    assert "sample_rate" not in nam.to_document(model)
    assert "sample_rate" not in nam.to_document(without_documents(model))
    assert nam.to_document(replace(model, sample_rate_hz=44100.0))["sample_rate"] == 44100


def test_containers_have_empty_weights(container: Document) -> None:
    document = nam.to_document(without_documents(nam.parse(container)))
    assert document["weights"] == []
    assert document == container


def test_changed_parts_replace_theirs_and_the_rest_stays(a1: Document) -> None:
    a1 |= {"notes": "mine", "metadata": {"name": "Old", "odd": 1}}
    a1["config"]["layers"][0]["comment"] = "kept"
    model = nam.parse(a1)
    weights = model.weights.copy()
    weights[0] = 0.1
    changed = replace(model, weights=weights, metadata={"name": "New", "odd": 1})
    expected = {**a1, "metadata": {"name": "New", "odd": 1}, "weights": [0.1, *a1["weights"][1:]]}
    assert nam.to_document(changed) == expected
    assert "metadata" not in nam.to_document(replace(model, metadata={}))
    assert nam.to_document(replace(model, version="0.5.1"))["version"] == "0.5.1"


def test_changed_config_keeps_unknown_keys(
    make: Callable[..., Document], make_array: Callable[..., Document]
) -> None:
    activation = {"type": "PReLU", "negative_slopes": [0.1, 0.2, 0.3, 0.4]}
    document = make({"layers": [make_array(head_size=1, activation=activation)], "head_scale": 1.0})
    document["config"]["layers"][0]["comment"] = "kept"
    document["config"]["remark"] = ["kept too"]
    document["notes"] = "mine"
    model = nam.parse(document)
    assert isinstance(model.config, nam.WaveNetConfig)
    array = model.config.layer_arrays[0]
    slopes = nam.Activation(kind="PReLU", negative_slopes=(0.5, 0.6, 0.7, 0.8))
    layers = tuple(replace(layer, activation=slopes) for layer in array.layers)
    config = replace(model.config, layer_arrays=(replace(array, layers=layers),))
    written = nam.to_document(replace(model, config=config))
    again = nam.parse(written)
    assert again.config == config
    assert again.version == "0.6.0"
    assert written["notes"] == "mine"
    assert again.document is not None
    assert written["config"]["remark"] == ["kept too"]  # type: ignore[index]
    assert written["config"]["layers"][0]["comment"] == "kept"  # type: ignore[index]


def test_changed_size_of_a_container_keeps_the_other(container: Document) -> None:
    sizes = container["config"]["submodels"]
    sizes[0]["note"] = "entry"
    sizes[1]["model"]["note"] = "untouched"
    model = nam.parse(container)
    assert isinstance(model.config, nam.ContainerConfig)
    lite, full = model.config.submodels
    quieter = replace(lite.model, weights=lite.model.weights * np.float32(0.5))
    changed = replace(lite, model=quieter)
    config = replace(model.config, submodels=(changed, full))
    written = nam.to_document(replace(model, config=config))
    submodels = written["config"]["submodels"]  # type: ignore[index]
    assert submodels[1] == sizes[1]
    assert submodels[0]["note"] == "entry"
    again = nam.parse(submodels[0]["model"])
    np.testing.assert_array_equal(again.weights, quieter.weights)


@given(
    arrays.arrays(
        np.float32,
        4,
        elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
    )
)
def test_every_float32_survives(weights: np.ndarray) -> None:
    config = nam.LinearConfig(receptive_field=4, bias=False)
    model = nam.Model(version="0.5.4", config=config, weights=weights)
    again = nam.parse(nam.to_bytes(model)).weights
    assert again.tobytes() == weights.tobytes()


def test_weights_are_written_short() -> None:
    config = nam.LinearConfig(receptive_field=2, bias=False)
    weights = np.array([0.1, 1 / 3], np.float32)
    document = nam.to_document(nam.Model(version="0.5.4", config=config, weights=weights))
    assert json.dumps(document["weights"]) == "[0.1, 0.33333334]"


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_not_written(a1: Document, bad: float) -> None:
    model = nam.parse(a1)
    weights = model.weights.copy()
    weights[5] = bad
    with pytest.raises(NamFileError, match=r"weights\[5\]"):
        nam.to_document(replace(model, weights=weights))


def test_wrong_number_of_weights_is_not_written(a1: Document) -> None:
    model = replace(nam.parse(a1), weights=np.zeros(3, np.float32))
    with pytest.raises(NamFileError, match="do not fit the config"):
        nam.to_document(model)


def test_metadata_that_json_cannot_hold_is_not_written(a1: Document) -> None:
    model = replace(nam.parse(a1), metadata={"loudness": float("nan")})
    with pytest.raises(NamFileError, match="JSON cannot hold"):
        nam.to_document(model)


def test_softsigmoid_is_not_written_for_players(a1: Document, tmp_path: Path) -> None:
    a1["config"]["layers"][0]["activation"] = "Softsigmoid"
    with pytest.raises(NamFileError, match="players refuse"):
        nam.write(nam.parse(a1), tmp_path / "out.nam")
    assert list(tmp_path.iterdir()) == []


def test_same_model_same_bytes(a1: Document, tmp_path: Path) -> None:
    first, second = tmp_path / "first.nam", tmp_path / "second.nam"
    nam.write(nam.parse(a1), first)
    nam.write(nam.read(first), second)
    assert first.read_bytes() == second.read_bytes() == nam.to_bytes(nam.parse(a1))
    assert first.read_bytes().isascii()


def test_existing_files_are_only_replaced_by_force(a1: Document, tmp_path: Path) -> None:
    path = tmp_path / "out \u00fc.nam"
    path.write_text("precious")
    with pytest.raises(OutputError, match="exists already"):
        nam.write(nam.parse(a1), path)
    assert path.read_text() == "precious"
    nam.write(nam.parse(a1), path, force=True)
    assert nam.read(path).architecture == "WaveNet"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_foreign_text_in_metadata_survives(a1: Document, tmp_path: Path) -> None:
    a1["metadata"] = {"name": "Gitarre \u00fc \U0001f3b8", "gear_make": "\u65e5\u672c"}
    nam.write(nam.parse(a1), tmp_path / "out.nam")
    assert nam.read(tmp_path / "out.nam").metadata == a1["metadata"]
