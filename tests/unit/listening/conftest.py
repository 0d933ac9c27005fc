"""A small real test: two amplifiers, two linear models of each, three anchors."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from triode.listening import Plan, PreparedTest, load_plan
from triode.listening.preparing import prepare
from triode.nam import LinearConfig, Model, write

RATE_HZ = 48000
PLAN = """
name = "small"
title = "Which one is the amplifier?"
design = "mushra"
cabinet = "cabinet.wav"
training_pages = 1

[[gear]]
name = "soft"
dry = "dry.wav"
wet = "soft.wav"

[[gear]]
name = "hard"
dry = "dry.wav"
wet = "hard.wav"

[[systems]]
name = "late"
model = "{gear}-late.nam"

[[systems]]
name = "near"
model = "near.nam"

[[systems]]
name = "static"
anchor = "waveshaper"
gear = ["hard"]

[[systems]]
name = "dull"
anchor = "lowpass-3500"

[[clips]]
name = "first"
start_seconds = 0.5
seconds = 1.0

[[clips]]
name = "second"
start_seconds = 4.0
seconds = 1.5
"""


def linear(path: Path, weights: list[float]) -> None:
    """A model that is a filter."""
    config = LinearConfig(receptive_field=len(weights), bias=False)
    model = Model(
        version="0.5.4",
        config=config,
        weights=np.array(weights, np.float32),
        sample_rate_hz=float(RATE_HZ),
    )
    write(model, path)


@pytest.fixture(scope="session")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings, models, a cabinet and plan.toml in a folder that nobody changes."""
    folder = tmp_path_factory.mktemp("listening")
    generator = np.random.default_rng(0)
    frames = 8 * RATE_HZ
    noise = np.convolve(generator.standard_normal(frames), np.hanning(24), "same")
    bursts = np.repeat(generator.uniform(0.1, 1.0, 40), frames // 40)
    dry = (0.5 * noise * bursts / np.abs(noise).max()).astype(np.float32)
    late = np.concatenate([np.zeros(137, np.float32), dry[:-137]])
    for name, signal in (
        ("dry", dry),
        ("soft", 0.3 * np.tanh(3.0 * late)),
        ("hard", 0.1 * np.tanh(9.0 * late)),
        ("cabinet", np.exp(-np.arange(200) / 20.0).astype(np.float32)),
    ):
        soundfile.write(folder / f"{name}.wav", signal, RATE_HZ, "PCM_24")
    linear(folder / "soft-late.nam", [0.0, 0.5, 0.5])
    linear(folder / "hard-late.nam", [0.0, 0.0, 0.0, -1.0])
    linear(folder / "near.nam", [1.0])
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def plan(material: Path) -> Plan:
    return load_plan(material / "plan.toml")[0]


@pytest.fixture(scope="session")
def small_test(material: Path, plan: Plan) -> PreparedTest:
    """The prepared test; not to be changed."""
    return prepare(plan, material, material / "test")


@pytest.fixture
def own_test(small_test: PreparedTest, tmp_path: Path) -> PreparedTest:
    """A copy to spoil."""
    shutil.copytree(small_test.folder, tmp_path / "test")
    return PreparedTest.open(tmp_path / "test")
