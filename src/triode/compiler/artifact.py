"""From a graph to a shared library that this machine can load."""

import functools
import sys
from dataclasses import dataclass
from pathlib import Path

from triode.compiler.cache import artifact_key, cached_artifact
from triode.compiler.emit import Module, emit_module
from triode.compiler.emit.tiles import TileRule
from triode.compiler.host import host_cpu, host_isas
from triode.compiler.isa import Isa
from triode.compiler.toolchain import (
    COMPILE_FLAGS,
    Compiler,
    build_shared_library,
    find_compiler,
)
from triode.errors import CompileError
from triode.graph import Graph

__all__ = ["Artifact", "compile_graph", "compile_library", "library_suffix", "require_compiler"]


@dataclass(frozen=True)
class Artifact:
    """A compiled graph: the library, what it was made from, for what, and by which compiler."""

    library: Path
    module: Module
    isa: Isa
    compiler: Compiler


def compile_graph(
    graph: Graph,
    *,
    isa: Isa | None = None,
    compiler: Compiler | None = None,
    rule: TileRule | None = None,
) -> Artifact:
    """Compile `graph` for this machine, or find the result of having done so.

    Args:
        graph: As an architecture lowers it.
        isa: The instruction set; by default the widest that this machine runs.
        compiler: By default the best one found.
        rule: Tile shapes other than the table's.

    Raises:
        CompileError: There is no compiler, or it failed.
    """
    isa = isa or host_isas()[0]
    compiler = compiler or require_compiler()
    module = _module(graph, isa, rule)
    return Artifact(compile_library(module.source, isa, compiler), module, isa, compiler)


# Captures mostly share one of a few shapes, and emitting one takes as long as reading its file.
@functools.lru_cache(maxsize=16)
def _module(graph: Graph, isa: Isa, rule: TileRule | None) -> Module:
    return emit_module(graph, isa, rule=rule)


def compile_library(source: str, isa: Isa, compiler: Compiler) -> Path:
    """Compile C for this machine to a shared library, or find the result of having done so.

    Raises:
        CompileError: The compiler failed, or the cache folder is not safe.
    """
    key = artifact_key(
        source,
        (*compiler.flags, *COMPILE_FLAGS, *isa.flags),
        f"{compiler.command} {compiler.identity}",
        f"{host_cpu()} {isa.name}",
    )
    return cached_artifact(
        key,
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
