"""The other architectures: LSTM, ConvNet, Linear, and containers of any of them."""

import numpy as np

from triode.study.testset.random_documents.activations import PLAIN_ACTIVATIONS, activation
from triode.study.testset.random_documents.choosing import SEEDS, Audience, Choose, Document
from triode.study.testset.random_documents.document import SAMPLE_RATE_HZ, document
from triode.study.testset.random_documents.wavenet import random_wavenet
from triode.study.testset.random_documents.weights import Weights

__all__ = ["random_container", "random_convnet", "random_linear", "random_lstm"]


def random_lstm(choose: Choose, *, audience: Audience = "anyone") -> Document:
    """An LSTM of one or two layers, its initial state included."""
    del audience
    weights = Weights(choose(SEEDS))
    hidden, layers = choose([1, 2, 3, 8]), choose([1, 2])
    width = 1
    for _ in range(layers):
        weights.normal(4 * hidden * (width + hidden), 0.5 / np.sqrt(hidden))
        weights.normal(4 * hidden, 0.2)
        weights.normal(2 * hidden, 0.1)
        width = hidden
    weights.conv(1, hidden)
    config = {"input_size": 1, "hidden_size": hidden, "num_layers": layers}
    return document("LSTM", config, weights)


def random_convnet(choose: Choose, *, audience: Audience = "anyone") -> Document:
    """A ConvNet with or without batchnorm."""
    weights = Weights(choose(SEEDS))
    channels, batchnorm = choose([1, 2, 4, 8]), choose([True, False])
    dilations = [choose([1, 2, 4, 16]) for _ in range(choose([1, 2, 4]))]
    width = 1
    for _ in dilations:
        weights.conv(channels, width, 2, bias=not batchnorm)
        if batchnorm:
            weights.normal(channels, 0.2)
            weights.uniform(channels, 0.5, 1.5)
            weights.normal(channels, 0.2, mean=1.0)
            weights.normal(channels, 0.2)
            weights.add([1e-5])
        width = channels
    weights.conv(1, channels)
    plain = audience == "trainer"
    kind = choose(PLAIN_ACTIVATIONS) if plain else activation(choose, audience, channels)
    config = {
        "channels": channels,
        "dilations": dilations,
        "batchnorm": batchnorm,
        "activation": kind,
    }
    return document("ConvNet", config, weights)


def random_linear(choose: Choose, *, audience: Audience = "anyone") -> Document:
    """An impulse response."""
    del audience
    weights = Weights(choose(SEEDS))
    taps, bias = choose([1, 2, 7, 64, 300]), choose([True, False])
    weights.normal(taps, 1.0 / np.sqrt(taps))
    if bias:
        weights.normal(1, 0.2)
    return document("Linear", {"receptive_field": taps, "bias": bias}, weights)


def random_container(choose: Choose, *, audience: Audience = "anyone") -> Document:
    """A SlimmableContainer of one to three models of any kind."""
    count = choose([1, 2, 3])
    submodels = [
        {
            "max_value": (index + 1) / count,
            "model": choose([random_wavenet, random_lstm, random_convnet])(
                choose, audience=audience
            ),
        }
        for index in range(count)
    ]
    return {
        "version": "0.7.0",
        "architecture": "SlimmableContainer",
        "config": {"submodels": submodels},
        "weights": [],
        "sample_rate": SAMPLE_RATE_HZ,
    }
