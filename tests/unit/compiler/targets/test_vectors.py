"""Test vectors: that they can tell right from wrong."""

import numpy as np

from triode.architectures import networks
from triode.compiler.targets.vectors import make_vectors
from triode.graph import receptive_field
from triode.nam.model import Model
from unit.architectures.known import a2, model, random_wavenet


def test_they_are_longer_than_the_memory() -> None:
    network = networks(model(a2(1)))[-1]
    vectors = make_vectors(network)
    assert vectors.frames > receptive_field(network.graph)
    assert vectors.signal.shape == vectors.expected.shape
    assert vectors.signal.dtype == vectors.expected.dtype == np.float32


def test_a_small_mistake_is_seen(small: Model) -> None:
    vectors = make_vectors(networks(small)[-1])
    assert vectors.error(vectors.expected) == 0.0
    assert vectors.error(vectors.expected * np.float32(1.0001)) > vectors.tolerance
    assert vectors.error(np.roll(vectors.expected, 1, axis=1)) > vectors.tolerance
    broken = vectors.expected.copy()
    broken[0, 5] = np.nan
    assert vectors.error(broken) > vectors.tolerance


def test_every_channel_is_driven() -> None:
    seed = next(n for n in range(100) if random_wavenet(n).in_channels == 2)
    vectors = make_vectors(networks(model(random_wavenet(seed), seed))[-1])
    assert vectors.signal.shape[0] == 2
    assert not np.array_equal(vectors.signal[0], vectors.signal[1])
