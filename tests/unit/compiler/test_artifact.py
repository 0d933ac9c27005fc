"""Compiling a graph: when the compiler runs, when it does not, and what decides it."""

import dataclasses
import os
import platform
import shlex
import shutil
import stat
from pathlib import Path

import pytest

from triode.architectures import Network, networks
from triode.compiler import ISAS, artifact, compile_graph, find_compiler, host_isas, toolchain
from triode.compiler.cache import cache_entries
from triode.compiler.host import host_cpu
from triode.errors import CompileError
from triode.nam.activation import Activation
from triode.nam.convolutional import ConvNetConfig
from unit.architectures.known import model


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("TRIODE_CACHE", str(folder))
    monkeypatch.delenv("TRIODE_CC", raising=False)
    toolchain._identity.cache_clear()
    return folder


def network(seed: int = 1) -> Network:
    config = ConvNetConfig(
        channels=2, dilations=(1, 2), batchnorm=False, activation=Activation(kind="ReLU")
    )
    return networks(model(config, seed=seed))[0]


def switchable_compiler(folder: Path) -> Path:
    """The compiler of this machine until a file named "broken" lies beside it."""
    real = find_compiler()
    if real is None or os.name != "posix":
        pytest.skip("needs a compiler and a POSIX shell")
    path = folder / "switchable"
    command = shlex.join([*real.command])
    path.write_text(
        "#!/bin/sh\n"
        "if [ \"$1\" = --version ]; then echo 'switchable 1'; exit 0; fi\n"
        f"if [ -e {shlex.quote(str(folder / 'broken'))} ]; then echo BROKEN >&2; exit 1; fi\n"
        f'exec {command} "$@"\n'
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_a_second_capture_of_the_same_shape_never_runs_the_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIODE_CC", str(switchable_compiler(tmp_path)))
    first = compile_graph(network(1).graph)
    (tmp_path / "broken").touch()
    second = compile_graph(network(2).graph)
    assert second.library == first.library
    other = dataclasses.replace(ISAS["scalar"], flags=("-DOTHER",))
    with pytest.raises(CompileError, match="BROKEN"):
        compile_graph(network(1).graph, isa=other)


def test_another_compiler_compiles_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    compiler = find_compiler()
    if compiler is None:
        pytest.skip("needs a compiler")
    first = compile_graph(network().graph)
    newer = dataclasses.replace(compiler, identity=f"{compiler.identity}, newer")
    assert compile_graph(network().graph, compiler=newer).library != first.library
    monkeypatch.setattr(artifact, "host_cpu", lambda: "another machine")
    assert compile_graph(network().graph).library != first.library
    assert len(cache_entries(own_cache)) == 3


def test_a_broken_library_is_built_again() -> None:
    if find_compiler() is None:
        pytest.skip("needs a compiler")
    first = compile_graph(network().graph).library
    whole = first.read_bytes()
    first.write_bytes(whole[: len(whole) // 2])
    again = compile_graph(network().graph).library
    shutil.copyfile(again, again.with_suffix(".copy"))
    assert len(again.read_bytes()) > len(whole) // 2


def test_without_a_compiler_the_hint_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifact, "find_compiler", lambda: None)
    with pytest.raises(CompileError, match=r"no C compiler.*pip install 'triode\[toolchain\]'"):
        compile_graph(network().graph)


def test_the_widest_instruction_set_is_the_default() -> None:
    if find_compiler() is None:
        pytest.skip("needs a compiler")
    assert compile_graph(network().graph).isa == host_isas()[0]


def test_the_processor_is_named_by_its_features() -> None:
    assert host_cpu().startswith(platform.machine())
