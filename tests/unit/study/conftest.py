"""Eight seconds of noise through soft clippers, and studies that are done in a moment."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from triode.compiler import find_compiler
from triode.study.config import Study
from triode.study.opened import OpenedStudy
from triode.study.storage import Storage, default_url, open_storage

RATE_HZ = 16000
RECIPE = """
description = "tiny"
epochs = 2
windows = { output_samples = 2048, batch_size = 4 }
optimizer = { learning_rate = 0.01 }

[[sizes]]
architecture = "ConvNet"
config = { channels = 2, dilations = [1], batchnorm = false, activation = "Tanh" }
"""
CONVNET = {"channels": 2, "dilations": [1, 2], "batchnorm": False, "activation": "Tanh"}

Make = Callable[..., dict[str, Any]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """dry.wav, soft.wav and hard.wav beside the recipe tiny.toml."""
    generator = np.random.default_rng(0)
    dry = np.convolve(generator.standard_normal(8 * RATE_HZ), np.hanning(16), "same")
    dry = (0.5 * dry / np.abs(dry).max()).astype(np.float32)
    for name, signal in (("dry", dry), ("soft", np.tanh(2 * dry)), ("hard", np.tanh(8 * dry))):
        soundfile.write(tmp_path / f"{name}.wav", signal, RATE_HZ, subtype="FLOAT")
    (tmp_path / "tiny.toml").write_text(RECIPE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def document() -> Make:
    """Make the content of a study file, some keys replaced."""

    def make(**changes: Any) -> dict[str, Any]:
        return {
            "name": "small",
            "description": "two candidates on two pieces",
            "engines": ["host-c"],
            "training": {"recipe": "tiny.toml", "context_samples": 64},
            "gear": [
                {"name": "soft", "source": "real", "dry": "dry.wav", "wet": "soft.wav"},
                {"name": "hard", "source": "real", "dry": "dry.wav", "wet": "hard.wav"},
            ],
            "candidates": [
                {"name": "tanh", "architecture": "ConvNet", "config": CONVNET},
                {
                    "name": "relu",
                    "architecture": "ConvNet",
                    "config": CONVNET,
                    "set": {"activation": "ReLU"},
                },
            ],
            **changes,
        }

    return make


@pytest.fixture
def opened(folder: Path, document: Make) -> Callable[..., OpenedStudy]:
    """Open a study of `document` in `folder`."""

    def open_(**changes: Any) -> OpenedStudy:
        return OpenedStudy.of(Study.of(document(**changes), "study.toml"), folder)

    return open_


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return open_storage(default_url(tmp_path))


@pytest.fixture
def compiler() -> None:
    """Skip where there is none."""
    if find_compiler() is None:
        pytest.skip("no C compiler")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers get one thread for torch and the sources under test."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
