"""The past of a stream, which a size that begins to play is fed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triode.runtime.switching import Past


@given(
    capacity=st.integers(1, 20),
    lengths=st.lists(st.integers(0, 30), max_size=8),
    data=st.data(),
)
def test_the_past_is_the_end_of_the_stream(
    capacity: int, lengths: list[int], data: st.DataObject
) -> None:
    past = Past(2, capacity)
    stream = np.zeros((2, capacity), np.float32)
    for length in lengths:
        block = np.arange(2 * length, dtype=np.float32).reshape(2, length) + stream.shape[1]
        past.append(block)
        stream = np.concatenate([stream, block], axis=1)
    ago = data.draw(st.integers(0, capacity))
    frames = data.draw(st.integers(0, ago))
    pieces = past.pieces(ago, frames)
    assert len(pieces) <= 2
    got = np.concatenate([np.zeros((2, 0), np.float32), *pieces], axis=1)
    start = stream.shape[1] - ago
    np.testing.assert_array_equal(got, stream[:, start : start + frames])


@pytest.mark.parametrize("capacity", [0, 3])
def test_a_cleared_past_is_silent(capacity: int) -> None:
    past = Past(1, capacity)
    past.append(np.ones((1, 5), np.float32))
    past.clear()
    assert not any(piece.any() for piece in past.pieces(capacity, capacity))
