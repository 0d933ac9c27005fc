"""Killed, interrupted, out of disk: what is left behind, and how to go on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from end_to_end.commands import environment, start, triode

not_on_windows = pytest.mark.skipif(
    os.name != "posix", reason="signals and limits are sent to a process on POSIX only"
)
TRAIN = ("train", "dry.wav", "wet.wav", "-o", "amp.nam", "--recipe", "tiny.toml")
FIXED_DATE = {"SOURCE_DATE_EPOCH": "1700000000"}
ENDLESS = ("--epochs", "1000000")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def wait_for(process: "subprocess.Popen[str]", beginning: str) -> None:
    """Read what `process` prints up to a line with this beginning."""
    assert process.stdout is not None
    while not process.stdout.readline().startswith(beginning):
        assert process.poll() is None


def interrupt(process: "subprocess.Popen[str]") -> tuple[str, str]:
    """Press Ctrl-C, and return what is printed from then on."""
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=120)


@not_on_windows
def test_a_killed_training_goes_on_as_if_nothing_had_happened(folder: Path) -> None:
    process = start(*TRAIN, "--epochs", "60", folder=folder, **FIXED_DATE)
    wait_for(process, "epoch 2/60")
    process.kill()
    process.communicate()
    kept = {"amp.checkpoint", "amp.training.jsonl"}
    # A kill while a file is being written may leave that temporary file, never half a result.
    assert {name for name in names(folder) if name.startswith("amp.")} == kept

    refused = triode(*TRAIN, "--epochs", "5", folder=folder)
    assert refused.code == 2
    assert "an interrupted training with this output path is waiting" in refused.err
    assert "Pass --resume to continue it, or --force to start over." in refused.err

    done = len((folder / "amp.training.jsonl").read_text(encoding="utf-8").splitlines())
    epochs = ("--epochs", str(done + 2))
    resumed = triode(*TRAIN, *epochs, "--resume", folder=folder, **FIXED_DATE)
    assert (resumed.code, resumed.err) == (0, "")
    assert "resumed after epoch " in resumed.out
    once = triode(*TRAIN[:4], "once.nam", *TRAIN[5:], *epochs, folder=folder, **FIXED_DATE)
    assert once.code == 0
    assert (folder / "amp.nam").read_bytes() == (folder / "once.nam").read_bytes()
    assert "amp.checkpoint" not in names(folder)


@not_on_windows
def test_ctrl_c_keeps_the_best_so_far_and_resume_goes_on(folder: Path) -> None:
    process = start(*TRAIN, *ENDLESS, folder=folder)
    wait_for(process, "epoch 1/")
    printed, complaint = interrupt(process)
    assert (process.returncode, complaint) == (0, "")
    assert "Run the same command with --resume to go on." in printed
    assert {"amp.nam", "amp.checkpoint"} <= names(folder)
    nothing = triode("train", "dry.wav", "wet.wav", "-o", "other.nam", "--resume", folder=folder)
    assert nothing.code == 2
    assert "there is no interrupted training to resume" in nothing.err
    assert "Leave --resume away" in nothing.err


@not_on_windows
def test_ctrl_c_elsewhere_leaves_nothing_half_written(tmp_path: Path) -> None:
    process = start("demo", "-o", "demo", folder=tmp_path)
    wait_for(process, "Playing a guitar")
    printed, complaint = interrupt(process)
    assert (process.returncode, complaint) == (130, "Interrupted.\n")
    assert printed == ""
    assert names(tmp_path / "demo") == set()


@not_on_windows
@pytest.mark.parametrize(
    "words",
    [
        ("render", "amp.nam", "dry.wav", "-o", "out.wav"),
        pytest.param(("render", "amp.nam", "dry.wav", "-o", "out.flac"), marks=pytest.mark.heavy),
        ("report", "amp.nam", "dry.wav", "wet.wav", "-o", "out.html"),
        pytest.param(("export", "amp.nam", "-o", "out.nam"), marks=pytest.mark.heavy),
        pytest.param(("lint", "amp.nam", "--fix", "-o", "out.nam"), marks=pytest.mark.heavy),
        (*TRAIN[:4], "out.nam", *TRAIN[5:]),
    ],
    ids=lambda words: f"{words[0]}-{Path(words[-1]).suffix[1:]}",
)
def test_a_full_disk_leaves_nothing_half_written(
    folder: Path, capture: Path, words: tuple[str, ...]
) -> None:
    """The disk is a limit of 2,048 bytes on every file, which only POSIX has."""
    limited = (
        "import resource, sys\n"
        "import triode.cli.main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))\n"
        "sys.argv[0] = 'triode'\n"
        "triode.cli.main.main()\n"
    )
    before = names(folder)
    process = subprocess.run(
        [sys.executable, "-c", limited, *words],
        cwd=folder,
        env=environment(TRIODE_CACHE=os.fspath(folder.parent / "cache")),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert process.returncode == 2, process.stderr
    error = process.stderr.splitlines()[-1]
    assert error.startswith("Error: out.")
    assert "written" in error
    assert "room" in error
    assert names(folder) == before
