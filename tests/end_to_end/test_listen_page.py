"""The commands of the how-to about listening tests, as they stand there, on its own plan."""

import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from end_to_end.commands import Outcome
from triode.listening import AnswerStore, PreparedTest
from triode.nam import LinearConfig, Model, write
from unit.listening.taking_part import same_for_all, take_part

Run = Callable[..., Outcome]
BLOCKS = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
RATE_HZ = 48000


def blocks(repository: Path, kind: str) -> list[str]:
    text = (repository / "docs" / "how-to" / "listen.md").read_text(encoding="utf-8")
    return [content for name, content in BLOCKS.findall(text) if name == kind]


def page_commands(repository: Path) -> list[list[str]]:
    """What this page shows of `triode listen`; serving and studies have tests of their own."""
    lines = [line for block in blocks(repository, "console") for line in block.splitlines()]
    found = [shlex.split(line)[2:] for line in lines if line.startswith("$ triode listen")]
    return [words for words in found if words[1] != "serve"]


@pytest.fixture
def beside(folder: Path, repository: Path) -> Path:
    """The page's plan with what it names: recordings, captures and a cabinet."""
    generator = np.random.default_rng(0)
    noise = np.convolve(generator.standard_normal(8 * RATE_HZ), np.hanning(24), "same")
    dry = (0.5 * noise / np.abs(noise).max()).astype(np.float32)
    for name, signal in (
        ("dry", dry),
        ("soft", 0.3 * np.tanh(3.0 * dry)),
        ("hard", 0.1 * np.tanh(9.0 * dry)),
        ("cabinet", np.exp(-np.arange(200) / 20.0).astype(np.float32)),
    ):
        soundfile.write(folder / f"{name}.wav", signal, RATE_HZ, "PCM_24")
    for name, weights in (("lite", [0.7, 0.3]), ("full", [1.0])):
        model = Model(
            version="0.5.4",
            config=LinearConfig(receptive_field=len(weights), bias=False),
            weights=np.array(weights, np.float32),
            sample_rate_hz=float(RATE_HZ),
        )
        write(model, folder / f"soft-{name}.nam")
        shutil.copy(folder / f"soft-{name}.nam", folder / f"hard-{name}.nam")
    (folder / "plan.toml").write_text(blocks(repository, "toml")[0], encoding="utf-8")
    return folder


@pytest.mark.heavy
def test_a_test_is_made_answered_and_analysed(repository: Path, run: Run, beside: Path) -> None:
    commands = page_commands(repository)
    assert [words[1] for words in commands] == ["new", "export", *["analyse"] * 3]
    for words in commands:
        outcome = run(*words)
        assert (outcome.code, outcome.err) == (0, ""), words
        if words[1] == "new":
            test = PreparedTest.open(beside / "two-amps")
            quality = {"lite": 60.0, "full": 95.0, "lowpass-3500": 20.0, "static": 80.0}
            store = AnswerStore(test.default_store_url)
            take_part(test, store, same_for_all(test, quality), 8)
            store.close()
            assert f"Written: {words[-1]}" in outcome.out
        elif "--json" in words:
            assert json.loads(outcome.out) == json.loads((beside / "two-amps.json").read_text())
    assert (beside / "for-webmushra" / "two-amps.yaml").is_file()
    assert {one.name for one in (beside / "tables").iterdir()} == {
        "contrasts.csv",
        "judgements.csv",
        "means.csv",
        "screened.csv",
    }
    page = (beside / "two-amps.html").read_text(encoding="utf-8")
    assert "How near is it to the amplifier?" in page
    assert beside.name not in page


def test_a_prepared_test_without_answers_says_so(run: Run, folder: Path) -> None:
    outcome = run("listen", "analyse", "nothing")
    assert outcome.code == 2
    assert "there is no prepared listening test" in outcome.err
    assert "triode listen new PLAN" in outcome.err
    assert not (folder / "nothing").exists()


@pytest.mark.heavy
def test_real_amplifiers_through_a_real_cabinet(shared_data: Path, run: Run, folder: Path) -> None:
    """Two real pairs, captures trained for an epoch, and a real capture that is of neither."""
    gear = ("jcm800-crunch", "chump-breakup")
    for name in gear:
        pair = (shared_data / "pairs" / one for one in ("dry.flac", f"{name}.flac"))
        run("train", *map(str, pair), "-o", f"{name}.nam", "--epochs", "1")
    lines = [
        'name = "real"',
        'title = "Real"',
        'design = "abx"',
        f'cabinet = "{shared_data / "ir" / "celestion.wav"}"',
    ]
    for name in gear:
        lines += [
            "[[gear]]",
            f'name = "{name}"',
            f'dry = "{shared_data / "pairs" / "dry.flac"}"',
            f'wet = "{shared_data / "pairs" / name}.flac"',
        ]
    lines += ["[[systems]]", 'name = "full"', 'model = "{gear}.nam"']
    lines += ["[[systems]]", 'name = "lite"', 'model = "{gear}.nam"', 'size = "lite"']
    lines += ["[[systems]]", 'name = "other"', f'model = "{shared_data / "nam" / "deluxe.nam"}"']
    lines += ["[[systems]]", 'name = "lowpass-7000"', 'anchor = "lowpass-7000"']
    lines += ["[[clips]]", 'name = "riff"', "start_seconds = 110", "seconds = 6"]
    (folder / "real.toml").write_text("\n".join(lines), encoding="utf-8")
    outcome = run("listen", "new", "real.toml", "-o", "real")
    assert (outcome.code, outcome.err) == (0, "")
    test = PreparedTest.open(folder / "real")
    assert len(test.manifest.stimuli) == 10
    measured = {(one.gear, one.system): one.measures for one in test.manifest.stimuli}
    for name in gear:
        assert measured[name, "full"]["esr_db"] < measured[name, "other"]["esr_db"]
        assert measured[name, "full"]["esr_db"] < -6.0
        # Behind a guitar cabinet there is nothing left above 7 kHz to be missed.
        assert measured[name, "lowpass-7000"]["esr_db"] < -40.0
    store = AnswerStore(test.default_store_url)
    quality = {"full": 97.0, "lite": 85.0, "other": 10.0, "lowpass-7000": 100.0}
    take_part(test, store, same_for_all(test, quality), 6)
    store.close()
    said = run("listen", "analyse", "real").out
    assert re.search(r"other: \d+ of 96 right, heard by 6 of 6 listeners", said)
