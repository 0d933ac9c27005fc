"""Playing a set through every engine there is, and judging it."""

import json
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from conformance.player import FOLDER, player_is_missing
from triode.audio import read_audio
from triode.compiler import find_compiler
from triode.errors import TestSetError
from triode.study.testset.engines import Answer, Job, choose_engine
from triode.study.testset.result import SetResult, Status, read_result, write_result
from triode.study.testset.run import run_set
from unit.study.testset.conftest import LINEAR_PLAYER

TRAINED = "trained-cabinet-5-taps"


def statuses(result: SetResult) -> dict[str, str]:
    return {one.name: one.status.value for one in result.models}


def test_a_command_plays_what_it_knows(small_set: Path, tmp_path: Path) -> None:
    engine = choose_engine(f"{LINEAR_PLAYER} {{model}} {{in}} {{out}}", timeout_seconds=60.0)
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    result = run_set(
        small_set, engine, timing_seconds=0.0, device="a desk", comment="hello", moment=moment
    )
    found = statuses(result)
    assert found.pop(TRAINED) == "passed"
    assert set(found.values()) == {"refused"}
    base = result.model("base")
    assert base is not None
    assert base.message == "WaveNet is not supported"
    assert (result.device.name, result.comment, result.date) == ("a desk", "hello", "2026-01-02")
    # The base fails too, so nothing is certain.
    assert not any(one.certain for one in result.failed_operations)
    assert "architecture: WaveNet" in {one.option for one in result.failed_operations}
    write_result(result, tmp_path / "result.json")
    assert read_result(tmp_path / "result.json")[0] == result


@pytest.mark.heavy
def test_a_command_is_timed_less_its_start(small_set: Path) -> None:
    engine = choose_engine(f"{LINEAR_PLAYER} {{model}} {{in}} {{out}}", timeout_seconds=60.0)
    job = Job(
        model=small_set / f"models/{TRAINED}.nam",
        inputs=(small_set / "inputs/playing-44100.wav",),
        rate_hz=44100,
        timing_seconds=120.0,
    )
    speed = engine.play(job).speed
    assert speed is not None
    assert 0.0 < speed.quartiles[0] <= speed.ns_per_sample <= speed.quartiles[1]
    assert "whole process on 120 s less that on 64 frames" in speed.method


def test_a_command_that_never_ends_is_stopped(small_set: Path) -> None:
    script = "import time; time.sleep(60)"
    engine = choose_engine(
        f'"{sys.executable}" -c "{script}" {{model}} {{in}} {{out}}', timeout_seconds=1.0
    )
    result = run_set(small_set, _First(engine, 1), timing_seconds=0.0)
    assert result.models[0].status is Status.CRASHED
    assert "more than 1 s" in result.models[0].message


@pytest.mark.parametrize(
    ("template", "match"),
    [
        ("player {model} {in}", r"Add \{out\}"),
        ("wasm", "no such engine"),
        ("'player {model} {in} {out}", "split into words"),
    ],
)
def test_a_command_that_cannot_be_is_refused(template: str, match: str) -> None:
    with pytest.raises(TestSetError, match=match):
        choose_engine(template, timeout_seconds=1.0)


def test_a_command_that_is_not_there_is_no_model_s_fault(small_set: Path) -> None:
    engine = choose_engine("no-such-player-anywhere {model} {in} {out}", timeout_seconds=1.0)
    with pytest.raises(TestSetError, match="cannot be started"):
        run_set(small_set, engine, timing_seconds=0.0)


def test_a_missing_player_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TestSetError, match=r"npm install @opendaw/nam-wasm.*--npm"):
        choose_engine("wasm-player", timeout_seconds=1.0, npm=tmp_path)


def test_the_deployed_player_lacks_what_it_is_known_to_lack(small_set: Path) -> None:
    reason = player_is_missing()
    if reason is not None:
        pytest.skip(reason)
    engine = choose_engine("wasm-player", timeout_seconds=60.0, npm=FOLDER)
    result = run_set(small_set, engine, timing_seconds=0.05)
    assert "@opendaw/nam-wasm 1.2.0" in result.engine_version
    found = statuses(result)
    assert found.pop("array-head-dilation") == "wrong"
    assert set(found.values()) == {"passed"}
    (failed,) = result.failed_operations
    assert (failed.option, failed.certain) == ("array head: dilation", True)
    assert all(one.timing is not None and one.timing.ns_per_sample > 0 for one in result.models)


def test_triode_plays_its_own_sets(small_set: Path) -> None:
    if find_compiler() is None:
        pytest.skip("there is no C compiler")
    result = run_set(small_set, _First(choose_engine("triode", timeout_seconds=1.0), 2))
    assert [one.status for one in result.models[:2]] == ["passed", "passed"]
    for one in result.models[:2]:
        assert one.timing is not None
        assert one.timing.peak_share is not None
        assert one.timing.method == "blocks of 64 frames"


class TestJudging:
    """What the base's expected outputs become when they are changed."""

    def judged(self, small_set: Path, outputs: "_Changed") -> tuple[str, str]:
        one = run_set(small_set, outputs, timing_seconds=0.0).models[0]
        return one.status.value, one.message

    @pytest.mark.parametrize(
        ("share_of_peak", "status"), [(5e-6, "passed"), (5e-3, "approximate"), (5e-2, "wrong")]
    )
    def test_the_largest_error_decides(
        self, small_set: Path, share_of_peak: float, status: str
    ) -> None:
        changed = _Changed(small_set, lambda wet: _bump(wet, share_of_peak))
        assert self.judged(small_set, changed) == (status, "")

    def test_a_missing_sample_is_wrong(self, small_set: Path) -> None:
        changed = _Changed(small_set, lambda wet: wet[:-1])
        assert self.judged(small_set, changed) == (
            "wrong",
            "11999 samples came out instead of 12000",
        )

    def test_what_is_not_finite_is_wrong(self, small_set: Path) -> None:
        changed = _Changed(small_set, lambda wet: np.where(wet == wet[7], np.nan, wet))
        status, message = self.judged(small_set, changed)
        assert (status, message) == ("wrong", "some samples are not finite")


def _bump(wet: "np.ndarray[tuple[int], np.dtype[np.float32]]", share: float) -> object:
    changed = wet.copy()
    changed[100] += np.float32(share * 0.5)
    return changed


class _First:
    """An engine that plays the first models and refuses the rest, which keeps a test short."""

    def __init__(self, engine: object, count: int) -> None:
        self._engine, self._left = engine, count
        self.name, self.version = "first", "1"

    def play(self, job: Job) -> Answer:
        from triode.study.testset.engines import Trouble

        self._left -= 1
        if self._left < 0:
            return Answer(trouble=Trouble.REFUSED)
        return self._engine.play(job)  # type: ignore[attr-defined,no-any-return]


class _Changed:
    """An engine that answers with what is expected, changed."""

    name, version = "changed", "1"

    def __init__(self, folder: Path, change: object) -> None:
        self._change = change
        manifest = json.loads((folder / "manifest.json").read_text())
        self._expected: dict[str, Sequence[str]] = {
            one["path"]: [e["path"] for e in one["expected"]] for one in manifest["models"]
        }
        self._folder = folder

    def play(self, job: Job) -> Answer:
        paths = self._expected[job.model.relative_to(self._folder).as_posix()]
        wets = [read_audio(self._folder / path).samples for path in paths]
        return Answer(outputs=tuple(self._change(wet) for wet in wets))  # type: ignore[operator]
