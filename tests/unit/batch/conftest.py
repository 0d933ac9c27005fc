"""Four seconds of noise through soft clippers, and a recipe that is done in a moment."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

RATE_HZ = 16000
RECIPE = """
description = "tiny"
epochs = {epochs}
windows = {{ output_samples = 2048, batch_size = 8 }}
optimizer = {{ learning_rate = 0.01 }}

[[sizes]]
architecture = "ConvNet"
config = {{ channels = 2, dilations = [1], batchnorm = false, activation = "Tanh" }}
"""


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """A folder with dry.wav, one.wav and two.wav; its name has a space and an umlaut."""
    folder = tmp_path / "Aufnahmen für alle"
    folder.mkdir()
    generator = np.random.default_rng(0)
    dry = np.convolve(generator.standard_normal(4 * RATE_HZ), np.hanning(16), "same")
    dry = (0.5 * dry / np.abs(dry).max()).astype(np.float32)
    for name, signal in (("dry", dry), ("one", np.tanh(3 * dry)), ("two", np.tanh(-5 * dry))):
        soundfile.write(folder / f"{name}.wav", signal, RATE_HZ, subtype="FLOAT")
    return folder


@pytest.fixture
def recipe(tmp_path: Path) -> Callable[[int], str]:
    """Write a recipe of so many epochs and return its path."""

    def write(epochs: int) -> str:
        path = tmp_path / f"tiny{epochs}.toml"
        path.write_text(RECIPE.format(epochs=epochs), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers get one thread for torch, a fixed date and the sources under test."""
    import os
    import sys

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
