"""Experiments on training: every trick does something, and what is finished is not done again."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from triode.audio import read_audio, write_audio

PLAN = """
[[runs]]
name = "{name}"
recipe = {recipe}
seeds = [0]
gear = ["amplifier"]
trick = "{trick}"
changes = {{ "optimizer.clip_norm" = 10.0 }}
"""
TRICKS = ("weight averaging", "hard windows", "quiet first", "growing batches")


@pytest.fixture
def pairs(recordings: tuple[Path, Path], tmp_path: Path) -> Path:
    folder = tmp_path / "pairs"
    folder.mkdir()
    for source, name in zip(recordings, ("dry", "amplifier"), strict=True):
        one = read_audio(source)
        write_audio(folder / f"{name}.flac", one.samples, one.rate_hz, subtype="PCM_24")
    return folder


@pytest.mark.heavy
def test_every_trick_changes_a_training_and_none_is_repeated(
    pairs: Path,
    tiny_recipe: Callable[..., Path],
    environment: Mapping[str, str],
    repository: Path,
    tmp_path: Path,
) -> None:
    recipe = json.dumps(str(tiny_recipe(epochs=4)))
    plan, curves = tmp_path / "plan.toml", tmp_path / "curves.jsonl"
    plan.write_text(
        "".join(
            PLAN.format(name=trick.replace(" ", "-") or "none", recipe=recipe, trick=trick)
            for trick in ("", *TRICKS)
        ),
        encoding="utf-8",
    )
    command = [sys.executable, str(repository / "benchmarks" / "recipe_runs.py"), str(pairs)]
    command += ["-o", str(tmp_path / "work"), "--plan", str(plan), "--curves", str(curves)]

    def run() -> str:
        done = subprocess.run(
            [*command, "--jobs", "2"], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert run().startswith("0 done, 5 left")
    lines = [json.loads(line) for line in curves.read_text(encoding="utf-8").splitlines()]
    esr = {line["name"]: tuple(line["esr"]["full"]) for line in lines}
    assert len(set(esr.values())) == 5
    assert all(len(curve) == 4 for curve in esr.values())
    assert run().startswith("5 done, 0 left")
    assert len(curves.read_text(encoding="utf-8").splitlines()) == 5


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"trick": "luck"}, "no trick 'luck'"),
        *(
            pytest.param(wrong, said, marks=pytest.mark.heavy)
            for wrong, said in [
                ({"gear": ["drum"]}, "there is no drum.flac"),
                ({"changes": {"optimiser.clip_norm": 1.0}}, "has no table 'optimiser'"),
                ({"changes": {"optimizer.clip": 1.0}}, "clip_norm"),
                ({"recipe": "a3"}, "no recipe of that name"),
            ]
        ),
    ],
)
def test_an_impossible_plan_is_refused_before_anything_is_trained(
    pairs: Path,
    environment: Mapping[str, str],
    repository: Path,
    tmp_path: Path,
    wrong: dict[str, object],
    said: str,
) -> None:
    run = {"name": "one", "recipe": "demo", "seeds": [0], "gear": ["amplifier"], **wrong}
    changes = run.pop("changes", {})
    assert isinstance(changes, dict)
    lines = [f"{key} = {json.dumps(value)}" for key, value in run.items()]
    lines += ["[runs.changes]", *(f'"{key}" = {value}' for key, value in changes.items())]
    plan, work = tmp_path / "plan.toml", tmp_path / "work"
    plan.write_text("[[runs]]\n" + "\n".join(lines), encoding="utf-8")
    command = [sys.executable, str(repository / "benchmarks" / "recipe_runs.py"), str(pairs)]
    command += ["-o", str(work), "--plan", str(plan), "--curves", str(tmp_path / "curves.jsonl")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not any(work.iterdir())
