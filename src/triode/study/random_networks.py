"""Candidates with random weights, for what depends on their shape alone."""

from triode.nam import DEFAULT_SAMPLE_RATE_HZ, Model, parse_config
from triode.study.candidate import Candidate
from triode.study.nested import with_nested_weights
from triode.study.testset.random_weights import random_model

__all__ = ["random_largest"]


def random_largest(candidate: Candidate) -> Model:
    """The largest size of a candidate that a `.nam` file can hold, always the same weights.

    Raises:
        NamFileError: Its config is wrong.
    """
    size = candidate.sizes[-1]
    config = with_nested_weights(size.config)
    return random_model(parse_config(size.architecture, config, DEFAULT_SAMPLE_RATE_HZ), 0)
