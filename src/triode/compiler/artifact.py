"""From a graph to a shared library that this machine can load.

Writing the C of a large model takes longer than reading its file, so beside every library the cache
keeps a *sheet*: what playing has to know of the code, under a key that is made without the code.
"""

import functools
import hashlib
import pickle
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from triode.compiler.cache import artifact_key, cached_artifact
from triode.compiler.emit import Module, emit_module
from triode.compiler.emit.packing import PackedWeights
from triode.compiler.emit.tiles import TileRule
from triode.compiler.host import host_cpu, host_isas
from triode.compiler.isa import Isa
from triode.compiler.passes import Rewrite, optimise
from triode.compiler.toolchain import (
    COMPILE_FLAGS,
    Compiler,
    build_shared_library,
    find_compiler,
)
from triode.errors import CompileError
from triode.graph import Graph, Parameters

__all__ = ["Artifact", "compile_graph", "compile_library", "library_suffix", "require_compiler"]

_SHEET_SUFFIX = ".sheet"


@dataclass(frozen=True)
class Artifact:
    """A compiled graph: the library, what it wants for weights, for what, and by which compiler."""

    library: Path
    rewrite: Rewrite
    packed: PackedWeights
    isa: Isa
    compiler: Compiler

    def weights(self, parameters: Parameters) -> npt.NDArray[np.float32]:
        """One capture's packed weights from the graph's parameters; rest values are zero."""
        return self.packed.pack(self.rewrite.apply(parameters))


@dataclass(frozen=True)
class _Sheet:
    """What is needed of a module to play it: the key of its library, the order of its weights."""

    library: str
    packed: PackedWeights


def compile_graph(
    graph: Graph,
    *,
    isa: Isa | None = None,
    compiler: Compiler | None = None,
    rule: TileRule | None = None,
    libm: bool = False,
) -> Artifact:
    """Compile `graph` for this machine, or find the result of having done so.

    Args:
        graph: As an architecture lowers it.
        isa: The instruction set; by default the widest that this machine runs.
        compiler: By default the best one found.
        rule: Tile shapes other than the table's.
        libm: Call the C library for activations; see `triode.compiler.emit.vector_math`.

    Raises:
        CompileError: There is no compiler, or it failed.
    """
    isa = isa or host_isas()[0]
    compiler = compiler or require_compiler()
    sheet = _sheet(graph, isa, compiler, rule, libm=libm)
    library = cached_artifact(
        sheet.library,
        library_suffix(),
        lambda target: build_shared_library(
            compiler, _module(graph, isa, rule, libm).source, isa.flags, target
        ),
    )
    return Artifact(library, _optimised(graph), sheet.packed, isa, compiler)


def compile_library(source: str, isa: Isa, compiler: Compiler) -> Path:
    """Compile C for this machine to a shared library, or find the result of having done so.

    Raises:
        CompileError: The compiler failed, or the cache folder is not safe.
    """
    return cached_artifact(
        _key(source, isa, compiler),
        library_suffix(),
        lambda target: build_shared_library(compiler, source, isa.flags, target),
    )


def require_compiler() -> Compiler:
    """The compiler to use.

    Raises:
        CompileError: There is none, or $TRIODE_CC is wrong.
    """
    compiler = find_compiler()
    if compiler is None:
        raise CompileError(
            "no C compiler was found",
            expected="the ziglang package, clang or gcc",
            hint="Install one with: pip install 'triode[toolchain]'",
        )
    return compiler


def library_suffix() -> str:
    """How this system names shared libraries."""
    return {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")


def _sheet(
    graph: Graph, isa: Isa, compiler: Compiler, rule: TileRule | None, *, libm: bool
) -> _Sheet:
    def write(target: Path) -> None:
        module = _module(graph, isa, rule, libm)
        sheet = _Sheet(_key(module.source, isa, compiler), module.packed)
        target.write_bytes(pickle.dumps(sheet))

    made_from = f"{graph!r} {isa!r} {rule!r} {libm} {_generator()}"
    entry = cached_artifact(_key(made_from, isa, compiler), _SHEET_SUFFIX, write)
    # The folder is as private as for the code beside it, which is run all the same.
    sheet: _Sheet = pickle.loads(entry.read_bytes())  # noqa: S301
    return sheet


def _key(source: str, isa: Isa, compiler: Compiler) -> str:
    return artifact_key(
        source,
        (*compiler.flags, *COMPILE_FLAGS, *isa.flags),
        f"{compiler.command} {compiler.identity}",
        f"{host_cpu()} {isa.name}",
    )


# Captures mostly share one of a few shapes.
@functools.lru_cache(maxsize=16)
def _module(graph: Graph, isa: Isa, rule: TileRule | None, libm: bool) -> Module:  # noqa: FBT001
    return emit_module(graph, isa, rule=rule, libm=libm)


@functools.lru_cache(maxsize=16)
def _optimised(graph: Graph) -> Rewrite:
    return optimise(graph)


@functools.lru_cache
def _generator() -> str:
    """A digest of the sources that decide what code a graph becomes.

    While Triode is being worked on, its version does not tell.
    """
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for package in (here, here.parent / "graph"):
        for path in sorted(package.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
