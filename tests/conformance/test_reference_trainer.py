"""Against the reference trainer: what it builds, trains and exports means the same to Triode."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings

from conformance.ours import distance, parsed, render
from conformance.reference_trainer import render_with_trainer
from conformance.strategies import (
    documents,
    random_convnet,
    random_linear,
    random_lstm,
    random_wavenet,
    seeded,
)
from triode.architectures import networks
from triode.graph import interpret
from triode.nam import Model, read

# Both sides compute in float64 from the same float32 weights: only the order of sums differs.
TOLERANCE = 1e-12

REAL_FILES = (
    "ac10.nam",
    "core-lstm.nam",
    "core-slimmable_wavenet.nam",
    "core-wavenet.nam",
    "core-wavenet_a1_standard.nam",
    "core-wavenet_a2_max.nam",
    "core-wavenet_condition_dsp.nam",
    "deluxe.nam",
    "dumble.nam",
    "jcm.nam",
)


@pytest.mark.parametrize("name", REAL_FILES)
def test_real_files(name: str, shared_data: Any, dry: npt.NDArray[np.float32]) -> None:
    model = read(shared_data / "nam" / name)
    assert distance(render_with_trainer(model, dry), render(model, dry)) <= TOLERANCE


@pytest.mark.parametrize("index", [0, 1])
def test_both_sizes_of_a2(index: int, shared_data: Any, dry: npt.NDArray[np.float32]) -> None:
    part = networks(read(shared_data / "nam" / "core-A2.nam"))[index].model
    assert distance(render_with_trainer(part, dry), render(part, dry)) <= TOLERANCE


@settings(max_examples=40)
@given(document=documents(random_wavenet, audience="trainer"))
def test_random_wavenets(document: dict[str, Any], dry: npt.NDArray[np.float32]) -> None:
    model, short = parsed(document), dry[:200]
    assert distance(render_with_trainer(model, short), render(model, short)) <= TOLERANCE


@pytest.mark.heavy
@settings(max_examples=1500)
@given(document=documents(random_wavenet, audience="trainer"))
def test_many_random_wavenets(document: dict[str, Any], dry: npt.NDArray[np.float32]) -> None:
    model, short = parsed(document), dry[:200]
    assert distance(render_with_trainer(model, short), render(model, short)) <= TOLERANCE


@pytest.mark.parametrize("seed", range(4))
def test_random_lstms(seed: int, dry: npt.NDArray[np.float32]) -> None:
    model = parsed(random_lstm(seeded(seed)))
    assert distance(render_with_trainer(model, dry), render(model, dry)) <= TOLERANCE


@pytest.mark.parametrize("seed", range(8))
def test_random_convnets(seed: int, dry: npt.NDArray[np.float32]) -> None:
    model = parsed(random_convnet(seeded(seed), audience="trainer"))
    assert distance(render_with_trainer(model, dry), render(model, dry)) <= TOLERANCE


@pytest.mark.parametrize("allowed", [[2, 3, 6], [1, 6], [6]])
@pytest.mark.parametrize("gating", ["none", "gated", "blended"])
def test_every_width_of_a_slimmable(
    gating: str, allowed: list[int], dry: npt.NDArray[np.float32]
) -> None:
    """`set_slimming` with a ratio in the middle of each size's range."""
    model = parsed(slimmable(gating, allowed))
    sizes = networks(model)
    assert [part.model.config.layer_arrays[0].channels for part in sizes] == allowed
    for index, part in enumerate(sizes):
        ours = interpret(part.graph, part.parameters, dry[None].astype(np.float64))[0]
        theirs = render_with_trainer(model, dry, size=(index + 0.5) / len(allowed))
        assert distance(theirs, ours) <= TOLERANCE


def slimmable(gating: str, allowed: list[int]) -> dict[str, Any]:
    """One array of three layers and six channels, without what the trainer cannot slice."""
    channels, kernel, dilations = 6, 3, [1, 2, 4]
    middle = channels * (1 if gating == "none" else 2)
    per_layer = middle * channels * kernel + middle + middle + channels * channels + channels
    count = channels + len(dilations) * per_layer + channels + 1
    rng = np.random.default_rng(7)
    array = {
        "input_size": 1,
        "condition_size": 1,
        "channels": channels,
        "kernel_size": kernel,
        "dilations": dilations,
        "activation": "Tanh",
        "gating_mode": gating,
        "head": {"out_channels": 1, "kernel_size": 1, "bias": False},
        "slimmable": {
            "method": "slice_channels_uniform",
            "kwargs": {"allowed_channels": allowed},
        },
    }
    return {
        "version": "0.7.0",
        "architecture": "WaveNet",
        "config": {"layers": [array], "head": None, "head_scale": 0.5},
        "weights": [*(0.4 * rng.standard_normal(count - 1)).astype(np.float32).tolist(), 0.5],
        "sample_rate": 48000,
    }


class TestKnownDisagreements:
    """Where the trainer means something else, and what exactly that is."""

    @pytest.mark.parametrize("seed", range(4))
    def test_linear_weights_run_backwards(self, seed: int, dry: npt.NDArray[np.float32]) -> None:
        document = random_linear(seeded(seed))
        taps = document["config"]["receptive_field"]
        weights = document["weights"]
        backwards = {**document, "weights": weights[:taps][::-1] + weights[taps:]}
        theirs = render_with_trainer(parsed(backwards), dry)
        assert distance(theirs, render(parsed(document), dry)) <= TOLERANCE

    def test_an_inactive_layer1x1_adds_the_activation(self, dry: npt.NDArray[np.float32]) -> None:
        """In the trainer it acts as an identity; in players, and here, the layer keeps its x."""
        without, identity = inactive_layer1x1()
        theirs = render_with_trainer(without, dry)
        assert distance(theirs, render(identity, dry)) <= TOLERANCE
        assert distance(theirs, render(without, dry)) > 0.01


def inactive_layer1x1() -> tuple[Model, Model]:
    """The same two layers without layer1x1, and with one that is an identity."""
    rng = np.random.default_rng(3)
    channels = 3
    rechannel = (0.5 * rng.standard_normal(channels)).tolist()
    layers = [(0.4 * rng.standard_normal(channels * (2 * channels + 2))).tolist() for _ in "ab"]
    head = (0.5 * rng.standard_normal(channels)).tolist()
    identity = [*np.eye(channels).ravel().tolist(), *[0.0] * channels]

    def document(*, active: bool) -> dict[str, Any]:
        extra = identity if active else []
        array = {
            "input_size": 1,
            "condition_size": 1,
            "channels": channels,
            "kernel_size": 2,
            "dilations": [1, 2],
            "activation": "Tanh",
            "layer1x1": {"active": active, "groups": 1},
            "head": {"out_channels": 1, "kernel_size": 1, "bias": False},
        }
        weights = [*rechannel, *layers[0], *extra, *layers[1], *extra, *head, 1.0]
        return {
            "version": "0.7.0",
            "architecture": "WaveNet",
            "config": {"layers": [array], "head": None, "head_scale": 1.0},
            "weights": np.float32(weights).tolist(),
            "sample_rate": 48000,
        }

    return parsed(document(active=False)), parsed(document(active=True))


def test_the_comparison_notices_one_wrong_weight(dry: npt.NDArray[np.float32]) -> None:
    document = random_wavenet(seeded(2), audience="trainer")
    wrong = {**document, "weights": [document["weights"][0] + 1e-3, *document["weights"][1:]]}
    theirs = render_with_trainer(parsed(wrong), dry)
    assert distance(theirs, render(parsed(document), dry)) > 100 * TOLERANCE
