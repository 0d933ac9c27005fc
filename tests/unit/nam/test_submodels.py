"""Taking one size out of a container."""

from typing import Any

import numpy as np
import pytest

from triode import nam
from triode.errors import NamFileError

Document = dict[str, Any]


def test_largest_size_inherits_what_it_lacks(container: Document) -> None:
    model = nam.parse(container)
    full = nam.submodel(model, 1)
    assert full.metadata == {
        "name": "Both",
        "gear_make": "Inner",
        "loudness": -20.5,
        "gain": 0.25,
    }
    assert nam.to_document(full)["metadata"] == full.metadata
    assert nam.parse(nam.to_bytes(full)).weights.shape == (12146,)


def test_smaller_sizes_do_not_inherit_what_was_measured_on_the_largest(
    container: Document,
) -> None:
    lite = nam.submodel(nam.parse(container), 0)
    assert lite.metadata == {"name": "Both", "gear_make": "Outer"}


def test_missing_rate_is_the_containers(container: Document) -> None:
    inner = container["config"]["submodels"][0]["model"]
    del inner["sample_rate"]
    lite = nam.submodel(nam.parse(container), 0)
    assert nam.to_document(lite)["sample_rate"] == 48000
    np.testing.assert_array_equal(lite.weights, np.array(inner["weights"], np.float32))


@pytest.mark.parametrize("index", [-1, 2])
def test_absent_sizes_are_refused(container: Document, index: int) -> None:
    with pytest.raises(NamFileError, match="from 0 to 1"):
        nam.submodel(nam.parse(container), index)


def test_only_containers_have_sizes(a1: Document) -> None:
    with pytest.raises(NamFileError, match="only a container"):
        nam.submodel(nam.parse(a1), 0)
