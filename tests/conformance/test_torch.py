"""The torch mapping computes what the interpreter defines, on every architecture and option."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings

from conformance.ours import distance, parsed, render, render_with_torch
from conformance.strategies import ARCHITECTURES, documents, random_wavenet, seeded
from triode.architectures import networks
from triode.graph import interpret, substitute_activations
from triode.nam import Model

FLOAT64_TOLERANCE = 1e-11  # sums in another order, and FFT against direct convolution
FLOAT32_TOLERANCE = 2e-5  # 24 bits of mantissa through a few dozen layers of sums
FRAMES = 200


def check(model: Model, dry: npt.NDArray[np.float32], dtype: torch.dtype, tolerance: float) -> None:
    for network in networks(model):
        wanted = interpret(
            network.graph, network.parameters, dry[None].astype(np.float64), rate_hz=model.rate_hz
        )[0]
        got = render_with_torch(network.graph, network.parameters, dry, model.rate_hz, dtype)
        assert distance(got, wanted) <= tolerance, network.name


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_every_architecture_agrees(name: str, seed: int, dry: npt.NDArray[np.float32]) -> None:
    model = parsed(ARCHITECTURES[name](seeded(seed)))
    check(model, dry[:FRAMES], torch.float64, FLOAT64_TOLERANCE)


@settings(max_examples=60)
@given(document=documents(random_wavenet))
def test_random_wavenets_agree(document: dict[str, Any], dry: npt.NDArray[np.float32]) -> None:
    check(parsed(document), dry[:FRAMES], torch.float64, FLOAT64_TOLERANCE)


@pytest.mark.heavy
@settings(max_examples=1500)
@given(document=documents(random_wavenet))
def test_many_random_wavenets_agree(document: dict[str, Any], dry: npt.NDArray[np.float32]) -> None:
    check(parsed(document), dry[:FRAMES], torch.float64, FLOAT64_TOLERANCE)


@pytest.mark.parametrize("seed", range(4))
def test_single_precision_stays_near(seed: int, dry: npt.NDArray[np.float32]) -> None:
    model = parsed(random_wavenet(seeded(seed)))
    check(model, dry[:FRAMES], torch.float32, FLOAT32_TOLERANCE)


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_the_players_approximations_agree_too(name: str, dry: npt.NDArray[np.float32]) -> None:
    network = networks(parsed(ARCHITECTURES[name](seeded(1))))[-1]
    graph = substitute_activations(network.graph, {"Tanh": "Fasttanh"}, fast_lstm=True)
    short, rate_hz = dry[:FRAMES], 2000.0  # a low rate keeps the LSTM's run-in short
    wanted = interpret(graph, network.parameters, short[None].astype(np.float64), rate_hz=rate_hz)
    got = render_with_torch(graph, network.parameters, short, rate_hz, torch.float64)
    assert distance(got, wanted[0]) <= FLOAT64_TOLERANCE


def test_the_comparison_notices_one_wrong_weight(dry: npt.NDArray[np.float32]) -> None:
    model = parsed(random_wavenet(seeded(2)))
    network = networks(model)[-1]
    wrong = {name: np.array(value) for name, value in network.parameters.items()}
    wrong["array0.layer0.conv.weight"].flat[0] += 1e-3
    got = render_with_torch(network.graph, wrong, dry[:FRAMES], model.rate_hz, torch.float64)
    assert distance(got, render(model, dry[:FRAMES])) > 100 * FLOAT64_TOLERANCE
