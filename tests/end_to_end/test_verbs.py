"""What each command does with the options of its own, within this process."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from end_to_end.commands import Outcome
from triode.audio import read_audio
from triode.nam import read

Run = Callable[..., Outcome]
TRAIN = ("train", "dry.wav", "wet.wav", "-o", "amp.nam", "--recipe", "tiny.toml")


def succeeded(outcome: Outcome) -> str:
    """What a command printed that worked, and that any console can show."""
    assert (outcome.code, outcome.err) == (0, "")
    outcome.out.encode("cp1252")
    return outcome.out


def epochs(folder: Path) -> list[int]:
    lines = (folder / "amp.training.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["epoch"] for line in lines]


def test_recipes_are_listed(run: Run) -> None:
    names = [line.split()[0] for line in succeeded(run("train", "--list-recipes")).splitlines()]
    assert set(names) >= {"a2", "a1-standard", "a1-lite", "a1-feather", "a1-nano", "lstm-1x16"}
    assert {"convnet", "demo"} <= set(names)


def test_check_tells_a_script_what_it_tells_a_person(run: Run) -> None:
    facts = json.loads(succeeded(run("check", "dry.wav", "wet.wav", "--json")))
    assert facts["usable"] is True
    assert facts["rate_hz"] == 16000
    text = succeeded(run("check", "dry.wav", "wet.wav"))
    assert f"delay: {facts['delay_samples']:.2f} samples" in text
    assert f"polarity: {'as sent (+1)' if facts['polarity'] > 0 else 'inverted (-1)'}" in text
    start, stop = facts["split"]["validation"]
    assert f"validation: {start / 16000:.2f} to {stop / 16000:.2f} s" in text


def test_all_metadata_goes_into_the_file(run: Run, folder: Path) -> None:
    given = {
        "name": "N",
        "modeled_by": "M",
        "gear_make": "K",
        "gear_model": "L",
        "gear_type": "pedal_amp",
        "tone_type": "hi_gain",
        "input_level_dbu": 12.5,
        "output_level_dbu": -3.0,
    }
    options = [
        text for key, value in given.items() for text in (f"--{key.replace('_', '-')}", str(value))
    ]
    succeeded(run(*TRAIN, "--epochs", "1", "--seed", "3", *options))
    metadata = read(folder / "amp.nam").metadata
    assert given.items() <= metadata.items()
    assert metadata["training"]["settings"]["seed"] == 3
    shown = succeeded(run("info", "amp.nam"))
    for key, value in given.items():
        assert f"  {key}: {value}" in shown


def test_an_output_is_only_replaced_by_force(run: Run, folder: Path) -> None:
    succeeded(run(*TRAIN, "--epochs", "1"))
    before = (folder / "amp.nam").read_bytes()
    again = run(*TRAIN)
    assert again.code == 2
    assert "amp.nam: the output file exists already. Choose another path, or pass --force" in (
        again.err
    )
    assert (folder / "amp.nam").read_bytes() == before
    succeeded(run(*TRAIN, "--force"))
    assert epochs(folder) == [1, 2]


@pytest.mark.parametrize(
    "words",
    [
        ("render", "amp.nam", "dry.wav", "-o", "there.wav"),
        ("report", "amp.nam", "dry.wav", "wet.wav", "-o", "there.html"),
        ("export", "amp.nam", "-o", "there.nam"),
        ("lint", "amp.nam", "--fix", "-o", "there.nam"),
    ],
    ids=lambda words: words[0],
)
def test_other_outputs_are_too(
    run: Run, folder: Path, capture: Path, words: tuple[str, ...]
) -> None:
    there = folder / words[-1]
    there.write_text("precious")
    outcome = run(*words)
    assert outcome.code == 2
    assert "exists already" in outcome.err
    assert there.read_text() == "precious"
    succeeded(run(*words, "--force"))
    assert there.read_bytes() != b"precious"


@pytest.mark.parametrize(
    "words",
    [
        ("render", "amp.nam", "dry.wav", "-o", "dry.wav"),
        ("export", "amp.nam", "-o", "amp.nam"),
        ("report", "amp.nam", "dry.wav", "wet.wav", "-o", "wet.wav"),
        ("train", "dry.wav", "wet.wav", "-o", "wet.wav"),
    ],
    ids=lambda words: words[0],
)
def test_no_force_replaces_what_a_command_reads(
    run: Run, folder: Path, capture: Path, words: tuple[str, ...]
) -> None:
    before = (folder / words[-1]).read_bytes()
    outcome = run(*words, "--force")
    assert outcome.code == 2
    assert "Choose another output path." in outcome.err
    assert (folder / words[-1]).read_bytes() == before


def test_every_size_is_rendered_and_exported(run: Run, folder: Path, capture: Path) -> None:
    for size in ("lite", "full", "0.3", "0.9"):
        succeeded(run("render", "amp.nam", "dry.wav", "-o", f"{size}.wav", "--size", size))
    heard = {size: read_audio(folder / f"{size}.wav").samples for size in ("lite", "full")}
    assert np.array_equal(read_audio(folder / "0.3.wav").samples, heard["lite"])
    assert np.array_equal(read_audio(folder / "0.9.wav").samples, heard["full"])
    assert np.abs(heard["lite"] - heard["full"]).max() > 1e-3
    for size in ("lite", "full"):
        succeeded(run("export", "amp.nam", "--size", size, "-o", f"{size}.nam"))
        succeeded(run("render", f"{size}.nam", "dry.wav", "-o", f"{size}-single.wav"))
        single = read_audio(folder / f"{size}-single.wav").samples
        np.testing.assert_array_equal(single, heard[size])


def test_a_flac_is_written_and_read(run: Run, folder: Path, capture: Path) -> None:
    succeeded(run("render", "amp.nam", "dry.wav", "-o", "out.flac"))
    succeeded(run("render", "amp.nam", "out.flac", "-o", "twice.wav"))
    assert read_audio(folder / "out.flac").bits == 24


def test_info_tells_a_script_what_it_tells_a_person(run: Run, capture: Path) -> None:
    facts = json.loads(succeeded(run("info", "amp.nam", "--json")))
    assert [row["size"] for row in facts["sizes"]] == ["lite", "full"]
    assert [one["loads"] for one in facts["players"]] == [False, False, True]
    text = succeeded(run("info", "amp.nam"))
    assert "SlimmableContainer, file version 0.7.0, 16000 Hz" in text
    for row in facts["sizes"]:
        assert f"{row['weights']:,}" in text


def test_lint_finds_mends_and_finds_nothing_more(run: Run, folder: Path, capture: Path) -> None:
    document = json.loads(capture.read_text(encoding="utf-8"))
    document["sample_rate"] = "16000"
    capture.write_text(json.dumps(document), encoding="utf-8")
    found = run("lint", "amp.nam")
    assert found.code == 1
    assert "error: sample_rate: " in found.out
    assert "mended: sample_rate: " in succeeded(run("lint", "amp.nam", "--fix", "-o", "fixed.nam"))
    assert "nothing to complain about" in succeeded(run("lint", "fixed.nam"))


def test_a_report_shows_the_training(run: Run, folder: Path) -> None:
    succeeded(run(*TRAIN))
    printed = succeeded(run("report", "amp.nam", "dry.wav", "wet.wav", "-o", "report.html"))
    assert printed.index("Full: ESR ") < printed.index("Lite: ESR ")
    page = (folder / "report.html").read_text(encoding="utf-8")
    outside_of_scripts = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert re.search(r"""(?:src|href)=["']?https?:""", outside_of_scripts) is None
    assert "There are no training curves" not in page


def test_a_cuda_device_that_is_not_there_is_refused(run: Run, folder: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has one")
    outcome = run(*TRAIN, "--device", "cuda")
    assert outcome.code == 2
    assert "torch cannot use the device cuda" in outcome.err
    assert not (folder / "amp.nam").exists()
