"""What a person says about a capture, in the library and in its file."""

import json
from pathlib import Path

import numpy as np
import pytest

from triode.errors import NamFileError
from triode.nam import LinearConfig, Model, read, write
from triode.studio.labels import checked_metadata, checked_tags, metadata_of, write_metadata
from triode.web import RequestError


def linear_model(**metadata: object) -> Model:
    """A capture of two taps."""
    return Model(
        version="0.5.4",
        config=LinearConfig(receptive_field=2, bias=False),
        weights=np.array([0.5, 0.25], np.float32),
        sample_rate_hz=48_000.0,
        metadata=metadata,
    )


def test_metadata_is_checked_and_empty_fields_are_left_out() -> None:
    sent = {"gear_make": "Me", "gear_type": "amp", "tone_type": "", "input_level_dbu": None}
    assert checked_metadata(sent) == {"gear_make": "Me", "gear_type": "amp"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("gear_type", "toaster"), ("input_level_dbu", 1e9), ("loudness", 1.0), ("x", "y")],
)
def test_wrong_metadata_is_refused(field: str, value: object) -> None:
    with pytest.raises(NamFileError):
        checked_metadata({field: value})


def test_tags_are_clean_and_different() -> None:
    assert checked_tags([" Clean ", "clean", "hi\ngain", "", "\x00"]) == ("Clean", "hi gain")
    with pytest.raises(RequestError, match="too many tags"):
        checked_tags([f"tag {number}" for number in range(21)])


def test_a_file_says_what_the_library_says_and_keeps_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "capture.nam"
    write(linear_model(name="old", gear_make="You", loudness=-18.0, other={"a": 1}), path)
    weights = json.loads(path.read_text())["weights"]
    write_metadata(path, "new", {"gear_model": "Two"})
    document = json.loads(path.read_text())
    expected = {"name": "new", "gear_model": "Two", "loudness": -18.0, "other": {"a": 1}}
    assert document["metadata"] == expected
    assert document["weights"] == weights
    before = path.stat().st_mtime_ns
    write_metadata(path, "new", {"gear_model": "Two"})
    assert path.stat().st_mtime_ns == before


def test_odd_metadata_of_a_file_is_not_shown_and_not_lost(tmp_path: Path) -> None:
    model = linear_model(gear_make="Me", gear_type="toaster", input_level_dbu="loud")
    assert metadata_of(model) == {"gear_make": "Me"}
    path = tmp_path / "capture.nam"
    write(model, path)
    assert read(path).metadata["gear_type"] == "toaster"
