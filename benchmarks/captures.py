"""Captures with random weights: how fast a network is does not depend on what it has learned."""

import tomllib
from pathlib import Path

import numpy as np

from triode.architectures import Network, networks
from triode.nam import (
    Config,
    ContainerConfig,
    Model,
    Submodel,
    a2_config,
    parse_config,
    weight_count,
)

__all__ = ["a2_container", "capture", "network", "standard_captures"]

RECIPES = Path(__file__).resolve().parent.parent / "recipes"
RATE_HZ = 48_000.0
WEIGHT_LEVEL = 0.2  # keeps the signal of A2's 23 layers near its level: no overflow, no denormals


def capture(config: Config, seed: int = 0) -> Model:
    """A model of `config`; the seed decides its weights."""
    weights = np.random.default_rng(seed).uniform(-WEIGHT_LEVEL, WEIGHT_LEVEL, weight_count(config))
    return Model(
        version="0.7.0", config=config, weights=weights.astype(np.float32), sample_rate_hz=RATE_HZ
    )


def network(config: Config, seed: int = 0) -> Network:
    """The network of a capture of one size."""
    return networks(capture(config, seed))[0]


def standard_captures() -> dict[str, Model]:
    """The captures of the speed table, by name."""
    return {
        "A2-Full": capture(a2_config(8)),
        "A2-Lite": capture(a2_config(3)),
        "A1 standard": capture(_recipe_config("a1-standard")),
        "LSTM 1x16": capture(_recipe_config("lstm-1x16")),
    }


def a2_container(seed: int) -> Model:
    """A2 as it is shared: Lite and Full in one file."""
    parts = tuple(
        Submodel(max_value=limit, model=capture(a2_config(channels), seed))
        for limit, channels in ((0.5, 3), (1.0, 8))
    )
    return Model(
        version="0.7.0",
        config=ContainerConfig(submodels=parts),
        weights=np.zeros(0, np.float32),
        sample_rate_hz=RATE_HZ,
    )


def _recipe_config(name: str) -> Config:
    document = tomllib.loads((RECIPES / f"{name}.toml").read_text("utf-8"))
    size = document["sizes"][-1]
    return parse_config(size["architecture"], size["config"])
