"""From two files to a capture: same seed same bytes, nothing lost, nothing half-written."""

import importlib.util
import json
import os
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile

from triode.architectures import networks
from triode.audio import SignalStore
from triode.capture import Facts, Split
from triode.capture.recording import Calibration, calibration_path, write_calibration
from triode.errors import OutputError, RecipeError, TrainingError, TriodeError
from triode.metrics import esr
from triode.nam import read
from triode.nam.metadata import Metadata
from triode.runtime import render
from triode.training import Progress, Result, train
from triode.training.run import _with_measured_levels

DATE = {"year": 2023, "month": 11, "day": 14, "hour": 22, "minute": 13, "second": 20}


@pytest.fixture(autouse=True)
def fixed_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


@pytest.fixture
def run(recordings: tuple[Path, Path], tiny_recipe: Callable[..., Path]) -> Callable[..., Result]:
    def start(output: Path, **options: object) -> Result:
        return train(*recordings, output, **{"recipe": tiny_recipe(), "threads": 1, **options})

    return start


def logged_epochs(log: Path) -> list[int]:
    return [json.loads(line)["epoch"] for line in log.read_text("utf-8").splitlines()]


class Stopper(Progress):
    """Asks to stop after some steps."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def on_step(self) -> None:
        self.steps -= 1

    def should_stop(self) -> bool:
        return self.steps <= 0


def test_the_file_plays_what_the_figures_say(
    run: Callable[..., Result], recordings: tuple[Path, Path], tmp_path: Path
) -> None:
    heard: list[tuple[Facts, Split]] = []

    class Listener(Progress):
        def on_pair(self, facts: Facts, split: Split) -> None:
            heard.append((facts, split))

    result = run(
        tmp_path / "amp.nam",
        metadata=Metadata.of(name="Verstärker", gear_type="amp"),
        progress=Listener(),
    )
    assert heard == [(result.facts, result.split)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["amp.nam", "amp.training.jsonl"]
    model = read(result.model_path)
    assert model.metadata["name"] == "Verstärker"
    assert model.metadata["gear_type"] == "amp"
    assert model.metadata["date"] == DATE
    assert model.sample_rate_hz == 16000
    dry, wet = (soundfile.read(path, dtype="float32")[0] for path in recordings)
    advance = result.facts.alignment.advance_samples
    assert advance == 0
    start, stop = result.split.validation
    for size, network in zip(result.sizes, networks(model), strict=True):
        played = render(network, dry)
        # The figure is of the network before its level was folded back into float32 weights.
        assert esr(wet[start:stop], played[start:stop]) == pytest.approx(size.esr, rel=1e-4)
        assert network.model.metadata["training"]["validation_esr"] == size.esr
        assert size.null_depth_db == pytest.approx(10.0 * np.log10(size.esr))


def test_the_log_has_one_line_per_epoch(run: Callable[..., Result], tmp_path: Path) -> None:
    result = run(tmp_path / "amp.nam", epochs=2)
    lines = [json.loads(line) for line in result.log_path.read_text("utf-8").splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2]
    assert set(lines[0]) == {"epoch", "steps", "seconds", "learning_rate", "loss", "esr"}
    assert set(lines[0]["esr"]) == {"lite", "full"}
    assert min(line["esr"]["full"] for line in lines) == result.sizes[1].esr


def test_same_seed_same_bytes(run: Callable[..., Result], tmp_path: Path) -> None:
    outputs = [tmp_path / name for name in ("one.nam", "two.nam", "other.nam")]
    for path, seed in zip(outputs, (None, 0, 1), strict=True):
        run(path, seed=seed)
    one, two, other = (path.read_bytes() for path in outputs)
    assert one == two
    assert json.loads(one)["config"] != json.loads(other)["config"]


def test_a_recording_on_disk_gives_the_same_bytes(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "memory.nam")
    monkeypatch.setattr(
        "triode.training.run.SignalStore", partial(SignalStore, longest_in_memory_frames=0)
    )
    run(tmp_path / "disk.nam")
    assert (tmp_path / "memory.nam").read_bytes() == (tmp_path / "disk.nam").read_bytes()
    assert len(list(tmp_path.iterdir())) == 4


def test_an_existing_capture_is_only_replaced_with_force(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "amp.nam"
    path.write_text("precious")
    with pytest.raises(OutputError, match="exists already"):
        run(path)
    assert path.read_text() == "precious"
    run(path, force=True)
    assert read(path).architecture == "SlimmableContainer"


def test_stopped_and_resumed_is_as_uninterrupted(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    whole = run(tmp_path / "whole.nam")
    path = tmp_path / "parts.nam"
    stopped = run(path, progress=Stopper(whole.epochs * 100))
    assert stopped.finished
    path.unlink()
    steps = json.loads(whole.log_path.read_text("utf-8").splitlines()[0])["steps"]
    stopped = run(path, progress=Stopper(steps + 3))
    assert not stopped.finished
    assert stopped.checkpoint_path is not None
    assert stopped.epochs == 1
    # What was exported is the best so far, the stopped epoch included.
    assert read(path).metadata["training"]["validation_esr"] == stopped.sizes[1].esr
    with pytest.raises(OutputError, match="exists already"):
        run(path)
    resumed = run(path, resume=True)
    assert resumed.finished
    assert resumed.checkpoint_path is None
    assert not stopped.checkpoint_path.exists()
    assert path.read_bytes() == whole.model_path.read_bytes()
    assert logged_epochs(resumed.log_path) == [1, 2, 3]


def test_a_waiting_checkpoint_is_not_overwritten_by_accident(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "amp.nam"
    run(path, progress=Stopper(30), epochs=99)
    path.unlink()
    with pytest.raises(OutputError, match=r"waiting.*--resume.*--force"):
        run(path)
    with pytest.raises(TrainingError, match="differs from this one in the seed"):
        run(path, resume=True, seed=5)
    assert not path.exists()


def test_resume_without_a_checkpoint_is_an_error(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    with pytest.raises(TrainingError, match="no interrupted training to resume"):
        run(tmp_path / "amp.nam", resume=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.heavy
def test_killed_and_resumed_gives_the_same_bytes(
    start_training: Callable[..., "subprocess.Popen[str]"],
    run: Callable[..., Result],
    tiny_recipe: Callable[..., Path],
    tmp_path: Path,
) -> None:
    recipe, path = tiny_recipe(epochs=6), tmp_path / "killed.nam"
    for attempt in range(2):
        process = start_training(path, recipe, *["--resume"][:attempt])
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        _, complaint = process.communicate()
        assert complaint == ""
        assert not path.exists()
        assert path.with_suffix(".checkpoint").exists()
    process = start_training(path, recipe, "--resume")
    _, complaint = process.communicate(timeout=120)
    assert (process.returncode, complaint) == (0, "")
    whole = run(tmp_path / "whole.nam", recipe=recipe)
    assert path.read_bytes() == whole.model_path.read_bytes()
    assert logged_epochs(path.with_suffix(".training.jsonl")) == [1, 2, 3, 4, 5, 6]


@pytest.mark.heavy
@pytest.mark.skipif(os.name != "posix", reason="limits on file size are a POSIX feature")
def test_a_full_disk_is_one_error_and_leaves_nothing_half_written(
    start_training: Callable[..., "subprocess.Popen[str]"],
    tiny_recipe: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    popen = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda *args, **kwargs: popen(*args, preexec_fn=limit, **kwargs)
    )
    process = start_training(tmp_path / "amp.nam", tiny_recipe())
    _, complaint = process.communicate(timeout=120)
    assert process.returncode == 2
    assert complaint.startswith("OutputError: ")
    assert "amp.checkpoint" in complaint
    assert "the disk has room" in complaint
    assert list(tmp_path.iterdir()) == []


def test_too_little_room_is_found_before_training(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 1 << 20})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(OutputError, match=r"disk is full.*32 MB.*1\.0 MB"):
        run(tmp_path / "amp.nam")


def test_an_impossible_output_is_found_before_the_recordings_are_read(tmp_path: Path) -> None:
    for output, text in (
        (tmp_path / "no" / "amp.nam", "folder to write into does not exist"),
        (tmp_path / "amp.wav", r"ends in \.nam"),
    ):
        with pytest.raises(OutputError, match=text):
            train("no.wav", "none.wav", output)


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="who may write everywhere cannot be refused"
)
def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="may write"):
        train("no.wav", "none.wav", tmp_path / "amp.nam")


def test_the_device_is_checked_before_the_recordings_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for options, text in (
        ({"device": "tpu"}, "one of cpu, cuda, mps"),
        ({"device": "cuda"}, "torch cannot use the device cuda.*one of: cpu"),
        ({"threads": 0}, "1 or more"),
    ):
        with pytest.raises(TrainingError, match=text):
            train("no.wav", "none.wav", tmp_path / "amp.nam", **options)
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "torch" else find_spec(name)
    )
    with pytest.raises(TrainingError, match=r"pip install 'triode\[train\]'"):
        train("no.wav", "none.wav", tmp_path / "amp.nam")


def test_other_wrong_input_leaves_nothing_behind(
    run: Callable[..., Result], recordings: tuple[Path, Path], tmp_path: Path
) -> None:
    path = tmp_path / "amp.nam"
    with pytest.raises(RecipeError, match="no recipe of that name"):
        run(path, recipe="a9")
    with pytest.raises(TriodeError):
        train(recordings[0], tmp_path / "none.wav", path)
    assert list(tmp_path.iterdir()) == []


def test_it_ends_by_itself_at_the_target_and_says_so(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    whole = run(tmp_path / "whole.nam", epochs=6)
    assert whole.ending is None
    lines = whole.log_path.read_text("utf-8").splitlines()
    curve = [json.loads(line)["esr"]["full"] for line in lines]
    target = f"{curve[2] * 1.0001:.6g}"
    wanted = next(epoch for epoch, esr in enumerate(curve, 1) if esr <= float(target))
    heard: list[str] = []

    class Listener(Progress):
        def on_goal(self, ending: str) -> None:
            heard.append(ending)

    path = tmp_path / "amp.nam"
    result = run(path, epochs=6, until=target, progress=Listener())
    assert result.finished
    assert result.epochs == wanted < 6
    assert result.ending is not None
    assert heard == [result.ending]
    assert result.ending.startswith(f"stopped at epoch {wanted}: the best ESR of full, ")
    assert read(path).metadata["training"]["settings"]["until"] == target
    # Stopped by hand and resumed, it ends at the same epoch with the same weights.
    parts = tmp_path / "parts.nam"
    stopped = run(parts, epochs=6, until=target, progress=Stopper(15))
    assert not stopped.finished
    assert run(parts, epochs=6, until=target, resume=True).epochs == wanted
    assert parts.read_bytes() == path.read_bytes()


def test_an_end_that_is_not_reached_is_told_too(run: Callable[..., Result], tmp_path: Path) -> None:
    result = run(tmp_path / "amp.nam", epochs=2, until="good")
    assert result.ending is not None
    assert result.ending.startswith("the planned epochs end with epoch 2: 2 epochs are too few")


def test_a_wrong_date_is_an_error(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(TrainingError, match="SOURCE_DATE_EPOCH"):
        run(tmp_path / "amp.nam", epochs=1)


def test_levels_measured_beside_the_recording(tmp_path: Path) -> None:
    wet = tmp_path / "wet.wav"
    assert _with_measured_levels(None, wet) is None
    measured = Calibration(tone_dbfs=-12.0, send_volts=0.5, return_volts=0.5, return_dbfs=-10.0)
    write_calibration(measured, calibration_path(wet))
    taken = _with_measured_levels(Metadata.of(name="Amp", input_level_dbu=3.0), wet)
    assert taken is not None
    assert (taken.name, taken.input_level_dbu) == ("Amp", 3.0)
    assert taken.output_level_dbu == measured.output_level_dbu
