"""Convolving a stream with a cabinet: any blocks, no delay."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triode.errors import AudioError
from triode.runtime.convolution import PartitionedConvolver

Float32Array = npt.NDArray[np.float32]


def noise(frames: int, seed: int = 0) -> Float32Array:
    return np.random.default_rng(seed).standard_normal(frames).astype(np.float32)


@settings(max_examples=40)
@given(
    taps=st.integers(1, 100),
    partition=st.sampled_from([1, 2, 8, 32]),
    lengths=st.lists(st.integers(0, 70), min_size=1, max_size=8).filter(any),
)
def test_any_cut_is_the_convolution(taps: int, partition: int, lengths: list[int]) -> None:
    impulse, signal = noise(taps), noise(sum(lengths), 1)
    convolver = PartitionedConvolver(impulse, partition)
    cuts = np.split(signal, np.cumsum(lengths)[:-1])
    got = np.concatenate([convolver.process(block) for block in cuts])
    wanted = np.convolve(signal.astype(np.float64), impulse)[: len(signal)]
    assert got.dtype == np.float32
    # Sums of a hundred products of numbers up to about three, in float32 transforms.
    np.testing.assert_allclose(got, wanted, rtol=0, atol=5e-5)


def test_reset_forgets_the_signal() -> None:
    convolver = PartitionedConvolver(noise(50), 8)
    first = convolver.process(noise(90, 1))
    convolver.reset()
    np.testing.assert_array_equal(convolver.process(noise(90, 1)), first)


@pytest.mark.parametrize(
    "wrong",
    [np.zeros(0, np.float32), np.zeros((2, 5), np.float32), np.array([1, np.nan], np.float32)],
)
def test_an_impulse_response_that_cannot_be_used(wrong: Float32Array) -> None:
    with pytest.raises(AudioError, match="impulse response"):
        PartitionedConvolver(wrong)
