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
from triode.compiler import (
    ISAS,
    Compiler,
    artifact,
    compile_graph,
    emit_module,
    find_compiler,
    host_isas,
    toolchain,
)
from triode.compiler.artifact import library_suffix
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


@pytest.fixture
def compiler() -> Compiler:
    found = find_compiler()
    if found is None:
        pytest.skip("needs a compiler")
    return found


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
    compiler: Compiler, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    first = compile_graph(network().graph)
    newer = dataclasses.replace(compiler, identity=f"{compiler.identity}, newer")
    assert compile_graph(network().graph, compiler=newer).library != first.library
    monkeypatch.setattr(artifact, "host_cpu", lambda: "another machine")
    assert compile_graph(network().graph).library != first.library
    assert len(cache_entries(own_cache, library_suffix())) == 3


@pytest.fixture
def emissions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One number for each time that code is written."""
    counted: list[int] = []

    def emit(*arguments: object, **options: object) -> object:
        counted.append(len(counted))
        return emit_module(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(artifact, "emit_module", emit)
    artifact._module.cache_clear()
    return counted


def another_process() -> None:
    """Forget what this process knows of what it compiled."""
    artifact._module.cache_clear()
    artifact._optimised.cache_clear()


def test_another_process_neither_compiles_nor_writes_code(
    compiler: Compiler, emissions: list[int]
) -> None:
    first = compile_graph(network(1).graph)
    another_process()
    second = compile_graph(network(2).graph)
    assert (second.library, second.packed) == (first.library, first.packed)
    assert emissions == [0]


def test_the_weights_are_those_of_the_module(compiler: Compiler) -> None:
    graph = network().graph
    expected = emit_module(graph, host_isas()[0]).weights(network().parameters)
    for _ in range(2):
        another_process()
        assert compile_graph(graph).weights(network().parameters).tolist() == expected.tolist()


def test_a_changed_generator_writes_the_code_again(
    compiler: Compiler, emissions: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = compile_graph(network().graph)
    another_process()
    monkeypatch.setattr(artifact, "_generator", lambda: "other sources")
    assert compile_graph(network().graph).library == first.library
    assert emissions == [0, 1]


def test_every_source_of_the_generator_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = Path(artifact.__file__).parents[1]
    for package in ("compiler", "graph"):
        shutil.copytree(sources / package, tmp_path / package)
    monkeypatch.setattr(artifact, "__file__", str(tmp_path / "compiler" / "artifact.py"))
    digests = {artifact._generator.__wrapped__()}
    for path in ("compiler/emit/stage.py", "compiler/plan.py", "graph/operations.py"):
        with (tmp_path / path).open("a") as file:
            file.write("#")
        digests.add(artifact._generator.__wrapped__())
    assert len(digests) == 4
    monkeypatch.undo()
    assert artifact._generator.__wrapped__() in digests


@pytest.mark.parametrize("suffix", [artifact._SHEET_SUFFIX, library_suffix()])
@pytest.mark.parametrize("damage", [b"", None], ids=["emptied", "removed"])
def test_a_damaged_half_is_made_again(
    compiler: Compiler, own_cache: Path, suffix: str, damage: bytes | None
) -> None:
    compile_graph(network().graph)
    (entry,) = cache_entries(own_cache, suffix)
    if damage is None:
        entry.unlink()
    else:
        entry.write_bytes(damage)
    another_process()
    assert compile_graph(network().graph).library.stat().st_size > 0
    (again,) = cache_entries(own_cache, suffix)
    assert again.name.partition("-")[0] == entry.name.partition("-")[0]


def test_a_broken_library_is_built_again(compiler: Compiler) -> None:
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


def test_the_widest_instruction_set_is_the_default(compiler: Compiler) -> None:
    assert compile_graph(network().graph).isa == host_isas()[0]


def test_the_processor_is_named_by_its_features() -> None:
    assert host_cpu().startswith(platform.machine())
