"""Finding compilers, and what is said when one fails."""

import ctypes
import importlib.util
import os
import shlex
import stat
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from triode.compiler import toolchain
from triode.compiler.artifact import library_suffix
from triode.compiler.toolchain import (
    Compiler,
    build_shared_library,
    find_compiler,
    known_compilers,
    shared_flags,
)
from triode.errors import CompileError

SOURCE = """\
__attribute__((visibility("default"))) int triode_answer(void);
int triode_answer(void) { return 42; }
"""

Fake = Callable[..., Path]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="fake compilers are shell scripts")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRIODE_CC", raising=False)
    toolchain._identity.cache_clear()


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    """Makes a compiler that names itself and then does `body`."""

    def make(name: str, body: str = "exit 0", version: str = "fake 1.0") -> Path:
        path = tmp_path / "compilers" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            f"#!/bin/sh\nif [ \"$1\" = --version ]; then echo '{version}'; exit 0; fi\n{body}\n"
        )
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return make


@pytest.fixture
def no_zig(monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "ziglang" else find_spec(name)
    )


def build(
    compiler: Compiler, folder: Path, source: str = SOURCE, flags: Sequence[str] = ()
) -> Path:
    target = folder / f"answer{library_suffix()}"
    build_shared_library(compiler, source, flags, target)
    return target


@pytest.mark.parametrize("origin", ["the ziglang package", "clang", "gcc"])
def test_every_compiler_here_makes_a_library_that_loads(origin: str, tmp_path: Path) -> None:
    compiler = next((one for one in known_compilers() if one.origin == origin), None)
    if compiler is None:
        pytest.skip(f"{origin} is not installed")
    folder = tmp_path / "Verstärker mit Leerzeichen"
    folder.mkdir()
    assert ctypes.CDLL(str(build(compiler, folder))).triode_answer() == 42
    assert {path.name for path in folder.iterdir()} <= {f"answer{library_suffix()}", "zig"}


def test_the_order(fake: Fake, monkeypatch: pytest.MonkeyPatch, no_zig: None) -> None:
    for name in ("gcc", "clang", "other"):
        fake(name, version=name)
    folder = fake("cc", version="cc").parent
    monkeypatch.setenv("PATH", str(folder))
    assert [one.origin for one in known_compilers()] == ["clang", "gcc", "cc"]
    monkeypatch.setenv("TRIODE_CC", str(folder / "other"))
    assert [one.origin for one in known_compilers()] == ["TRIODE_CC", "clang", "gcc", "cc"]
    found = find_compiler()
    assert found is not None
    assert (found.command, found.identity) == ((str(folder / "other"),), "other")


def test_the_ziglang_package_comes_before_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ziglang")
    monkeypatch.setenv("PATH", "")
    found = find_compiler()
    assert found is not None
    assert found.origin == "the ziglang package"
    # Zig takes the instructions of the machine it runs on unless it is told not to.
    assert "-mcpu=baseline" in found.flags


def test_zig_needs_no_headers_of_a_c_library(tmp_path: Path) -> None:
    pytest.importorskip("ziglang")
    zig = next(one for one in known_compilers() if one.origin == "the ziglang package")
    # Naming a target, even the machine's own, hides the headers that are installed here.
    build(zig, tmp_path, f"#include <immintrin.h>\n{SOURCE}", ["-target", "x86_64-linux-gnu"])


@pytest.mark.parametrize(
    ("target", "system"),
    [
        ("x86_64-linux-gnu", "linux"),
        ("aarch64-linux-gnu", "linux"),
        ("x86_64-windows-gnu", "win32"),
    ],
)
def test_zig_links_for_other_systems(target: str, system: str, tmp_path: Path) -> None:
    """Copies that become memcpy and frames that a probe walks over, but no C library."""
    pytest.importorskip("ziglang")
    zig = next(one for one in known_compilers() if one.origin == "the ziglang package")
    source = """\
    #include <stddef.h>
    void copy(float *restrict to, const float *restrict from, size_t frames);
    float look_up(int number);
    void copy(float *restrict to, const float *restrict from, size_t frames)
    {
        for (size_t i = 0; i < frames; ++i)
            to[i] = from[i];
    }
    float look_up(int number)
    {
        volatile float table[4000];
        for (int i = 0; i < 4000; ++i)
            table[i] = number;
        return table[number];
    }
    """
    (tmp_path / "model.c").write_text(source)
    flags = [*toolchain.COMPILE_FLAGS, *shared_flags(zig, system), "-target", target]
    environment = {"ZIG_GLOBAL_CACHE_DIR": str(tmp_path / "zig")}
    zig.run([*flags, "model.c", "-o", "model.library"], tmp_path, environment)
    assert (tmp_path / "model.library").stat().st_size > 0


def test_zig_uses_no_instructions_that_were_not_asked_for(tmp_path: Path) -> None:
    pytest.importorskip("ziglang")
    zig = next(one for one in known_compilers() if one.origin == "the ziglang package")
    features = """
    __attribute__((visibility("default"))) int triode_wide(void);
    int triode_wide(void) {
    #ifdef __AVX__
        return 1;
    #else
        return 0;
    #endif
    }
    """
    assert ctypes.CDLL(str(build(zig, tmp_path, features))).triode_wide() == 0


def test_no_compiler_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_zig: None) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_compiler() is None
    assert list(known_compilers()) == []


@pytest.mark.parametrize("wrong", ["no-such-compiler", "/bin/false", "sh -c 'exit 3'"])
def test_a_wrong_choice_is_said(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIODE_CC", wrong)
    with pytest.raises(CompileError, match="TRIODE_CC does not name") as raised:
        find_compiler()
    assert raised.value.got == wrong


def test_a_choice_of_several_words(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    path = fake("my cc")
    monkeypatch.setenv("TRIODE_CC", f"env A=1 {shlex.quote(str(path))}")
    found = find_compiler()
    # "env --version" answers as well: the whole command is asked, and is what will run.
    assert found is not None
    assert found.command == ("env", "A=1", str(path))
    assert found.identity == "fake 1.0"


def test_a_path_with_spaces_needs_no_quotes(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    path = fake("my cc")
    monkeypatch.setenv("TRIODE_CC", str(path))
    found = find_compiler()
    assert found is not None
    assert found.command == (str(path),)


def test_a_failed_compile_shows_command_and_output(tmp_path: Path) -> None:
    compiler = find_compiler()
    if compiler is None:
        pytest.skip("there is no compiler here")
    with pytest.raises(CompileError, match="the C compiler failed") as raised:
        build(compiler, tmp_path, "int broken(void) { return nonsense; }\n", ["-DTRIODE_FLAG"])
    assert raised.value.where is not None
    assert "-DTRIODE_FLAG" in raised.value.where
    assert "model.c" in raised.value.where
    assert "nonsense" in str(raised.value)
    assert "triode doctor" in str(raised.value)
    assert [path.name for path in tmp_path.iterdir() if path.name != "zig"] == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("kill -SEGV $$", r"crashed.*an end by SIGSEGV.*\(no output\)"),
        ("kill -9 $$", "crashed.*an end by SIGKILL"),
        ("echo 'internal compiler error' >&2; exit 4", "failed.*exit status 4.*internal compiler"),
        ("echo 'said on the other stream'; exit 1", "failed.*said on the other stream"),
        ("exit 0", "reported success but wrote nothing"),
    ],
)
def test_a_compiler_that_goes_wrong(body: str, says: str, fake: Fake, tmp_path: Path) -> None:
    compiler = Compiler((str(fake("cc", body)),), "cc", "fake 1.0")
    with pytest.raises(CompileError, match=f"(?s){says}"):
        build(compiler, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["compilers"]


def test_a_compiler_that_is_gone(tmp_path: Path) -> None:
    compiler = Compiler((str(tmp_path / "gone"),), "cc", "fake 1.0")
    with pytest.raises(CompileError, match=r"could not be run.*gone"):
        build(compiler, tmp_path)


def test_a_compiler_that_never_ends(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchain, "_TIMEOUT_SECONDS", 0.05)
    compiler = Compiler((str(fake("cc", "exec sleep 60")),), "cc", "fake 1.0")
    with pytest.raises(CompileError, match=r"could not be run.*timed out"):
        build(compiler, tmp_path)


def test_endless_output_is_cut(fake: Fake, tmp_path: Path) -> None:
    body = f"{shlex.quote(sys.executable)} -c \"print('x' * 1000000)\" >&2; exit 1"
    compiler = Compiler((str(fake("cc", body)),), "cc", "fake 1.0")
    with pytest.raises(CompileError) as raised:
        build(compiler, tmp_path)
    assert len(str(raised.value)) < 6000
