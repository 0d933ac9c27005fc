"""A network that learns from another network."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from triode.architectures import networks
from triode.audio import read_audio, write_audio
from triode.errors import OutputError, TrainingError, TriodeError
from triode.metrics import esr
from triode.nam import read, write
from triode.runtime import render
from triode.synthetic import performance
from triode.training.distill import distill
from unit.architectures.known import a2, container, model
from unit.training.conftest import RATE_HZ

RECIPE = """
description = "tiny"
epochs = 6
windows = { output_samples = 1024, batch_size = 4 }
optimizer = { learning_rate = 0.01 }
[[sizes]]
architecture = "WaveNet"
[sizes.config]
head_scale = 0.5
[[sizes.config.layers]]
input_size = 1
condition_size = 1
channels = 3
head_size = 1
head_bias = true
kernel_size = 3
dilations = [1, 2]
activation = "LeakyReLU"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A teacher of the pupil's own shape, a recipe, and a recording at another rate."""
    (tmp_path / "tiny.toml").write_text(RECIPE)
    config = a2(2)
    array = replace(config.layer_arrays[0], layers=config.layer_arrays[0].layers[:2])
    small = replace(config, layer_arrays=(array,), head_scale=0.2)
    teacher = model(small, 3, rate_hz=float(RATE_HZ))
    described = {
        "name": "Teacher",
        "gear_type": "amp",
        "input_level_dbu": 12.5,
        "loudness": -3.0,
        "gear_make": 7,
        "training": {"settings": {"epochs": 99}},
    }
    write(replace(teacher, metadata=described), tmp_path / "teacher.nam")
    write_audio(tmp_path / "dry.wav", performance(4.0, 22050), 22050)
    return tmp_path


def test_the_pupil_does_what_the_teacher_does(folder: Path) -> None:
    result = distill(
        folder / "teacher.nam",
        folder / "pupil.nam",
        recipe=folder / "tiny.toml",
        dry_path=folder / "dry.wav",
        threads=1,
    )
    assert 0.0 < result.sizes[-1].esr < 0.2
    pupil, teacher = read(folder / "pupil.nam"), read(folder / "teacher.nam")
    assert pupil.rate_hz == teacher.rate_hz == RATE_HZ
    # A passage that neither has heard, without any shift between the two.
    dry = performance(2.0, RATE_HZ, seed=9)
    wet, learned = (render(networks(one)[-1], dry) for one in (teacher, pupil))
    assert esr(wet, learned) < 0.3
    assert sorted(path.name for path in folder.iterdir()) == [
        "dry.wav",
        "pupil.nam",
        "pupil.training.jsonl",
        "teacher.nam",
        "tiny.toml",
    ]


def test_the_file_says_where_it_came_from(folder: Path) -> None:
    distill(
        folder / "teacher.nam",
        folder / "pupil.nam",
        recipe=folder / "tiny.toml",
        dry_path=folder / "dry.wav",
        epochs=1,
        threads=1,
    )
    metadata = read(folder / "pupil.nam").metadata
    training = metadata["training"]
    assert isinstance(training, dict)
    assert training["settings"]["teacher"] == {
        "file": "teacher.nam",
        "sha256": hashlib.sha256((folder / "teacher.nam").read_bytes()).hexdigest(),
        "architecture": "WaveNet",
        "size": "full",
        "dry": "dry.wav",
    }
    assert training["settings"]["epochs"] == 1
    kept = {key: metadata.get(key) for key in ("name", "gear_type", "input_level_dbu")}
    assert kept == {"name": "Teacher", "gear_type": "amp", "input_level_dbu": 12.5}
    # Measured anew, and what was no text is left out.
    assert metadata["loudness"] != -3.0
    assert "gear_make" not in metadata


def test_no_delay_is_taken_out_of_the_teacher_s_sound(folder: Path) -> None:
    """A pupil that plays earlier than its teacher would be another amplifier."""
    from triode.capture import make_pair

    dry = read_audio(folder / "dry.wav").samples
    write_audio(folder / "late.wav", np.concatenate([np.zeros(40, np.float32), dry[:-40]]), 22050)
    usual = make_pair(folder / "dry.wav", folder / "late.wav", repair=False)
    computed = make_pair(folder / "dry.wav", folder / "late.wav", repair=False, aligned=True)
    assert usual.facts.alignment.advance_samples == pytest.approx(40, abs=2)
    assert computed.facts.alignment.advance_samples == 0
    assert computed.facts.alignment.delay_samples == 0.0
    np.testing.assert_array_equal(computed.wet[40:], dry[:-40])


def test_neither_teacher_nor_recording_is_ever_replaced(folder: Path) -> None:
    before = (folder / "teacher.nam").read_bytes()
    with pytest.raises(OutputError, match="would replace the file it is made of"):
        distill(folder / "teacher.nam", folder / "teacher.nam", force=True)
    assert (folder / "teacher.nam").read_bytes() == before


def test_an_unknown_size_and_an_odd_rate_are_refused(folder: Path) -> None:
    write(container(a2(1), a2(2)), folder / "two.nam")
    with pytest.raises(TriodeError, match="no such size"):
        distill(folder / "two.nam", folder / "out.nam", size="huge")
    write(model(a2(1), rate_hz=44100.5), folder / "odd.nam")
    with pytest.raises(TrainingError, match="whole number of Hz"):
        distill(folder / "odd.nam", folder / "out.nam")
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.heavy
def test_a_real_amplifier_is_distilled(shared_data: Path, tmp_path: Path) -> None:
    """Heavy for a minute of training: A2-Lite learns from an A1 capture of a real amplifier."""
    teacher = shared_data / "nam" / "deluxe.nam"
    result = distill(teacher, tmp_path / "small.nam", epochs=8, threads=1)
    assert result.sizes[-1].esr < 0.1
    assert read(tmp_path / "small.nam").weights.size == 1871
