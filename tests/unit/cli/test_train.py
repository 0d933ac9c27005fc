"""`triode train` on the command line: what it prints, and Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

RATE_HZ = 16000
RUNNER = """
import typer
from triode.cli.train import train
application = typer.Typer(pretty_exceptions_enable=False)
application.command()(train)
application()
"""
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
def start(tmp_path: Path) -> Callable[..., "subprocess.Popen[str]"]:
    """Start `triode train` on four seconds of noise and a soft clipper, on a cp1252 console."""
    generator = np.random.default_rng(0)
    dry = np.convolve(generator.standard_normal(4 * RATE_HZ), np.hanning(16), "same")
    dry = (0.5 * dry / np.abs(dry).max()).astype(np.float32)
    for name, signal_ in (("dry ü.wav", dry), ("wet ü.wav", np.tanh(3.0 * dry))):
        soundfile.write(tmp_path / name, signal_, RATE_HZ, subtype="FLOAT")

    def run(epochs: int, *options: str) -> "subprocess.Popen[str]":
        recipe = tmp_path / "tiny.toml"
        recipe.write_text(RECIPE.format(epochs=epochs), encoding="utf-8")
        paths = [str(tmp_path / name) for name in ("dry ü.wav", "wet ü.wav")]
        arguments = [*paths, "-o", str(tmp_path / "amp ü.nam"), "--recipe", str(recipe), *options]
        return subprocess.Popen(
            [sys.executable, "-c", RUNNER, *arguments],
            env={
                **os.environ,
                "OMP_NUM_THREADS": "1",
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
                "PYTHONIOENCODING": "cp1252",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="cp1252",
        )

    return run


def metadata(folder: Path) -> dict[str, object]:
    document = json.loads((folder / "amp ü.nam").read_text(encoding="utf-8"))
    return document["metadata"]


def test_it_prints_the_split_the_figures_and_what_to_do_next(
    start: Callable[..., "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    process = start(2, "--name", "Röhre", "--gear-type", "amp", "--input-level-dbu", "12.5")
    printed, complaint = process.communicate(timeout=120)
    assert (process.returncode, complaint) == (0, "")
    for text in (
        "training: 0.00 to ",
        "validation: ",
        "epoch 2/2",
        "full: ESR ",
        f"capture: {tmp_path / 'amp ü.nam'}",
        f'triode render "{tmp_path / "amp ü.nam"}" "{tmp_path / "dry ü.wav"}" -o ',
        "triode report ",
    ):
        assert text in printed
    written = metadata(tmp_path)
    assert (written["name"], written["gear_type"]) == ("Röhre", "amp")
    assert written["input_level_dbu"] == 12.5


@pytest.mark.heavy
@pytest.mark.skipif(os.name != "posix", reason="signals are sent to a process on POSIX only")
def test_ctrl_c_writes_the_best_so_far(
    start: Callable[..., "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    process = start(1_000_000)
    assert process.stdout is not None
    while not process.stdout.readline().startswith("epoch 2/"):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    printed, complaint = process.communicate(timeout=120)
    assert (process.returncode, complaint) == (0, "")
    assert "the best so far will be written" in printed
    assert "--resume to go on" in printed
    log = (tmp_path / "amp ü.training.jsonl").read_text(encoding="utf-8").splitlines()
    best = min(json.loads(line)["esr"]["full"] for line in log)
    written = metadata(tmp_path)
    assert 0.0 < written["training"]["validation_esr"] <= best
    assert (tmp_path / "amp ü.checkpoint").exists()


def test_recipes_are_listed_without_any_recording() -> None:
    process = subprocess.run(
        [sys.executable, "-c", RUNNER, "--list-recipes"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = process.stdout.splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["a1-feather", "a1-lite", "a1-nano"]
    assert any(line.startswith("a2 ") and "A2: Lite (3 channels)" in line for line in lines)
