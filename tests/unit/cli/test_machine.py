"""`triode doctor`, `triode bench` and `triode play`: what they print and when they fail."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

from triode.cli.bench import bench
from triode.cli.doctor import doctor
from triode.cli.play import play
from triode.compiler import find_compiler
from triode.errors import AudioError, OutputError, TriodeError
from triode.nam import write
from triode.nam.convolutional import LinearConfig
from triode.runtime import benchmark, diagnosis
from unit.architectures.known import model


def run(verb: Callable[..., None], *arguments: str) -> tuple[int, str, BaseException | None]:
    application = typer.Typer()
    application.command()(verb)
    result = CliRunner().invoke(application, arguments)
    result.output.encode("cp1252")
    return result.exit_code, result.output, result.exception


@pytest.fixture
def amp(tmp_path: Path) -> str:
    if find_compiler() is None:
        pytest.skip("there is no compiler here")
    path = tmp_path / "my amp.nam"
    write(model(LinearConfig(receptive_field=30, bias=True), rate_hz=48_000.0), path)
    return str(path)


def test_doctor(amp: str) -> None:
    code, output, _ = run(doctor)
    assert code == 0
    for words in ("Compilers, best first:", "works", "Instruction sets:", "Cache:", "toolchain:"):
        assert words in output


def test_doctor_as_json(amp: str) -> None:
    code, output, _ = run(doctor, "--json")
    facts = json.loads(output)
    assert code == 0
    assert facts["can_compile"] is True
    assert facts["compilers"][0]["works"] is True
    assert {extra["name"] for extra in facts["extras"]} == set(diagnosis.EXTRAS)
    assert set(facts["cache"]) == {"path", "entries", "size_bytes", "safe", "problem"}


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_doctor_without_compilers_fails(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diagnosis, "known_compilers", list)
    monkeypatch.setattr(diagnosis, "find_compiler", lambda: None)
    code, output, _ = run(doctor, *arguments)
    assert code == 1
    assert "pip install 'triode[toolchain]'" in output


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "_PEAK_REPEATS", 3)
    monkeypatch.setattr(benchmark, "_PEAK_ROUNDS", 1000)
    monkeypatch.setattr(benchmark, "_FEWEST_BLOCKS", 50)


def test_bench(amp: str, short: None, tmp_path: Path) -> None:
    target = tmp_path / "bench.json"
    blocks = ("--block", "16", "--block", "64")
    code, output, _ = run(bench, amp, "--seconds", "0", *blocks, "--json", str(target))
    assert code == 0
    assert output.count("my amp.nam") == 1
    written = json.loads(target.read_text("utf-8"))
    assert [row["block"] for row in written["rows"]] == [16, 64]
    wanted = "model size block ns_per_sample realtime_factor peak_share state_bytes weight_bytes"
    assert set(written["rows"][0]) >= {*wanted.split(), "compiler", "isa"}
    assert written["machine"]["processor"]


def test_bench_fails_before_it_measures(amp: str, tmp_path: Path) -> None:
    target = tmp_path / "bench.json"
    target.write_text("mine")
    assert isinstance(run(bench, amp, "--json", str(target))[2], OutputError)
    assert target.read_text() == "mine"
    error = run(bench, amp, "--isa", "quantum")[2]
    assert isinstance(error, TriodeError)
    assert "scalar" in str(error)


def test_play_without_the_extra(amp: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)  # type: ignore[arg-type]
    error = run(play, amp)[2]
    assert isinstance(error, AudioError)
    assert "triode[live]" in str(error)


def test_play_until_it_is_interrupted(amp: str, monkeypatch: pytest.MonkeyPatch) -> None:
    device = {
        "name": "box",
        "max_input_channels": 1,
        "max_output_channels": 2,
        "default_samplerate": 48_000.0,
    }
    closed: list[bool] = []

    class Stream:
        latency = (0.002, 0.003)
        polls = 0

        def __init__(self, **settings: object) -> None:
            assert settings["device"] == (3, "box")

        @property
        def active(self) -> bool:
            self.polls += 1
            if self.polls == 3:
                raise KeyboardInterrupt
            return True

        def start(self) -> None: ...
        def stop(self) -> None: ...

        def close(self) -> None:
            closed.append(True)

    fake = SimpleNamespace(
        query_devices=lambda device_name, kind: device,
        check_input_settings=lambda **_: None,
        check_output_settings=lambda **_: None,
        PortAudioError=OSError,
        CallbackAbort=RuntimeError,
        Stream=Stream,
    )
    monkeypatch.setitem(sys.modules, "sounddevice", fake)  # type: ignore[arg-type]
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    code, output, error = run(play, amp, "--input", "3", "--output", "box")
    assert (code, error) == (0, None)
    assert "48000 Hz, blocks of 64, round trip 5.0 ms" in output
    assert "CPU" in output
    assert closed == [True]
