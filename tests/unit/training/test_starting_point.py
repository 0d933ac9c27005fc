"""Weights to start from, as a file."""

from pathlib import Path

import numpy as np
import pytest

from triode.errors import RecipeError
from triode.training.starting_point import pack, read_starting_point

GENERATOR = np.random.default_rng(3)
SIZES = [
    {"a.weight": GENERATOR.standard_normal((2, 3, 4)).astype(np.float32), "b": np.float32([0.5])},
    {"a.weight": GENERATOR.standard_normal((1, 5)).astype(np.float32)},
]


def test_what_was_packed_is_read(tmp_path: Path) -> None:
    (tmp_path / "start.npy").write_bytes(pack(SIZES))
    shapes = [{name: np.zeros_like(value) for name, value in one.items()} for one in SIZES]
    found = read_starting_point(tmp_path / "start.npy", shapes)
    for wanted, got in zip(SIZES, found, strict=True):
        assert list(wanted) == list(got)
        for name, value in wanted.items():
            # Half precision keeps eleven bits.
            np.testing.assert_allclose(got[name], value, rtol=2.0**-11, atol=0)


def test_another_networks_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "start.npy").write_bytes(pack(SIZES))
    with pytest.raises(RecipeError, match=r"another network's.*Expected 5 numbers. Got 30"):
        read_starting_point(tmp_path / "start.npy", SIZES[1:])


@pytest.mark.parametrize(
    "content", [b"", b"not a file", pack(SIZES)[:150]], ids=["empty", "text", "cut"]
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "start.npy").write_bytes(content)
    with pytest.raises(RecipeError, match="cannot be read"):
        read_starting_point(tmp_path / "start.npy", SIZES)
