"""A tiny amplifier, a tiny recipe, and a way to train it in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
import torch

RATE_HZ = 16000

_RECIPE = """
description = "tiny"
epochs = {epochs}
seed = 0

[windows]
output_samples = 1100
batch_size = 4

[loss]
mrstft_weight = 0.0005

[optimizer]
learning_rate = 0.01
decay_per_epoch = 0.9
{sizes}
"""

_SIZE = """
[[sizes]]
architecture = "WaveNet"
max_value = {max_value}

[sizes.config]
head_scale = 0.5

[[sizes.config.layers]]
input_size = 1
condition_size = 1
channels = {channels}
head_size = 1
head_bias = true
kernel_size = 3
dilations = [1, 2]
activation = "Tanh"
gated = false
"""

_RUNNER = """
import sys
from pathlib import Path
from triode.errors import TriodeError
from triode.training import Progress, train

class Printer(Progress):
    def on_epoch(self, record, best_esr):
        print("epoch", record.epoch, flush=True)

try:
    train(*sys.argv[1:4], recipe=Path(sys.argv[4]), threads=1, progress=Printer(),
          resume="--resume" in sys.argv)
except TriodeError as error:
    print(f"{type(error).__name__}: {error}", file=sys.stderr)
    sys.exit(2)
"""


def noise(seconds: float, seed: int = 0) -> npt.NDArray[np.float32]:
    """Something like playing: low-passed noise that swells, (frames,)."""
    generator = np.random.default_rng(seed)
    frames = round(seconds * RATE_HZ)
    white = generator.standard_normal(frames)
    slow = np.convolve(white, np.hanning(16), "same")
    swell = 0.3 + 0.2 * np.sin(2.0 * np.pi * np.arange(frames) / RATE_HZ)
    return np.asarray(swell * slow / np.abs(slow).max(), np.float32)


def amplify(dry: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """A causal amplifier that the tiny network can learn: filter, saturation, filter."""
    driven = np.tanh(4.0 * np.convolve(dry, [0.8, 0.2])[: len(dry)])
    return np.asarray(0.3 * np.convolve(driven, [0.9, -0.3])[: len(dry)], np.float32)


@pytest.fixture(
    params=[
        "cpu",
        pytest.param(
            "cuda",
            marks=pytest.mark.skipif(
                not torch.cuda.is_available(), reason="torch finds no CUDA device here"
            ),
        ),
    ]
)
def device(request: pytest.FixtureRequest) -> str:
    """Every device that training is tested on."""
    return str(request.param)


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Four seconds of dry and wet as WAV files, in a folder with a space and an umlaut."""
    folder = tmp_path_factory.mktemp("Aufnahmen für Tests")
    dry = noise(4.0)
    paths = folder / "dry 1.wav", folder / "wet 1.wav"
    for path, signal in zip(paths, (dry, amplify(dry)), strict=True):
        soundfile.write(path, signal, RATE_HZ, subtype="FLOAT")
    return paths


@pytest.fixture(scope="session")
def tiny_recipe(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write a recipe with two sizes (or `channels`, one size each) and return its path."""

    def write(epochs: int = 3, channels: tuple[int, ...] = (2, 4)) -> Path:
        values = [0.5, 1.0][-len(channels) :]
        sizes = "".join(
            _SIZE.format(max_value=value, channels=width)
            for value, width in zip(values, channels, strict=True)
        )
        path = tmp_path_factory.mktemp("recipe") / "tiny.toml"
        path.write_text(_RECIPE.format(epochs=epochs, sizes=sizes), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def environment(repository: Path) -> Mapping[str, str]:
    """For subprocesses: the tests' own triode, one thread, a fixed date."""
    return {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "SOURCE_DATE_EPOCH": "1700000000",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONIOENCODING": "utf-8",
    }


@pytest.fixture
def start_training(
    recordings: tuple[Path, Path], environment: Mapping[str, str]
) -> Callable[..., "subprocess.Popen[str]"]:
    """Start a training in a process of its own; it prints a line after every epoch."""

    def start(output: Path, recipe: Path, *options: str) -> "subprocess.Popen[str]":
        arguments = [*map(str, recordings), str(output), str(recipe), *options]
        return subprocess.Popen(
            [sys.executable, "-c", _RUNNER, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    return start


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny networks gain nothing from threads, and a busy machine loses much by them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
