"""Triode's side of every comparison, and the measure of agreement."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from triode.architectures import Network, networks, parameters
from triode.graph import Graph, Parameters, interpret, settle_samples, substitute_activations
from triode.graph.torch_mapping import TorchGraph
from triode.nam import Model, parse
from triode.nam.wavenet import WaveNetConfig

__all__ = [
    "distance",
    "parsed",
    "render",
    "render_as_player",
    "render_with_torch",
    "rounding_as_player",
]


def parsed(document: Mapping[str, Any]) -> Model:
    """The model that `document` describes, as if read from a file."""
    return parse(json.dumps(document))


def render(model: Model, dry: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """The interpreter's output for the largest size."""
    network = networks(model)[-1]
    signal = dry[None].astype(np.float64)
    return interpret(network.graph, network.parameters, signal, rate_hz=model.rate_hz)[0]


def render_with_torch(
    graph: Graph,
    tensors: Parameters,
    dry: npt.NDArray[np.float32],
    rate_hz: float,
    dtype: torch.dtype,
) -> npt.NDArray[np.float64]:
    """The torch module's output, from the same steady state of silence as the interpreter's."""
    module = TorchGraph(graph, tensors, dtype=dtype).eval()
    padded = np.pad(dry, (settle_samples(graph, rate_hz), 0))
    with torch.no_grad():
        wet = module(torch.tensor(padded, dtype=dtype)[None, None])[0, 0]
    return wet[-len(dry) :].double().numpy()


def render_as_player(network: Network, dry: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """The interpreter's output under the player's approximations and its one skipped operation."""
    graph, tensors = _as_player(network)
    signal = dry[None].astype(np.float64)
    return interpret(graph, tensors, signal, rate_hz=network.model.rate_hz)[0]


def rounding_as_player(network: Network, dry: npt.NDArray[np.float32]) -> float:
    """How far single precision takes our own executor from the interpreter on this network.

    Gated and blended layers multiply signals, so a few random networks amplify rounding so much
    that no float32 program can be expected to come nearer than this.
    """
    graph, tensors = _as_player(network)
    got = render_with_torch(graph, tensors, dry, network.model.rate_hz, torch.float32)
    return distance(got, render_as_player(network, dry))


def _as_player(network: Network) -> tuple[Graph, Parameters]:
    graph = substitute_activations(network.graph, {"Tanh": "Fasttanh"}, fast_lstm=True)
    return graph, {**network.parameters, **_skipped_films(network.model)}


def _skipped_films(model: Model) -> dict[str, npt.NDArray[np.float32]]:
    """Parameters that make an identity of each layer1x1_post_film the player does not apply."""
    config = model.config
    if not isinstance(config, WaveNetConfig):
        return {}
    identities: dict[str, npt.NDArray[np.float32]] = {}
    own = parameters(model)
    for index, array in enumerate(config.layer_arrays):
        for number, layer in enumerate(array.layers):
            film = f"array{index}.layer{number}.layer1x1_post_film"
            if layer.gating == "blended" or f"{film}.weight" not in own:
                continue
            bias = np.zeros_like(own[f"{film}.bias"])
            bias[: array.channels] = 1.0
            identities |= {f"{film}.weight": np.zeros_like(own[f"{film}.weight"])}
            identities |= {f"{film}.bias": bias}
    if config.condition_dsp is not None:
        nested = _skipped_films(config.condition_dsp)
        identities |= {f"condition_dsp.{name}": value for name, value in nested.items()}
    return identities


def distance(got: npt.NDArray[Any], wanted: npt.NDArray[Any]) -> float:
    """Largest difference, relative to the peak of `wanted`; infinite when shapes or NaN differ."""
    if got.shape != wanted.shape or not np.isfinite(got).all():
        return float("inf")
    difference, peak = np.max(np.abs(got - wanted)), np.max(np.abs(wanted))
    if difference == 0.0:
        return 0.0
    return float(difference / peak) if peak > 0.0 else float("inf")
