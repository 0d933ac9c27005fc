"""Small documents to change and to break."""

import copy
import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from triode import nam

Document = dict[str, Any]


def _array(**changes: Any) -> Document:
    return {
        "input_size": 1,
        "condition_size": 1,
        "head_size": 2,
        "channels": 4,
        "kernel_size": 3,
        "dilations": [1, 2],
        "activation": "Tanh",
        "gated": False,
        "head_bias": False,
    } | changes


def _with_weights(
    config: Mapping[str, Any], architecture: str = "WaveNet", version: str = "0.7.0", **outer: Any
) -> Document:
    typed = nam.parse_config(architecture, config, outer.get("sample_rate"))
    count = nam.weight_count(typed)
    values = np.random.default_rng(7).uniform(-1, 1, count).astype(np.float32)
    weights = [float(str(value)) for value in values]
    if architecture == "WaveNet":
        weights[-1] = config["head_scale"]
    return {
        "version": version,
        "architecture": architecture,
        "config": copy.deepcopy(dict(config)),
        "weights": weights,
    } | outer


@pytest.fixture(scope="session")
def make() -> Callable[..., Document]:
    """A document for a config: `make(config, architecture, version, **outer keys)`."""
    return _with_weights


@pytest.fixture(scope="session")
def make_array() -> Callable[..., Document]:
    """A layer array of format 0.5 with some keys changed."""
    return _array


@pytest.fixture
def a1() -> Document:
    """Two arrays of 4 and 2 channels in format 0.5."""
    second = _array(input_size=4, channels=2, head_size=1, head_bias=True)
    config = {"layers": [_array(), second], "head": None, "head_scale": 0.02}
    return _with_weights(config, version="0.5.4", sample_rate=48000)


@pytest.fixture
def rich() -> Document:
    """One array of format 0.6 with every kind of option in it."""
    film = {"active": True, "shift": True, "groups": 1}
    slots = [slot.name for slot in dataclasses.fields(nam.Films)]
    array = _array(
        bottleneck=6,
        head_size=1,
        gating_mode="blended",
        secondary_activation="Sigmoid",
        groups_input=2,
        groups_input_mixin=1,
        layer1x1={"active": True, "groups": 2},
        head1x1={"active": True, "out_channels": 3, "groups": 3},
        **{slot: dict(film) for slot in slots},
    )
    del array["gated"]
    config = {"layers": [array], "head": None, "head_scale": 0.5}
    return _with_weights(config, version="0.6.0", sample_rate=48000)


@pytest.fixture
def conditioned(a1: Document) -> Document:
    """A WaveNet with a condition network of two outputs."""
    inner = {"layers": [_array()], "head": None, "head_scale": 0.1}
    outer = {
        "condition_dsp": _with_weights(inner, version="0.5.4", sample_rate=44100),
        "layers": [_array(condition_size=2, head_size=1)],
        "head": None,
        "head_scale": 0.02,
    }
    return _with_weights(outer, version="0.6.0", sample_rate=44100)


def _a2(channels: int) -> Document:
    config = nam.a2_config(channels)
    count = nam.weight_count(config)
    weights = np.random.default_rng(channels).uniform(-0.1, 0.1, count).astype(np.float32)
    weights[-1] = 0.01
    return nam.to_document(
        nam.Model(version="0.7.0", config=config, weights=weights, sample_rate_hz=48000.0)
    )


@pytest.fixture
def a2() -> Document:
    """A2-Lite in canonical form."""
    return _a2(3)


@pytest.fixture
def container() -> Document:
    """A2-Lite and A2-Full in one container."""
    full = _a2(8) | {"metadata": {"loudness": -20.5, "gain": 0.25, "gear_make": "Inner"}}
    submodels = [{"max_value": 0.5, "model": _a2(3)}, {"max_value": 1.0, "model": full}]
    return {
        "version": "0.7.0",
        "architecture": "SlimmableContainer",
        "config": {"submodels": submodels},
        "weights": [],
        "sample_rate": 48000,
        "metadata": {"name": "Both", "gear_make": "Outer", "loudness": -20.5, "gain": 0.25},
    }


def _real_names() -> Iterator[str]:
    folder = Path(__file__).resolve().parents[4] / "shared" / "data" / "nam"
    yield from sorted(path.name for path in folder.glob("*.nam")) or ["absent"]


@pytest.fixture(params=list(_real_names()))
def real_file(request: pytest.FixtureRequest, shared_data: Path) -> Path:
    """Each real file in turn."""
    return shared_data / "nam" / str(request.param)


@pytest.fixture
def real_document(real_file: Path) -> Document:
    """The JSON of each real file in turn, read without any code of ours."""
    return dict(json.loads(real_file.read_text(encoding="utf-8")))
