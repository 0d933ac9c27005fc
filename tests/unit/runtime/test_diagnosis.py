"""What `triode doctor` finds: each thing that can be missing, and what it then advises."""

import importlib
import importlib.util
import json
import os
import re
import tomllib
from pathlib import Path

import pytest

from triode.compiler import Compiler, host_isas
from triode.compiler.cache import cached_artifact
from triode.runtime import diagnosis
from triode.runtime.diagnosis import EXTRAS, diagnose

BROKEN = Compiler(("/no/such/cc",), "clang", "clang 1")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRIODE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("TRIODE_CC", raising=False)
    return tmp_path / "cache"


def test_a_machine_with_a_compiler(compiler: None, cache: Path) -> None:
    cached_artifact("0" * 32, ".so", lambda target: target.write_bytes(b"x" * 100))
    found = diagnose()
    assert found.compilers[0].works, found.compilers[0].problem
    assert found.can_compile
    assert found.instruction_sets == tuple(isa.name for isa in host_isas())
    assert (found.cache.path, found.cache.entries, found.cache.size_bytes) == (str(cache), 1, 100)
    assert found.cache.safe
    assert json.loads(json.dumps(found.to_json()))["can_compile"] is True


def test_no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "known_compilers", list)
    monkeypatch.setattr(diagnosis, "find_compiler", lambda: None)
    found = diagnose()
    assert not found.can_compile
    assert "pip install 'triode[toolchain]'" in found.advice[0]


def test_a_broken_compiler_before_a_working_one(
    compiler: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    working = diagnosis.find_compiler()
    monkeypatch.setattr(diagnosis, "known_compilers", lambda: [BROKEN, working])
    found = diagnose()
    assert [one.works for one in found.compilers] == [False, True]
    assert found.compilers[0].problem is not None
    assert "could not be run" in found.compilers[0].problem
    assert not found.can_compile
    assert "clang, does not work" in found.advice[0]
    assert "TRIODE_CC=" in found.advice[0]


def test_a_wrong_choice(compiler: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIODE_CC", "no-such-compiler")
    found = diagnose()
    assert not found.can_compile
    assert "TRIODE_CC does not name a working C compiler" in found.advice[0]


@pytest.mark.skipif(os.name != "posix", reason="asks about POSIX permissions")
def test_an_unsafe_cache(compiler: None, cache: Path) -> None:
    cache.mkdir()
    cache.chmod(0o777)
    found = diagnose()
    assert not found.cache.safe
    assert not found.can_compile
    assert any("chmod 700" in line for line in found.advice)


def test_a_cache_that_cannot_be_made(
    compiler: None, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.write_text("a file is in the way")
    found = diagnose()
    assert found.cache.safe
    assert found.cache.problem is not None
    assert found.can_compile
    assert any("compiled again" in line for line in found.advice)


def test_a_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "sounddevice" else find_spec(name)
    )
    found = {extra.name: extra for extra in diagnose().extras}
    assert not found["live"].installed
    assert found["live"].packages == {"sounddevice": None}
    assert "Extra live is not complete: pip install 'triode[live]'" in diagnose().advice


def test_an_extra_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise OSError("PortAudio library not found")

    monkeypatch.setattr(importlib, "import_module", refuse)
    monkeypatch.setattr(diagnosis, "_version", lambda package: "1.0")
    found = diagnose()
    assert [extra.name for extra in found.extras if not extra.installed] == ["live", "capture"]
    assert any("libportaudio2" in line for line in found.advice)


def test_the_extras_are_those_of_the_project(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]

    def packages(name: str) -> set[str]:
        found: set[str] = set()
        for line in extras[name]:
            nested = re.fullmatch(r"triode\[(.*)\]", line)
            if nested:
                found |= set().union(*(packages(one) for one in nested[1].split(",")))
            else:
                found.add(re.split(r"[<>=~!;\[ ]", line)[0])
        return found

    assert set(EXTRAS) <= set(extras)
    for name in set(extras) - {"bench", "dev"}:
        assert set(EXTRAS[name]) == packages(name)
