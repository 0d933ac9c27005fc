"""The ESR in segments is the ESR of playing the whole recording."""

import numpy as np
import pytest
import torch

from triode.architectures import lower, networks
from triode.graph import settle_samples
from triode.graph.torch_mapping import TorchGraph
from triode.metrics import esr
from triode.nam import Model, lowest_version, parse_config
from triode.runtime import render
from triode.training.initialise import initial_parameters
from triode.training.recipe import Validation
from triode.training.validation import passage_esr

RATE_HZ = 2000
CONVNET = {"channels": 3, "dilations": [1, 8, 32], "batchnorm": True, "activation": "Tanh"}
LSTM = {"input_size": 1, "hidden_size": 4, "num_layers": 1}


@pytest.mark.parametrize(
    ("architecture", "config", "tolerance"),
    # Finite memory: float32 rounding only. LSTM: half a second of run-in instead of all the past.
    [("ConvNet", CONVNET, 1e-6), ("LSTM", LSTM, 1e-4)],
)
@pytest.mark.parametrize("passage", [(0, 3000), (1500, 3999)])
def test_segments_give_the_whole(
    architecture: str, config: dict[str, object], tolerance: float, passage: tuple[int, int]
) -> None:
    generator = np.random.default_rng(1)
    dry, wet = 0.3 * generator.standard_normal((2, 4000)).astype(np.float32)
    typed = parse_config(architecture, config, RATE_HZ)
    values = initial_parameters(typed, generator)
    graph = lower(typed)
    module = TorchGraph(graph, values)
    got = passage_esr(
        module,
        torch.from_numpy(dry),
        torch.from_numpy(wet),
        passage,
        settle_samples(graph, RATE_HZ),
        Validation(segment_samples=700, batch_size=2),
    )
    flat = np.concatenate([value.ravel() for value in values.values()])
    model = Model(version=lowest_version(typed), config=typed, weights=flat, sample_rate_hz=RATE_HZ)
    played = render(networks(model)[0], dry)
    start, stop = passage
    assert got == pytest.approx(esr(wet[start:stop], played[start:stop]), rel=tolerance)
    assert module.training
