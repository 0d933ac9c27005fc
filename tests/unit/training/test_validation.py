"""The ESR in segments is the ESR of playing the whole recording."""

import numpy as np
import pytest
import torch

from triode.architectures import lower, networks
from triode.graph import settle_samples
from triode.graph.torch_mapping import TorchGraph
from triode.graph.torch_stacked import StackedGraph
from triode.metrics import esr
from triode.nam import Model, lowest_version, parse_config
from triode.runtime import render
from triode.training.initialise import initial_parameters
from triode.training.recipe import Validation
from triode.training.validation import passage_esr, passage_esrs

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


def test_several_networks_have_the_errors_that_each_has() -> None:
    """Over passages of different places and lengths, also before the first sample's context."""
    generator = np.random.default_rng(2)
    dry, wet = 0.3 * generator.standard_normal((2, 3, 4000)).astype(np.float32)
    typed = parse_config("ConvNet", {**CONVNET, "batchnorm": False}, RATE_HZ)
    graph = lower(typed)
    modules = [TorchGraph(graph, initial_parameters(typed, generator)) for _ in range(3)]
    passages = [(0, 3000), (1500, 3999), (10, 2900)]
    past = settle_samples(graph, RATE_HZ)
    for cutting in (Validation(segment_samples=700, batch_size=8), Validation()):
        signals = torch.from_numpy(dry), torch.from_numpy(wet)
        got = passage_esrs(StackedGraph(modules), *signals, passages, past, cutting)
        for number, (module, passage) in enumerate(zip(modules, passages, strict=True)):
            own = torch.from_numpy(dry[number]), torch.from_numpy(wet[number])
            wanted = passage_esr(module, *own, passage, past, cutting)
            assert got[number] == pytest.approx(wanted, rel=1e-5)
        assert got[0] != pytest.approx(got[1], rel=1e-3)
