"""A capture that nobody had to train."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from triode import nam

__all__ = ["write_capture"]


def write_capture(path: Path, *, seed: int = 0) -> Path:
    """Write a `.nam` file with two small networks, lite and full, and return its path."""
    submodels = [
        {"max_value": share, "model": _network(channels, seed + channels)}
        for share, channels in ((0.5, 2), (1.0, 4))
    ]
    document = {
        "version": "0.7.0",
        "architecture": "SlimmableContainer",
        "config": {"submodels": submodels},
        "weights": [],
        "sample_rate": 48000,
        "metadata": {"name": path.stem, "gear_make": "Nobody"},
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _network(channels: int, seed: int) -> dict[str, Any]:
    layers = {
        "input_size": 1,
        "condition_size": 1,
        "head_size": 1,
        "channels": channels,
        "kernel_size": 3,
        "dilations": [1, 3, 9, 27],
        "activation": "Tanh",
        "gated": False,
        "head_bias": False,
    }
    config = {"layers": [layers], "head": None, "head_scale": 0.3}
    count = nam.weight_count(nam.parse_config("WaveNet", config, 48000))
    weights = np.random.default_rng(seed).uniform(-0.8, 0.8, count).astype(np.float32)
    weights[-1] = 0.3
    return {
        "version": "0.5.4",
        "architecture": "WaveNet",
        "config": config,
        "weights": weights.tolist(),
        "sample_rate": 48000,
    }
