"""From a graph to a shared library that this machine can load."""

import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from triode.compiler.cache import artifact_key, cached_artifact
from triode.compiler.emit import Module, emit_module
from triode.compiler.emit.tiles import TileRule
from triode.compiler.host import host_isas
from triode.compiler.isa import Isa
from triode.compiler.toolchain import (
    COMPILE_FLAGS,
    Compiler,
    build_shared_library,
    find_compiler,
)
from triode.errors import CompileError
from triode.graph import Graph

__all__ = ["Artifact", "compile_graph", "library_suffix"]


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
    compiler = compiler or find_compiler()
    if compiler is None:
        raise CompileError(
            "no C compiler was found",
            expected="the ziglang package, clang or gcc",
            hint="Install one with: pip install 'triode[toolchain]'",
        )
    module = emit_module(graph, isa, rule=rule)
    chosen = compiler
    key = artifact_key(
        module.source,
        (*COMPILE_FLAGS, *isa.flags),
        f"{compiler.command} {compiler.identity}",
        f"{platform.machine()} {isa.name}",
    )
    library = cached_artifact(
        key,
        library_suffix(),
        lambda target: build_shared_library(chosen, module.source, isa.flags, target),
    )
    return Artifact(library, module, isa, compiler)


def library_suffix() -> str:
    """How this system names shared libraries."""
    return {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
